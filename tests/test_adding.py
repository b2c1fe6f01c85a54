"""Adding: what lands in the corpus and the index, and that a failure of any kind leaves both as they were."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from conftest import LetterEncoder, digest
from test_fetching import FULL_ATOM, FULL_RSS, MARKDOWN, PAGE, PDF, Site, item, once, serving

from ragdigest import Library, RagdigestError, adding
from ragdigest.adding import add
from ragdigest.library import build

WEEK = digest("2025-09-22 ~ 28", ("Ibis", "Ibis reads quickly."))
NO_WEEK = "**1. Ibis**\nIbis reads quickly.\n\n**2. Emu**\nEmu runs.\n"
ROWS = [("a.md", "Zebra", "2025-09-08"), ("a.md", "파라씽커", "2025-09-08"), ("b.md", "Yak", "2025-09-15"), ("b.md", "Quokka", "2025-09-15")]


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


@pytest.fixture
def put(index: Path, letters: LetterEncoder, monkeypatch: pytest.MonkeyPatch) -> Callable:
    """`add` to the index of two weeks, whose encoder counts letters."""
    monkeypatch.setattr("ragdigest.encoders.open_encoder", lambda name: letters)
    return lambda *what, **options: add([str(w) for w in what], index, **options)


@pytest.fixture
def new(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file outside the corpus."""

    def write(name: str, data: str | bytes = WEEK) -> Path:
        path = tmp_path / "new" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return path

    return write


def held(*roots: Path) -> dict[str, bytes | None]:
    """Every file and folder below the roots, byte for byte."""
    return {str(p): p.read_bytes() if p.is_file() else None for root in roots for p in root.rglob("*")}


def rows(index: Path) -> list[tuple[str, str, str | None]]:
    """(source, title, week) of every entry, as a reader of the index sees them."""
    return [(e.source, e.title, e.week_start) for e in Library.open(index).entries()]


def test_a_file_is_copied_and_indexed_alone(put: Callable, new: Callable, weeks: Path, index: Path, letters: LetterEncoder) -> None:
    letters.seen.clear()
    change = put(new("c.md"))
    assert (change.added, change.unchanged, letters.seen) == (("c.md",), 2, ["Ibis\nIbis reads quickly.", "Ibis reads quickly."])
    assert (weeks / "c.md").read_text() == WEEK and sorted(p.name for p in weeks.iterdir()) == ["a.md", "b.md", "c.md"]
    assert rows(index) == [*ROWS, ("c.md", "Ibis", "2025-09-22")]


def test_the_bundled_encoder_finds_what_was_added_to_nothing(tmp_path: Path, new: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an index the corpus is `corpus/` here; the quote found is the file's own words."""
    monkeypatch.chdir(tmp_path)
    texts = ("Zebra", "Zebra compresses the key-value cache of long prompts."), ("Yak", "Yak plans routes for delivery robots.")
    assert add([str(new("c.md", digest("2025-09-22 ~ 28", *texts)))], tmp_path / "index").added == ("c.md",)
    hit = Library.open(tmp_path / "index").search("cache compression")[0]
    text = (tmp_path / "corpus/c.md").read_text()
    assert (hit.source, hit.title, hit.quote) == ("c.md", "Zebra", texts[0][1]) and text[hit.start : hit.end] == hit.quote


def test_adding_twice_changes_nothing(put: Callable, new: Callable, weeks: Path, index: Path, site: Site) -> None:
    what = new("c.md"), weeks / "a.md", site.rss(FULL_RSS, item("Week 36", link="/w36.md")), site.put("/w36.md", MARKDOWN, "text/plain")
    put(*what)
    before = held(weeks, index)
    change = put(*what)
    assert (change.added, change.changed, change.removed, change.unchanged, change.embedded) == ((), (), (), 6, 0)
    assert held(weeks, index) == before


BAD: dict[str, tuple[Callable, str]] = {
    "missing": (lambda new, site: "nowhere.md", "no file or folder nowhere.md"),
    "empty": (lambda new, site: new("empty.md", b""), "empty.md holds no text"),
    "binary": (lambda new, site: new("binary.txt", bytes(99)), "binary.txt is a binary file"),
    "cut": (lambda new, site: new("cut.pdf", PDF[:200]), "cut.pdf is not a whole PDF"),
    "photo": (lambda new, site: new("photo.png", b"\x89PNG"), "photo.png is no digest ragdigest reads; give .htm"),
    "no digest": (lambda new, site: new("code/main.c", b"int").parent, "no digest in "),
    "twin": (lambda new, site: new("other/c.md"), "two of the files to add are named c.md; rename one"),
    "namesake": (lambda new, site: new("b.md"), "b.md is there already with other text; rename the new file, or give --replace"),
    "404": (lambda new, site: site.put("/x.md", status=404), "the server answers 404"),
    "scheme": (lambda new, site: "file:///etc/passwd", "only http and https"),
    "empty page": (lambda new, site: site.put("/x.md", b"", "text/plain"), "x.md holds no text"),
    "part of a feed": (lambda new, site: site.rss(FULL_RSS, item("Gone", link="/gone")), "/gone: the server answers 404"),
    "image": (lambda new, site: site.put("/x.png", b"\x89PNG\0", "image/png"), "is a binary file"),
}


@pytest.mark.parametrize(("bad", "says"), [
    *(pytest.param(*row, id=name) for name, row in BAD.items()),
    once("OSError 'File name too long' of Path.is_dir is not caught", lambda new, site: "x" * 300 + ".md", "no file or folder"),
])
def test_one_bad_input_of_several_leaves_all_as_it_was(put: Callable, new: Callable, weeks: Path, index: Path, site: Site, bad: Callable, says: str) -> None:
    good, worse, before = new("c.md"), bad(new, site), held(weeks, index)
    for inputs in ([good, worse], [worse, good]):
        with pytest.raises(RagdigestError) as caught:
            put(*inputs)
        assert says in str(caught.value) and len(str(caught.value).splitlines()) == 1
        assert held(weeks, index) == before


@pytest.mark.parametrize("week", ["2025-W60", "next", "2025-09-14..2025-09-08", "2025-13-01", "37"])
def test_a_week_that_is_none_is_refused_at_once(put: Callable, new: Callable, weeks: Path, index: Path, week: str) -> None:
    before = held(weeks, index)
    with pytest.raises(RagdigestError, match=f"no week in '{week}'; give it as 2025-W37"):
        put(new("c.md", NO_WEEK), week=week)
    assert held(weeks, index) == before


def test_a_namesake_takes_its_place_only_when_told_to(put: Callable, new: Callable, weeks: Path, index: Path) -> None:
    change = put(new("b.md"), replace=True)
    assert (change.added, change.changed) == ((), ("b.md",)) and (weeks / "b.md").read_text() == WEEK
    assert rows(index) == [*ROWS[:2], ("b.md", "Ibis", "2025-09-22")]


@pytest.mark.parametrize("failure", ["bad source", "Ctrl-C", "full disk"])
def test_a_failing_index_build_brings_the_old_file_back(put: Callable, new: Callable, weeks: Path, index: Path, monkeypatch: pytest.MonkeyPatch, failure: str) -> None:
    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    def interrupted(*args: object) -> None:
        raise KeyboardInterrupt

    if failure == "Ctrl-C":
        monkeypatch.setattr("ragdigest.index.build.write_catalogue", interrupted)
    if failure == "bad source":
        (weeks / "z.md").write_bytes(b"")
    if failure == "full disk":
        monkeypatch.setattr("ragdigest.index.build.write_catalogue", full)
    before = held(weeks, index)
    with pytest.raises(KeyboardInterrupt if failure == "Ctrl-C" else RagdigestError, match="z.md holds no text|No space left|^$"):
        put(new("b.md"), new("c.md"), replace=True)
    assert held(weeks, index) == before and rows(index) == ROWS


def blocked(monkeypatch: pytest.MonkeyPatch, weeks: Path) -> None:
    (weeks / "d.md").mkdir()


def stopped(error: type[BaseException], monkeypatch: pytest.MonkeyPatch, weeks: Path) -> None:
    """The second copy stops half way."""

    def copy(source: Path, target: Path) -> None:
        Path(target).write_bytes(source.read_bytes()[:9])
        if source.name == "d.md":
            raise error(28, "No space left on device")
        whole(source, target)

    whole = shutil.copyfile
    monkeypatch.setattr(adding.shutil, "copyfile", copy)


@pytest.mark.parametrize("stop", [
    once("the hidden .d.md.part stays in the corpus where a folder bears the file's name", blocked),
    once("the hidden .d.md.part stays in the corpus where the disk is full", partial(stopped, OSError)),
    once("_place undoes OSError and RagdigestError alone: Ctrl-C while copying leaves what was copied", partial(stopped, KeyboardInterrupt)),
])
def test_a_copy_that_fails_half_way_leaves_nothing(put: Callable, new: Callable, weeks: Path, index: Path, monkeypatch: pytest.MonkeyPatch, stop: Callable) -> None:
    stop(monkeypatch, weeks)
    before = held(weeks, index)
    with pytest.raises((RagdigestError, KeyboardInterrupt)):
        put(new("c.md"), new("d.md"))
    assert held(weeks, index) == before


def test_folders_made_for_nothing_leave_again(put: Callable, new: Callable, weeks: Path, index: Path) -> None:
    new("many/2025/c.md"), new("many/b.md", WEEK)
    before = held(weeks, index)
    with pytest.raises(RagdigestError, match="is there already"):
        put(new("many/d.md").parent)
    assert held(weeks, index) == before


def test_a_folder_keeps_its_relative_names(put: Callable, new: Callable, weeks: Path, index: Path) -> None:
    for name in ("top.md", "2025/Q3/c.md", "2025/주간 3.TXT", ".git/x.md", "2025/.y.md", "2025/notes.json"):
        new(f"many/{name}")
    assert put(weeks.parent / "new/many").added == ("2025/Q3/c.md", "2025/주간 3.TXT", "top.md")
    assert [n for n, _, _ in rows(index)] == ["2025/Q3/c.md", "2025/주간 3.TXT", "a.md", "a.md", "b.md", "b.md", "top.md"]
    assert sorted(p.relative_to(weeks).as_posix() for p in weeks.rglob("*.*")) == ["2025/Q3/c.md", "2025/주간 3.TXT", "a.md", "b.md", "top.md"]


def test_a_folder_named_like_a_digest_is_no_digest(put: Callable, new: Callable) -> None:
    assert put(new("many/notes.md/c.md").parent.parent).added == ("notes.md/c.md",)


def test_a_hidden_file_is_refused_or_indexed(put: Callable, new: Callable, weeks: Path, index: Path) -> None:
    with suppress(RagdigestError):
        put(new(".c.md"))
    assert {p.name for p in weeks.iterdir()} == {name for name, _, _ in rows(index)}


def test_a_file_without_papers_is_named(put: Callable, new: Callable) -> None:
    said: list[str] = []
    assert put(new("c.md", "12 !!! 3\n"), say=said.append).added == ("c.md",)
    assert any(line.startswith("note: c.md: no numbered papers") for line in said)


def test_a_stated_week_is_kept_by_later_index_runs(put: Callable, new: Callable, weeks: Path, index: Path) -> None:
    put(new("c.md", NO_WEEK), week="2025-W40")
    dated = [("c.md", "Ibis", "2025-09-29"), ("c.md", "Emu", "2025-09-29")]
    assert rows(index) == [*ROWS, *dated]
    (weeks / "c.md").write_text(NO_WEEK + "\n**3. Gnu**\nGnu grazes.\n")
    (weeks / "a.md").unlink()
    assert build([], index).changed == ("c.md",)
    assert rows(index) == [*ROWS[2:], *dated, ("c.md", "Gnu", "2025-09-29")]
    assert put(new("sub/c.md", NO_WEEK), replace=True).changed == ("c.md",)
    assert rows(index) == [*ROWS[2:], *dated]


def test_a_week_may_be_stated_later_and_stated_anew(put: Callable, new: Callable, index: Path, letters: LetterEncoder) -> None:
    said: list[str] = []
    put(new("c.md", NO_WEEK), say=said.append)
    assert "note: no week known for c.md; say it with --week 2025-W37" in said and rows(index)[4] == ("c.md", "Ibis", None)
    letters.seen.clear()
    for week, monday in (("2025-W40", "2025-09-29"), ("2025-09-14", "2025-09-08"), ("2025-09-03..2025-09-09", "2025-09-03")):
        assert put(new("c.md", NO_WEEK), week=week).changed == ("c.md",) and rows(index)[4:] == [("c.md", "Ibis", monday), ("c.md", "Emu", monday)]
    assert letters.seen == []


def test_the_week_in_a_text_wins_over_the_stated_one(put: Callable, new: Callable, index: Path) -> None:
    put(new("c.md"), new("sub/d.md", NO_WEEK), week="2025-W40")
    assert rows(index)[4:] == [("c.md", "Ibis", "2025-09-22"), ("d.md", "Ibis", "2025-09-29"), ("d.md", "Emu", "2025-09-29")]


@pytest.mark.parametrize(("serve", "name"), [
    (lambda s: s.put("/2025/w37", PAGE, "text/html; charset=utf-8"), "w37.html"),
    (lambda s: s.put("/go", status=302, Location="/2025/w37") and s.put("/2025/w37", PAGE), "w37.html"),
    (lambda s: s.put("/raw/w37.md", MARKDOWN, "text/plain"), "w37.md"),
    (lambda s: s.put("/download?id=3", MARKDOWN, "text/markdown"), "download.md"),
    (lambda s: s.put("/pdf/2509.04475", PDF, "application/octet-stream"), "2509.04475.pdf"),
    (lambda s: s.rss(FULL_RSS), "2025-09-12-Week-37.html"),
    (lambda s: s.rss(FULL_RSS, kind="text/xml", head="<?xml version='1.0'?>\n<!-- weekly -->\n"), "2025-09-12-Week-37.html"),
    (lambda s: s.atom(FULL_ATOM), "2025-09-12-Week-37.html"),
    once("text of Atom type=text is pasted in as HTML, which folds its lines and loses the numbered papers",
        lambda s: s.atom(f'<entry><title>Week 37</title><updated>2025-09-12T09:00:00Z</updated><content type="text">{MARKDOWN.decode()}</content></entry>'), None),
])
def test_every_form_of_a_digest_gives_the_same_entries(put: Callable, index: Path, site: Site, serve: Callable[[Site], str], name: str | None) -> None:
    (added,) = put(serve(site)).added
    assert added == (name or added)
    assert [row for row in rows(index) if row not in ROWS] == [(added, "Zebra", "2025-09-08"), (added, "Yak", "2025-09-08")]


def test_a_page_in_euc_kr_is_read_as_korean(put: Callable, index: Path, site: Site) -> None:
    page = "<html><head><meta charset=euc-kr></head><body><h1>2025년 9월 22일 ~ 28일</h1><p><b>1. 따오기</b><br>따오기는 빠르게 읽는다.</p><p><b>2. 고니</b><br>고니는 멀리 난다.</p></body></html>"
    put(site.put("/w39", page.encode("euc-kr"), "text/html; charset=euc-kr"))
    assert rows(index)[4:] == [("w39.html", "따오기", "2025-09-22"), ("w39.html", "고니", "2025-09-22")]
    assert "따오기는 빠르게 읽는다." in Library.open(index).text("w39.html")


def test_a_page_without_numbered_papers_is_read_by_its_main_text(put: Callable, index: Path, site: Site) -> None:
    story = ["Ibis is a model that reads long reports in one pass and keeps every number.", "Its authors trained it on a thousand weeks of digests and tested it on a year of news."]
    prose = "".join(f"<p>{line} {line.replace('it', 'the model')}</p>" for line in story)
    page = f"<html><body><div class='menu'><a href='/a'>Subscribe now</a></div><div class='post'><h2>Ibis reads</h2>{prose}</div><div class='cookie-banner'>We use cookies.</div></body></html>"
    said: list[str] = []
    put(site.put("/ibis", page.encode()), week="2025-W39", say=said.append)
    text = Library.open(index).text("ibis.html")
    assert all(line in text for line in story) and "Subscribe" not in text and "cookies" not in text
    assert rows(index)[4:] == [("ibis.html", "Ibis reads", "2025-09-22")]
    assert [line for line in said if line.startswith("note: ")] == ["note: ibis.html: no numbered papers under 'Ibis reads': read by headings"]
