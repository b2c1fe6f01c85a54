"""Denials met token by token: with rows a person can work out, and over the corpus in both languages."""

import numpy as np
import pytest
from conftest import CORPUS

from ragdigest import Library
from ragdigest.answers.aligned import affirms_denied, denied_nearby
from ragdigest.answers.checking import Checker, Fault
from ragdigest.llm.context import piece_of
from ragdigest.retrieval.late import Tokens, sentence_tokens

WORDS = ["zebras", "lions", "sleep", "run", "not", "do", "and", "caches"]


def tokens(text: str) -> Tokens:
    """Each word with a unit row of its own; words that are no WORDS share the last."""
    rows, spans, at = [], [], 0
    for word in text.split():
        at = text.index(word, at)
        rows.append(np.eye(len(WORDS) + 1, dtype=np.float32)[WORDS.index(word) if word in WORDS else -1])
        spans.append((at, at + len(word)))
    return Tokens(text, np.array(rows), np.array(spans))


@pytest.mark.parametrize(("said", "lines", "turned"), [
    ("zebras sleep", ["zebras do not sleep", "lions run"], True),
    ("zebras do not sleep", ["zebras do not sleep", "lions run"], False),  # it denies too
    ("lions run", ["zebras do not sleep", "lions run"], False),  # a calm clause says so
    ("zebras sleep", ["lions run and caches"], False),  # nothing denies
    ("zebras sleep", [], False),
])
def test_a_calm_sentence_nearer_to_a_denial_than_to_what_is_calm(said: str, lines: list[str], turned: bool) -> None:
    assert affirms_denied(tokens(said), map(tokens, lines)) is turned


def test_lines_are_not_asked_for_where_the_sentence_denies() -> None:
    assert not affirms_denied(tokens("zebras do not sleep"), iter(lambda: pytest.fail("asked for lines"), None))


@pytest.mark.parametrize(("said", "lines", "beside"), [
    ("caches and zebras sleep", ["lions run", "zebras do not sleep"], "zebras do not sleep"),
    ("caches do not sleep", ["zebras do not sleep"], None),  # it denies too
    ("lions run", ["zebras do not sleep"], None),  # of something else
    ("zebras sleep", ["zebras sleep and run"], None),  # nothing denies
    ("zebras sleep", [], None),
])
def test_what_the_passage_denies_of_what_a_sentence_speaks_of(said: str, lines: list[str], beside: str | None) -> None:
    assert denied_nearby(tokens(said), map(tokens, lines)) == beside


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return Library.build(CORPUS, tmp_path_factory.mktemp("aligned") / "index")


def test_rows_of_sentences_are_those_of_their_words(library: Library) -> None:
    (entry, *_) = library.show("2025-W42-en.md#5")
    found = sentence_tokens(library.store, library.encoder, entry.n)
    assert len(found) >= 3
    for start, sentence in found.items():
        assert entry.start <= start < entry.end and len(sentence.rows) == len(sentence.spans) > 0
        assert sentence.spans.min() >= 0 and sentence.spans.max() <= len(sentence.text)
        assert np.allclose(np.linalg.norm(sentence.rows, axis=1), 1, atol=0.02)  # kept as int8


@pytest.mark.parametrize(("ref", "said", "lang", "fault"), [
    ("2025-W39-ko.md#4", "The plans it writes are guaranteed to be optimal", "en", True),
    ("2025-W39-ko.md#4", "The plans it writes are not guaranteed to be optimal", "en", False),
    ("2025-W37-ko.md#4", "Preference pairs have to be gathered for it", "en", True),
    ("2025-W37-ko.md#4", "There is no need to gather preference pairs for it", "en", False),
    ("2025-W39-en.html#5", "다음 토큰 손실을 낮추면 임베딩 예측 오차도 저절로 줄어든다", "ko", True),
    ("2025-W39-en.html#5", "다음 토큰 손실을 낮춰도 임베딩 예측 오차는 저절로 줄지 않는다", "ko", False),
])
def test_a_dropped_denial_is_seen_across_languages(library: Library, ref: str, said: str, lang: str, fault: bool) -> None:
    piece = piece_of(library.retriever, library.show(ref)[0], "1")
    assert (Checker(library.retriever, [piece]).check(f"{said} [1].", lang).fault is Fault.TURNED) is fault
