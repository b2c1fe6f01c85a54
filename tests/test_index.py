"""The index on disk: exact after any order of updates, whole after any kill, and every flipped byte found."""

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import faiss
import numpy as np
import pytest
from conftest import LetterEncoder, digest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ragdigest import Library, RagdigestError
from ragdigest.checks import status
from ragdigest.index import layout
from ragdigest.index.build import update
from ragdigest.index.catalogue import Catalogue
from ragdigest.index.store import Store
from ragdigest.retrieval.glossary import Glossary
from ragdigest.retrieval.retriever import Retriever

TABLES = {"digests": "*", "entries": "*", "passages": "*", "sources": "n, name, path, sha256, bytes, week, notes, text"}


def contents(root: Path) -> dict[str, list]:
    """Everything an index holds, apart from modification times."""
    store = Store(root)
    rows = {name: store.catalogue.rows(f"SELECT {columns} FROM {name} ORDER BY n") for name, columns in TABLES.items()}
    return {**rows, "vectors": store.vectors.tolist(), "keys": store.postings.keys.tolist(), "counts": store.postings.counts.tolist(), "works": store.columns.entry_work.tolist()}


def test_update_embeds_the_new_week_alone(index: Path, weeks: Path, letters: LetterEncoder) -> None:
    letters.seen.clear()
    (weeks / "c.md").write_text(digest("2025-09-22 ~ 28", ("Ibis", "Ibis reads.")), encoding="utf-8")
    change = update(index, [], letters)
    assert (change.added, change.unchanged, letters.seen) == (("c.md",), 2, ["Ibis\nIbis reads.", "Ibis reads."])


def test_deleting_and_editing_change_exactly_that(index: Path, weeks: Path, letters: LetterEncoder) -> None:
    letters.seen.clear()
    (weeks / "a.md").unlink()
    (weeks / "b.md").write_text((weeks / "b.md").read_text().replace("Yak routes layers.", "Yak skips layers."), encoding="utf-8")
    change = update(index, [], letters)
    assert (change.removed, change.changed, letters.seen) == (("a.md",), ("b.md",), ["Yak\nYak skips layers.", "Yak skips layers."])


def test_nothing_new_writes_nothing(index: Path, letters: LetterEncoder) -> None:
    before = (index / layout.MANIFEST).read_bytes()
    update(index, [], letters)
    assert (index / layout.MANIFEST).read_bytes() == before


PAPERS = st.lists(st.tuples(st.sampled_from(["Zebra", "Yak", "파라씽커", "GRPO"]), st.text("abc 가나다.", min_size=1, max_size=60)), min_size=1, max_size=4)
STEPS = st.lists(st.tuples(st.sampled_from(["a.md", "b.md", "sub/c.md"]), st.none() | PAPERS), min_size=1, max_size=6)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_updates_in_any_order_equal_a_fresh_build(tmp_path: Path, steps: list) -> None:
    """Property: write, edit and delete sources, indexing after each step; the end equals one build from nothing."""
    home = Path(tempfile.mkdtemp(dir=tmp_path))
    (home / "corpus/sub").mkdir(parents=True)
    (home / "corpus/keep.md").write_text(digest("2025-01-06 ~ 12", ("Kept", "It stays.")), encoding="utf-8")
    for number, (name, papers) in enumerate(steps):
        path = home / "corpus" / name
        if papers is None:
            path.unlink(missing_ok=True)
        else:
            path.write_text(digest("2025-09-08 ~ 14", *papers), encoding="utf-8")
            os.utime(path, ns=(number, number))
        update(home / "index", [home / "corpus"], LetterEncoder())
    update(home / "fresh", [home / "corpus"], LetterEncoder())
    assert contents(home / "index") == contents(home / "fresh")
    answers = [Retriever(Store(home / which), LetterEncoder(), Glossary()).search("zebra 가나") for which in ("index", "fresh")]
    assert answers[0] == answers[1]


def test_faiss_agrees_with_brute_force(index: Path, letters: LetterEncoder) -> None:
    store = Store(index)
    query = letters.encode_queries(["zebra caches"])
    scores, numbers = store.faiss.search(query, 4)
    brute = store.vectors @ query[0]
    assert numbers[0].tolist() == np.argsort(-brute, kind="stable").tolist()
    assert np.allclose(scores[0], np.sort(brute)[::-1], atol=1e-6)


KILLED = """
import sys
import tempfile
from pathlib import Path
sys.path.insert(0, {tests!r})
from conftest import LetterEncoder
from ragdigest.index.build import update
print("go", flush=True)
while True:
    for name in ("one", "two"):
        Path({corpus!r}, "a.md").write_text(Path({corpus!r}, "../" + name).read_text())
        update(Path({index!r}), [Path({corpus!r})], LetterEncoder())
"""


def test_killed_at_many_moments_the_old_or_the_new_index_stands(tmp_path: Path, weeks: Path, index: Path, letters: LetterEncoder) -> None:
    texts = {name: digest("2025-09-08 ~ 14", *[(f"{name} {i}", f"{name} text {i}.") for i in range(40)]) for name in ("one", "two")}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    script = KILLED.format(tests=str(Path(__file__).parent), corpus=str(weeks), index=str(index))
    rng = random.Random(7)
    for _ in range(12):
        writer = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE)
        assert writer.stdout is not None and writer.stdout.readline()
        time.sleep(rng.uniform(0.0, 0.25))
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        assert layout.damage(index) == []
        titles = {e.title.split()[0] for e in Store(index).catalogue.entries("s.name = 'a.md' AND e.ordinal > 0")}
        assert titles in ({"one"}, {"two"}, {"Zebra", "파라씽커"})
    update(index, [], letters)
    assert not list(index.glob(".writing-*"))


def test_every_flipped_byte_is_found(index: Path) -> None:
    rng = random.Random(3)
    manifest = layout.current(index)
    for path in [index / layout.MANIFEST, *(manifest.folder(index) / name for name in layout.FILES)]:
        whole = path.read_bytes()
        for at in rng.sample(range(len(whole)), 12):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ (1 << rng.randrange(8))]) + whole[at + 1 :])
            try:
                assert layout.damage(index), f"{path.name} byte {at}"
            except RagdigestError:
                assert path.name == layout.MANIFEST
        path.write_bytes(whole)
    assert layout.damage(index) == []


@pytest.mark.parametrize("name", layout.FILES)
@pytest.mark.parametrize("ruin", [lambda p: p.unlink(), lambda p: p.write_bytes(b""), lambda p: p.write_bytes(p.read_bytes()[:200]), lambda p: p.write_bytes(os.urandom(p.stat().st_size))])
def test_a_damaged_file_is_one_clear_error(index: Path, letters: LetterEncoder, name: str, ruin) -> None:
    ruin(layout.current(index).folder(index) / name)
    with pytest.raises(RagdigestError, match=r"damaged|missing"):
        Retriever(Store(index), letters, Glossary()).search("zebra")


def test_a_damaged_index_can_be_rebuilt(index: Path, weeks: Path, letters: LetterEncoder) -> None:
    (index / layout.MANIFEST).write_bytes(b"{")
    with pytest.raises(RagdigestError, match="--rebuild"):
        update(index, [weeks], letters)
    update(index, [weeks], letters, rebuild=True)
    assert layout.damage(index) == []


def test_two_writers_wait_or_fail_clearly(index: Path) -> None:
    with layout.writer(index), pytest.raises(RagdigestError, match="another ragdigest is writing"), layout.writer(index, wait_s=0.2):
        pass


def test_readers_are_not_disturbed(index: Path, weeks: Path, letters: LetterEncoder) -> None:
    """A store opened before three updates answers from what it opened."""
    store = Store(index)
    assert store.vectors.shape[0] == store.sentence_vectors.shape[0] == 4 and len(store.tokens) and store.postings.keys.size and store.columns.entry_source.size
    for number in range(3):
        (weeks / "c.md").write_text(digest("2025-09-22 ~ 28", (f"Ibis{number}", "Ibis reads.")), encoding="utf-8")
        update(index, [], letters)
    assert [h.title for h in Retriever(store, letters, Glossary()).search("zebra caches", 1)] == ["Zebra"]


def test_a_full_disk_leaves_the_old_index(index: Path, weeks: Path, letters: LetterEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    before = contents(index)
    (weeks / "c.md").write_text(digest("2025-09-22 ~ 28", ("Ibis", "Ibis reads.")), encoding="utf-8")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(faiss, "write_index", full)
    with pytest.raises(RagdigestError, match="No space left on device"):
        update(index, [], letters)
    assert contents(index) == before and not list(index.glob(".writing-*"))


def test_another_encoder_embeds_everything_again_and_says_so(index: Path, letters: LetterEncoder) -> None:
    letters.fingerprint, said = "letters-2", []
    letters.seen.clear()
    change = update(index, [], letters, say=said.append)
    assert (change.embedded, change.unchanged, len(letters.seen)) == (4, 2, 8)  # a sentence a passage
    assert said == ["encoder letters gives way to letters of another version: every passage is embedded again"]
    assert layout.current(index).meta["fingerprint"] == "letters-2"


def test_searching_with_another_encoder_is_refused(tmp_path: Path, weeks: Path) -> None:
    root = tmp_path / "bundled"
    Library.build(weeks, root)
    restated(root, fingerprint="0" * 64)
    with pytest.raises(RagdigestError, match="another version of encoder bundled"):
        Library.open(root).search("zebra")


def restated(root: Path, **meta: object) -> None:
    """The manifest of an index, whole, but saying something else."""
    manifest = layout.current(root)
    body = {"format": layout.FORMAT, "generation": manifest.generation, "files": manifest.files, "meta": {**manifest.meta, **meta}}
    (root / layout.MANIFEST).write_bytes(layout._manifest_bytes(body))


def test_an_index_of_an_older_ragdigest_is_not_searched_and_read_again_at_the_next_update(index: Path, letters: LetterEncoder) -> None:
    restated(index, recipe=layout.RECIPE - 1)
    with pytest.raises(RagdigestError, match=f"another version of ragdigest; run: ragdigest index --index {index}"):
        Library.open(index)
    said = []
    assert update(index, [], letters, say=said.append).embedded == 4
    assert said == ["the index was cut by another version of ragdigest: every source is read again"]
    assert Library.open(index).store.manifest.meta["recipe"] == layout.RECIPE


def test_a_root_that_is_gone_changes_nothing(index: Path, weeks: Path, letters: LetterEncoder) -> None:
    shutil.move(weeks, weeks.with_name("elsewhere"))
    before = (index / layout.MANIFEST).read_bytes()
    with pytest.raises(RagdigestError, match="is not there"):
        update(index, [], letters)
    assert (index / layout.MANIFEST).read_bytes() == before


def test_a_bad_source_changes_nothing_unless_skipped(index: Path, weeks: Path, letters: LetterEncoder) -> None:
    (weeks / "bad.pdf").write_bytes(b"%PDF-1.7 cut")
    with pytest.raises(RagdigestError, match=r"bad\.pdf is not a whole PDF"):
        update(index, [], letters)
    change = update(index, [], letters, skip_bad=True)
    assert [n for n in change.notes if n.startswith("skipped: bad.pdf")] and change.unchanged == 2


def test_an_empty_folder_is_said_and_not_remembered(index: Path, tmp_path: Path, letters: LetterEncoder) -> None:
    (tmp_path / "empty").mkdir()
    before = (index / layout.MANIFEST).read_bytes()
    with pytest.raises(RagdigestError, match="no digest below"):
        update(index, [tmp_path / "empty"], letters)
    assert (index / layout.MANIFEST).read_bytes() == before


def test_a_rebuild_keeps_the_weeks_the_user_gave(tmp_path: Path, letters: LetterEncoder) -> None:
    (tmp_path / "c").mkdir()
    note = tmp_path / "c" / "note.md"
    note.write_text("**1. Zebra**\nIt runs.\n\n**2. Yak**\nIt walks.\n", encoding="utf-8")
    for rebuild in (False, True):
        update(tmp_path / "i", [tmp_path / "c"], letters, rebuild=rebuild, weeks=None if rebuild else {str(note): "2025-W40"})
        assert {e.week_start for e in Store(tmp_path / "i").catalogue.entries()} == {"2025-09-29"}


def test_same_names_in_two_folders_stay_apart(tmp_path: Path, weeks: Path, letters: LetterEncoder) -> None:
    other = tmp_path / "other"
    shutil.copytree(weeks, other)
    update(tmp_path / "two", [weeks, other], letters)
    assert [r[0] for r in Store(tmp_path / "two").catalogue.rows("SELECT name FROM sources ORDER BY n")] == ["a.md", "b.md", "other/a.md", "other/b.md"]


def test_status_says_what_changed_on_disk(index: Path, weeks: Path) -> None:
    (weeks / "a.md").unlink()
    (weeks / "b.md").write_text("other", encoding="utf-8")
    (weeks / "new.md").write_text("new", encoding="utf-8")
    row = status(index)
    assert [(s["name"], s["state"]) for s in row["sources"]] == [("a.md", "deleted"), ("b.md", "changed")]
    assert (row["new"], row["weeks"], row["entries"]) == (["new.md"], 2, 4)


def test_catalogue_opens_in_a_read_only_folder(index: Path) -> None:
    folder = layout.current(index).folder(index)
    for path in (folder, index):
        path.chmod(0o555)
    try:
        assert len(Catalogue(folder / layout.CATALOGUE).entries()) == 4
    finally:
        for path in (folder, index):
            path.chmod(0o755)
