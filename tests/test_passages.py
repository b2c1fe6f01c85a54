"""Passages: exact spans of whole sentences in one language, with the title, nothing lost and nothing twice."""

import unicodedata
from functools import cache
from pathlib import Path

import pytest

from ragdigest.passages import TARGET, passages_of, plain
from ragdigest.reading import read_source
from ragdigest.reading.forms import digests_in
from ragdigest.reading.sentences import sentence_spans
from ragdigest.records import Entry, Lang

CORPUS = Path(__file__).parents[1] / "corpus"


def entry(text: str, *blocks: str, title: str = "Otter") -> Entry:
    """An entry whose prose is `blocks`, which stand in `text` in order."""
    body = tuple((text.index(b), text.index(b) + len(b)) for b in blocks)
    return Entry(1, title, 0, len(text), body, (Lang.EN,), {})


@cache
def corpus_entries() -> list[tuple[str, Entry]]:
    sources = [read_source(path, path.name) for path in sorted(CORPUS.iterdir())]
    return [(s.text, e) for s in sources for d in s.digests for e in d.entries]


def test_short_sentences_share_a_passage_and_a_full_one_starts_the_next():
    text = "**1. Otter**\nOne swims far. Two swim near. Three swim in a row."
    found = passages_of(text, entry(text, text[13:]), target=30)
    assert [text[p.start : p.end] for p in found] == ["One swims far. Two swim near.", "Three swim in a row."]
    assert [p.sentences for p in found] == [((13, 27), (28, 42)), ((43, 63),)]


def test_a_passage_is_embedded_as_title_and_plain_text():
    text = "Otters **swim** <br> ● `far` and [the map](https://example.org/a)."
    (found,) = passages_of(text, entry(text, text, title="**Otter** [Ways](https://example.org)"))
    assert found.embedded == "Otter Ways\nOtters swim far and the map."
    assert text[found.start : found.end] == text


def test_languages_and_blocks_of_prose_do_not_mix():
    korean, english, last = "수달은 강을 따라 움직이며 물고기를 잡고 겨울에도 헤엄을 친다고 한다.", "Otters follow the rivers and catch fish all year round.", "Nobody has counted them so far in any of the valleys."
    text = f"{korean} {english}\n논문 링크\n{last}"
    found = passages_of(text, entry(text, f"{korean} {english}", last))
    assert [(text[p.start : p.end], p.lang) for p in found] == [(korean, Lang.KO), (english, Lang.EN), (last, Lang.EN)]


def test_an_entry_without_prose_is_found_by_its_title():
    text = "| 1) **Heron** | [Paper](https://arxiv.org/abs/2507.00003) |\n| 2) **Newt** - hides. | |\n"
    heron, newt = digests_in(text, None)[0][0].entries
    assert [plain(text[p.start : p.end]) for p in passages_of(text, heron)] == ["1) Heron"]
    assert [p.embedded for p in passages_of(text, heron)] == ["1) Heron"]
    assert [p.embedded for p in passages_of(text, newt)] == ["Newt\nhides."]


def test_a_sentence_longer_than_the_target_stays_whole():
    text = "가나다 " * 200 + "끝."
    assert [(p.start, p.end) for p in passages_of(text, entry(text, text))] == [(0, len(text))]


def test_decomposed_hangul_is_quoted_as_it_stands_and_embedded_composed():
    text = unicodedata.normalize("NFD", "수달은 강에서 산다.")
    (found,) = passages_of(text, entry(text, text, title=unicodedata.normalize("NFD", "수달")))
    assert (found.start, found.end, found.embedded) == (0, len(text), "수달\n수달은 강에서 산다.")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**Otter**  swims\n far", "Otter swims far"),
        ("### Otter\n#5 is best", "Otter #5 is best"),
        ("a <br> ● b<br/>c", "a b c"),
        (":one: 본문 `k=8`", "본문 k=8"),
        ("[논문](Paper) | [x](https://e.org/a_b)", "논문 | x"),
        ("<think> stays, 82.8 too", "<think> stays, 82.8 too"),
        ("clean_memory at 10:30", "clean_memory at 10:30"),
        ("**수달**은 `k`개다", "수달은 k개다"),
    ],
)
def test_plain_text_is_what_people_read(text, expected):
    assert plain(text) == expected


def test_the_passages_of_our_corpus_hold_each_sentence_once_and_in_order():
    for text, item in corpus_entries():
        held = [span for p in passages_of(text, item) for span in p.sentences]
        assert held == [span for block in item.body for span in sentence_spans(text, *block)], item.title
        assert held


def test_the_passages_of_our_corpus_stand_in_their_entry_and_cut_no_word():
    for text, item in corpus_entries():
        at = item.start
        for p in passages_of(text, item):
            assert (p.start, p.end) == (p.sentences[0][0], p.sentences[-1][1])
            assert at <= p.start < p.end <= item.end, item.title
            assert not text[p.start - 1 : p.start + 1].isalnum(), text[p.start - 9 : p.start + 9]
            assert not text[p.end - 1 : p.end + 1].isalnum(), text[p.end - 9 : p.end + 9]
            assert p.end - p.start <= 1.15 * TARGET or len(p.sentences) == 1
            assert p.embedded.split("\n") == [plain(item.title), plain(text[p.start : p.end])]
            at = p.end
