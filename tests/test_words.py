"""Terms by hand: what a question's words and a digest's words must share."""

import unicodedata

import pytest

from ragdigest.words import bare_korean, latin_terms, normal, query_terms, stem, term_hash, terms


def finds(question: str, text: str) -> bool:
    """Whether each word of the question has a term in the text."""
    held = set(terms(text))
    return all(held & set(word) for word in query_terms(question))


def once(wrong: str, *values):
    """A case that was read wrongly once, with what was wrong."""
    return pytest.param(*values, id=wrong)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("강화학습", ["강화", "화학", "학습"]),
        ("강화 학습", ["강화", "학습"]),
        ("KV캐시", ["kv", "캐시"]),
        ("층 하나", ["층", "하나"]),
        ("GPT-4o", ["gpt-4o", "gpt4o", "gpt", "4o"]),
        ("τ-bench", ["τ-bench", "τbench", "τ", "bench"]),
        ("C2S-Scale", ["c2s-scale", "c2sscale", "c2s", "scale"]),
        ("FRAMES 82.8점", ["frame", "82.8", "점"]),
        ("82.8.", ["82.8"]),
        ("1,120개 (100,000 steps)", ["1120", "개", "100000", "step"]),
        ("C++ and C", ["c++", "and", "c"]),
        ("Humanity’s Exam", ["humanity", "exam"]),
        ("pass_rate@1", ["pass", "rate", "1"]),
        ("otters, Otters", ["otter", "otter"]),
        ("— ● …", []),
    ],
)
def test_the_terms_of_a_text(text, expected):
    assert terms(text) == expected


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("강화학습", "강화 학습"),
        ("강화 학습", "강화학습을 쓴다"),
        ("KV캐시", "KV 캐시"),
        ("KV 캐시", "KV캐시를 줄인다"),
        ("GPT4o", "GPT-4o"),
        ("GPT 4o", "GPT-4o"),
        ("gpt-4O", "GPT-4o보다"),
        ("C2SScale", "C2S-Scale 27B"),
        ("C2S", "C2S-Scale 27B"),
        ("τ bench", "τ-bench에서"),
        ("82.8", "FRAMES 82.8점을"),
        ("82.8점", "82.8 on FRAMES, 점"),
        ("1120", "시나리오 1,120개"),
        ("agents", "an agent"),
        ("studies", "a study"),
        ("ＧＰＴ－４ｏ", "GPT-4o"),
        (unicodedata.normalize("NFD", "강화학습을"), "강화 학습"),
    ],
)
def test_a_question_finds_the_other_spelling(question, text):
    assert query_terms(question)
    assert finds(question, text)


@pytest.mark.parametrize(("question", "text"), [("82.8", "82.7 and 8.28"), ("82.8", "82 of 8"), ("GPT-4o", "Gemini 2.5"), ("τ-bench", "MMLU"), ("캐시", "시스템")])
def test_a_question_does_not_find_what_is_not_there(question, text):
    assert not finds(question, text)


@pytest.mark.parametrize(
    ("word", "expected"),
    [("강화학습은", "강화학습"), ("모델이", "모델"), ("에이전트에서는", "에이전트"), ("캐시를", "캐시"), ("추론까지", "추론"), ("학습의", "학습"), ("데이터에서의", "데이터"), ("평가", "평가"), ("비교", "비교"), ("나는", "나는"), ("캐시", "캐시"), ("토론하면", "토론"), ("압축됐는지", "압축"), ("학습시키면", "학습")],
)
def test_the_last_particle_leaves_a_korean_word(word, expected):
    assert bare_korean(word) == expected


@pytest.mark.parametrize(
    ("question", "same"),
    [
        ("강화학습을 쓰는 논문은?", "강화학습 쓰는"),
        ("KV 캐시를 압축하는 방법이 있나요?", "KV 캐시 압축"),
        ("Which papers report scores on GAIA?", "report scores GAIA"),
        ("What is an otter?", "otter"),
        once("a particle after a Latin name stays, as a term of its own: 에서 finds half the corpus", "τ-bench에서", "τ-bench"),
        once("a particle after a Latin name stays, as a term of its own", "GPT-4o가 이긴", "GPT-4o 이긴"),
    ],
)
def test_function_words_and_particles_do_not_count(question, same):
    assert query_terms(question) == query_terms(same)


@pytest.mark.parametrize("question", ["the", "그 논문", "무엇인가요?", "a of to"])
def test_a_question_of_function_words_alone_keeps_them(question):
    assert sum(query_terms(question), []) == terms(question)


def test_a_question_without_a_word_has_no_terms():
    assert query_terms("?! — ●") == []


@pytest.mark.parametrize(("word", "expected"), [("agents", "agent"), ("studies", "study"), ("boxes", "box"), ("losses", "loss"), ("loss", "loss"), ("corpus", "corpus"), ("analysis", "analysis"), ("gas", "gas"), ("is", "is"),
    ("generalises", "generalize"), ("organisation", "organization"), ("analysed", "analyzed"), ("behaviours", "behavior"), ("modelling", "modeling"), ("four", "four"), ("hours", "hour"), ("arise", "arise")])
def test_only_plural_endings_leave_a_word(word, expected):
    assert stem(word) == expected


def test_a_number_has_no_parts_but_a_version_has():
    assert latin_terms("82.8") == ["82.8"]
    assert latin_terms("gpt-4.1") == ["gpt-4.1", "gpt41", "gpt", "4", "1"]


def test_composed_decomposed_and_wide_letters_are_one():
    assert normal(unicodedata.normalize("NFD", "강화 ＧＰＴ 1,000")) == "강화 gpt 1000"


def test_the_key_of_a_term_is_the_one_saved_indexes_hold():
    assert term_hash("강화") == 13917880108175324286
    assert term_hash("강화") != term_hash("화강")
