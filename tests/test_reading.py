"""Digests of every form into entries: our sample corpus, and tiny digests whose entries are written beside them."""

import unicodedata
from pathlib import Path

import pytest

from ragdigest.reading import read_source
from ragdigest.reading.forms import digests_in
from ragdigest.records import Digest, Entry

CORPUS = Path(__file__).parents[1] / "corpus"
TOP = "## Top Papers of the Week (July 7 - July 13) - 2025\n\n| **Paper** | **Links** |\n| --- | --- |\n"
HEAD = "# 주간 논문 (2025-07-07 ~ 2025-07-13)\n\n"
OVERVIEW = "이번 주에는 강가에 사는 동물을 다룬 논문이 유난히 많았고, 호수와 늪을 다룬 논문도 뒤를 이었습니다. 댐을 쌓는 기법도 함께 살펴봅니다."
FORMS = {
    "newsletter": HEAD + "**1. 수달: 강을 읽는 모델**\n수달은 강을 읽는다. 값은 82.8이다.\n논문 | 트윗\n\n**2. 비버**\n비버는 댐을 짓는다.\n논문 | 트윗\n",
    "headings": HEAD + "### 1. 수달: 강을 읽는 모델\n\n수달은 강을 읽는다. 값은 82.8이다.\n\n논문 | 트윗\n\n---\n\n### 2. 비버\n\n비버는 댐을 짓는다.\n\n논문 | 트윗\n",
    "list": HEAD + "1.  **수달: 강을 읽는 모델** - 수달은 강을 읽는다. 값은 82.8이다. [논문](Paper) | [트윗](Tweet)\n2.  **비버** - 비버는 댐을 짓는다. [논문](Paper) | [트윗](Tweet)\n",
    "rows": TOP + "| 1) **수달: 강을 읽는 모델** - 수달은 강을 읽는다. 값은 82.8이다. | [Paper](Paper), [Tweet](Tweet) |\n| 2) **비버** - 비버는 댐을 짓는다. | [Paper](Paper) |\n",
    "roundup": f"[2025/07/07 ~ 13] 강가의 논문\n\n:one: {OVERVIEW}\n\n수달: 강을 읽는 모델\n\n논문 소개\n\n수달은 강을 읽는다. 값은 82.8이다.\n\n논문 링크\n\n더 읽어보기\n\n비버\n\n논문 소개\n\n비버는 댐을 짓는다.\n\n논문 링크\n\n:fire: 또 만나요!\n",
}
SAME = [(1, "수달: 강을 읽는 모델", "수달은 강을 읽는다. 값은 82.8이다."), (2, "비버", "비버는 댐을 짓는다.")]


def once(wrong: str, *values):
    """A case that was read wrongly once, with what was wrong."""
    return pytest.param(*values, id=wrong)


def read(text: str) -> tuple[list[Entry], list[str]]:
    found, notes = digests_in(text, None)
    return [e for d in found for e in d.entries], notes


def body(text: str, entry: Entry) -> str:
    return " ".join(text[start:end] for start, end in entry.body)


def rows(text: str) -> list[tuple[int, str, str]]:
    return [(e.ordinal, e.title, body(text, e)) for e in read(text)[0]]


def corpus_digest(name: str) -> tuple[str, Digest]:
    source = read_source(CORPUS / name, name)
    assert source.notes == ()
    (digest,) = source.digests
    return source.text, digest


NFD_FORM = "labels, `논문 | 트윗`, `논문 소개` and Korean dates are looked for in composed Hangul only"


@pytest.mark.parametrize("change", ["as it is", "crlf", "bom", "cp949", "euc-kr", "utf-16"])
@pytest.mark.parametrize("form", FORMS)
def test_each_form_gives_the_same_papers_in_any_encoding(tmp_path: Path, form: str, change: str):
    text = FORMS[form].replace("\n", "\r\n") if change == "crlf" else FORMS[form]
    encoding = {"bom": "utf-8-sig", "cp949": "cp949", "euc-kr": "euc-kr", "utf-16": "utf-16"}.get(change, "utf-8")
    (tmp_path / "a.txt").write_bytes(text.encode(encoding))
    source = read_source(tmp_path / "a.txt", "a.txt")
    assert source.text == text
    assert source.notes == ()
    assert [(str(d.week.start), str(d.week.end)) for d in source.digests] == [("2025-07-07", "2025-07-13")]
    papers = [(e.ordinal, e.title, body(text, e)) for e in source.digests[0].entries if e.ordinal]
    assert papers == SAME


@pytest.mark.parametrize("form", [once(NFD_FORM, "newsletter"), once(NFD_FORM, "headings"), "list", "rows", once(NFD_FORM, "roundup")])
def test_decomposed_hangul_gives_the_same_papers(form: str):
    found = [r for r in rows(unicodedata.normalize("NFD", FORMS[form])) if r[0]]
    assert [(n, unicodedata.normalize("NFC", title), unicodedata.normalize("NFC", text)) for n, title, text in found] == SAME


@pytest.mark.parametrize(
    ("name", "week", "titles", "last_words"),
    [
        ("2025-W28-en.md", "2025-07-07", {1: "Embodied Web Agents", 7: "Transferability of LLM Reasoning (Math)", 9: "Wider or Deeper? Adaptive Branching Tree Search"}, "recall at lower cost."),
        ("2025-W28-ko.md", "2025-07-07", {1: "물리 공간과 웹을 오가는 에이전트 / Embodied Web Agents", 4: "웹 리서치 에이전트 성적표 / Deep Research Bench"}, "one, is advised."),
        ("2025-W37-en.md", "2025-09-08", {3: "REFRAG: decoding over compressed passages", 7: "Talk isn't always cheap: when debate hurts"}, "narrow leads mean little."),
        ("2025-W37-ko.md", "2025-09-08", {5: "ParaThinker: 깊이 대신 폭으로 늘리는 추론", 7: "토론이 늘 득이 되지는 않는다(Talk Isn't Always Cheap)"}, "갖기에는 충분하다."),
        ("2025-W39-en.html", "2025-09-22", {1: "ARE & Gaia2", 2: "ATOKEN", 9: "GDPval"}, "model can perceive."),
        ("2025-W39-ko.md", "2025-09-22", {1: "ARE와 Gaia2", 2: "통합 시각 토크나이저 ATOKEN", 5: "LLM-JEPA"}, "모델의 눈에 달려 있습니다."),
        ("2025-W42-en.md", "2025-10-13", {1: "Cell2Sentence-Scale 27B", 5: "Elastic-Cache", 8: "Hybrid Reinforcement (HERO)"}, "part of that reality."),
        ("2025-W42-ko.md", "2025-10-13", {1: "C2S-Scale 27B: 세포를 문장으로 읽는 모델", 7: "LLM도 ‘뇌 썩음’을 겪는다"}, "병행하는 편이 좋다."),
    ],
)
def test_our_corpus_gives_ten_papers_a_week(name, week, titles, last_words):
    text, digest = corpus_digest(name)
    papers = [e for e in digest.entries if e.ordinal]
    assert str(digest.week.start) == week
    assert [e.ordinal for e in papers] == list(range(1, 11))
    assert {n: papers[n - 1].title for n in titles} == titles
    assert text[papers[-1].start : papers[-1].end].endswith(last_words)
    assert all(papers[i].end <= papers[i + 1].start for i in range(9))


def test_the_roundup_of_our_corpus_opens_with_its_overview_and_names_both_languages():
    text, digest = corpus_digest("2025-W28-ko.md")
    overview, first = digest.entries[:2]
    assert (overview.ordinal, overview.title, overview.links) == (0, "[2025/07/07 ~ 13] 이번 주에 읽을 만한 AI/ML 논문", {})
    assert text[overview.start : overview.end].startswith("이번 주 목록에서")
    assert text[overview.start : overview.end].endswith("비교를 골랐습니다.")
    assert overview.end < first.start
    assert (overview.langs, first.langs) == (("ko",), ("ko", "en"))


def test_labels_and_closing_lines_of_the_roundup_are_no_prose():
    text, digest = corpus_digest("2025-W28-ko.md")
    prose = "\n".join(body(text, e) for e in digest.entries)
    assert [label for label in ("논문 소개", "논문 초록", "논문 링크", "더 읽어보기", ":fire:", "다음 주에도") if label in prose] == []


def test_an_overview_is_read_where_the_roundup_has_one():
    assert rows(FORMS["roundup"])[0] == (0, "[2025/07/07 ~ 13] 강가의 논문", OVERVIEW)
    assert [n for n, _, _ in rows(FORMS["headings"])] == [1, 2]


@pytest.mark.parametrize(
    ("row", "title", "text"),
    [
        ("**Otter** - swims far.", "Otter", "swims far."),
        ("**Otter**- swims far.", "Otter", "swims far."),
        ("**Otter** – swims far.", "Otter", "swims far."),
        ("**Otter**: swims far.", "Otter", "swims far."),
        ("**Otter**", "Otter", ""),
        ("**Otter** is a model.", "Otter", "**Otter** is a model."),
        ("**Otter-4o (82.8)** - e.g. swims.", "Otter-4o (82.8)", "e.g. swims."),
        ("Otter Ways - swim far.", "Otter Ways", "swim far."),
        ("Otter Ways  swim far.", "Otter Ways", "swim far."),
        ("Otter Ways This paper maps rivers.", "Otter Ways", "This paper maps rivers."),
        ("Otter Ways presented", "Otter Ways presented", "Otter Ways presented"),
        ("**Otter** - uses <think> and </think> as words.", "Otter", "uses <think> and </think> as words."),
        once("short words in angle brackets leave a title", "**<think> Otter** - swims.", "<think> Otter", "swims."),
        ("**Otter** - One. <br> ● **Swim** – far. <br> ● **Dive** – 82.8 m.", "Otter", "One. <br> ● **Swim** – far. <br> ● **Dive** – 82.8 m."),
        ("**[Otter](https://example.org/o)** - swims.", "Otter", "swims."),
        ("**Otter** - reads a|b pipes.", "Otter", "reads a|b pipes."),
    ],
)
def test_the_title_and_text_of_a_row(row, title, text):
    page = f"{TOP}| 1) {row} | [Paper](https://arxiv.org/abs/2507.00001), [Tweet](https://x.com/a) |\n| 2) **Newt** - hides. | |\n"
    assert rows(page) == [(1, title, text), (2, "Newt", "hides.")]


@pytest.mark.parametrize(
    ("links", "expected", "arxiv"),
    [
        ("[Paper](https://arxiv.org/abs/2507.00001), [Tweet](https://x.com/a)", {"Paper": "https://arxiv.org/abs/2507.00001", "Tweet": "https://x.com/a"}, "2507.00001"),
        ("[Paper](https://arxiv.org/pdf/2507.00001v2.pdf)", {"Paper": "https://arxiv.org/pdf/2507.00001v2.pdf"}, "2507.00001"),
        ("[Paper](https://huggingface.co/papers/2507.00001)", {"Paper": "https://huggingface.co/papers/2507.00001"}, "2507.00001"),
        ("[Blog](https://example.org), [Paper](https://arxiv.org/abs/2507.00002), [Old](https://arxiv.org/abs/1706.03762)", {"Blog": "https://example.org", "Paper": "https://arxiv.org/abs/2507.00002", "Old": "https://arxiv.org/abs/1706.03762"}, "2507.00002"),
        ("[A](https://arxiv.org/abs/2507.00001), [B](https://arxiv.org/abs/2507.00002)", {"A": "https://arxiv.org/abs/2507.00001", "B": "https://arxiv.org/abs/2507.00002"}, None),
        ("[Code](https://e.org/1), [Code](https://e.org/2)", {"Code": "https://e.org/1", "Code′": "https://e.org/2"}, None),
        ("[Tweet](https://x.com/a)", {"Tweet": "https://x.com/a"}, None),
        ("[Paper](Paper), [Tweet](Tweet)", {}, None),
        ("", {}, None),
    ],
)
def test_the_links_and_arxiv_id_of_a_row(links, expected, arxiv):
    first, second = read(f"{TOP}| 1) **Otter** - swims. | {links} |\n| 2) **Newt** - hides. | [Paper](https://arxiv.org/abs/2507.09999) |\n")[0]
    assert (list(first.links.items()), first.arxiv) == (list(expected.items()), arxiv)
    assert (first.title, second.arxiv) == ("Otter", "2507.09999")


@pytest.mark.parametrize(
    ("item", "title", "text"),
    [
        ("**수달**은 강에서 산다.", "수달", "**수달**은 강에서 산다."),
        ("**코드 수달(Code Otter)**은 강에서 산다.", "코드 수달(Code Otter)", "**코드 수달(Code Otter)**은 강에서 산다."),
        ("**수달** - 강에서 산다.", "수달", "강에서 산다."),
        once("a bold subject is known only before a composed particle: its sentence loses it", *(unicodedata.normalize("NFD", x) for x in ("**수달**은 강에서 산다.", "수달", "**수달**은 강에서 산다."))),
        ("**수달**\n    * 강에서 산다.\n    * 댐은 없다.", "수달", "강에서 산다.\n    * 댐은 없다."),
    ],
)
def test_the_title_and_text_of_a_list_item(item, title, text):
    assert rows(f"{HEAD}1.  {item} [논문](Paper) | [트윗](Tweet)\n2.  **비버**는 짓는다.\n") == [(1, unicodedata.normalize("NFC", title), text), (2, "비버", "**비버**는 짓는다.")]


BARE = FORMS["roundup"].replace("논문 링크\n", "논문 링크\n\nhttps://arxiv.org/abs/2507.00001\n", 1)


def test_a_bare_address_tells_the_arxiv_id():
    assert [e.arxiv for e in read(BARE)[0]] == [None, "2507.00001", None]


def test_a_bare_address_is_no_prose():
    assert rows(BARE)[1:] == SAME


def test_a_source_of_many_weeks_is_cut_at_its_dated_headings():
    weeks = [("January 1 - January 7) - 2024", "Otter"), ("December 25 - December 31)", "Newt"), ("Dec 18-24)", "Toad")]
    contents = "".join(f"- [Papers of the Week ({label}](#x)\n" for label, _ in weeks)
    text = "# All weeks\n\n" + contents + "".join(f"\n## Papers of the Week ({label}\n\n| 1) **{name}** - swims. | |\n| 2) **Old {name}** - sleeps. | |\n" for label, name in weeks)
    found, notes = digests_in(text, None)
    assert [(str(d.week.start), [e.title for e in d.entries]) for d in found] == [
        ("2024-01-01", ["Otter", "Old Otter"]),
        ("2023-12-25", ["Newt", "Old Newt"]),
        ("2023-12-18", ["Toad", "Old Toad"]),
    ]
    assert notes == []


@pytest.mark.parametrize(
    ("text", "expected", "how"),
    [
        ("## Otters\n\nOtters swim.\nThey dive.\n\n## Beavers\n\nBeavers build.\n", [(1, "Otters", "Otters swim.\nThey dive."), (2, "Beavers", "Beavers build.")], "headings"),
        ("수달은 강에서 산다.\n\n비버는 댐을 짓는다. 값은 82.8이다.\n", [(1, "수달은 강에서 산다.", "수달은 강에서 산다."), (2, "비버는 댐을 짓는다.", "비버는 댐을 짓는다. 값은 82.8이다.")], "paragraphs"),
        ("Otter", [(1, "Otter", "Otter")], "paragraphs"),
        once("a paragraph before a rule is all title and cannot be quoted", "Otters swim far.\n\n---\n\nBeavers build.\n", [(1, "Otters swim far.", "Otters swim far."), (2, "Beavers build.", "Beavers build.")], "paragraphs"),
        once("the document's own title becomes a paper without text", "# Notes\n\n## Otters\n\nOtters swim.\n\n## Beavers\n\nBeavers build.\n", [(1, "Otters", "Otters swim."), (2, "Beavers", "Beavers build.")], "headings"),
        once("numbered lines below headings win over the headings", "## Otters\n\n1. They swim.\n2. They dive.\n\n## Beavers\n\nBeavers build.\n", [(1, "Otters", "1. They swim.\n2. They dive."), (2, "Beavers", "Beavers build.")], "headings"),
        once("a paragraph's first sentence becomes its title and cannot be quoted", "Otters weigh 82.8 kg. We weighed them.\n\nBeavers build.\n", [(1, "Otters weigh 82.8 kg.", "Otters weigh 82.8 kg. We weighed them."), (2, "Beavers build.", "Beavers build.")], "paragraphs"),
    ],
)
def test_an_unknown_form_is_read_by_headings_or_paragraphs_and_says_so(text, expected, how):
    assert rows(text) == expected
    (note,) = read(text)[1]
    assert note.endswith(f"read by {how}")


@pytest.mark.parametrize("mark", ["{}. ", "{}) ", "  {}. "])
def test_a_text_without_headings_is_read_by_its_numbered_items(mark):
    text = "Reading list\n\n" + "".join(mark.format(n) + f"{name} swim far.\n" for n, name in enumerate(["Otters", "Newts", "Toads"], 1))
    assert rows(text) == [(1, "Otters swim far.", "Otters swim far."), (2, "Newts swim far.", "Newts swim far."), (3, "Toads swim far.", "Toads swim far.")]


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        (HEAD + "**1. Otter**\nSteps:\n1. swim\n2. dive\n\n**2. Newt**\nHides.\n", ["Otter", "Newt"]),
        (HEAD + "### 1. Otter\n\nSwims.\n\n### Why\n\nFish.\n\n### 2. Newt\n\nHides.\n", ["Otter", "Newt"]),
        once("a longer numbered list inside an item wins over the papers", HEAD + "**1. Otter**\nSteps:\n1. swim\n2. dive\n3. eat\n\n**2. Newt**\nHides.\n", ["Otter", "Newt"]),
        once("after a missing number all further papers sink into the last one, in silence", HEAD + "### 1. Otter\n\nSwims.\n\n### 3. Newt\n\nHides.\n\n### 4. Toad\n\nSits.\n", ["Otter", "Newt", "Toad"]),
        once("Markdown lists may number every item 1", HEAD + "1. **Otter** - swims.\n1. **Newt** - hides.\n1. **Toad** - sits.\n", ["Otter", "Newt", "Toad"]),
    ],
)
def test_the_numbers_of_the_papers_are_told_from_other_numbers(text, titles):
    assert [title for _, title, _ in rows(text)] == titles


def test_a_plain_first_line_with_dates_tells_the_week():
    (digest,), _ = digests_in("Weekly papers 2025-09-08 ~ 2025-09-14\n\n1. Otter\nSwims.\n\n2. Newt\nHides.\n", None)
    assert str(digest.week and digest.week.start) == "2025-09-08"


def test_a_heading_without_papers_leaves_a_note():
    found, notes = digests_in("# Papers (2025-09-08 ~ 14)\n\n# Papers (2025-09-01 ~ 07)\n\n**1. Otter**\nSwims.\n", None)
    assert len(found) == 1
    assert len(notes) == 1


def test_the_title_of_a_digest_holds_no_heading_marks():
    (digest,), _ = digests_in("### 1. Otter\n\nSwims.\n\n### 2. Newt\n\nHides.\n", None)
    assert not digest.title.startswith("#")
