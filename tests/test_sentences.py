"""Sentences by hand: Korean and English ends, numbers, abbreviations, lists."""

import unicodedata

import pytest

from ragdigest.reading.sentences import lang_of, sentence_spans, spoken_in, trimmed
from ragdigest.records import Lang


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text, 0, len(text))]


@pytest.mark.parametrize(
    "expected",
    [
        ["모델이 길을 찾는다.", "값은 82.8이다.", "끝났다."],
        ["정말 빠를까?", "그렇다!", "이유는 셋이다…", "하나만 적는다."],
        ["(괄호 안의 말이다.)", "‘따온 말이다.’", "그는 그렇게 썼다."],
        ["최대 3배 빨라졌다(표 2 참조).", "the rest starts small."],
        ["Otters swim.", "Do they dive?", "Yes!", "They “dive.”", "Often."],
        ["The score is 82.8.", "90.1 came later."],
        ["It costs 5.", "Nobody pays."],
        ["GPT-4.1 beats GPT-4o on τ-bench.", "See arxiv.org for v2.0 of it."],
        ["Kim et al. count otters, e.g. by sonar, i.e. by ear.", "See Fig. 3 and Sec. 4.2 vs. Eq. 5.", "Done."],
        ["Dr. Kim and J. R. Doe agree (cf. Lee et al.).", "So do we."],
        ["**Otters swim.**", "*They dive.*", "They eat."],
    ],
)
def test_a_text_of_these_sentences_gives_them_back(expected):
    assert sentences(" ".join(expected)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Otters: <br> ● **Swim** – 3.5 km. <br> ● **Dive** – often <br/>● **Eat** – e.g. fish.", ["Otters:", "**Swim** – 3.5 km.", "**Dive** – often", "**Eat** – e.g. fish."]),
        ("첫째 ● 속도는 빠르다 ● 값은 싸다.", ["첫째", "속도는 빠르다", "값은 싸다."]),
        ("Findings:\n* swims far\n* dives deep\n- eats fish", ["Findings:", "swims far", "dives deep", "eats fish"]),
        ("1. First it swims.\n2. Then it dives.", ["1. First it swims.", "2. Then it dives."]),
        ("1) It swims. 2) It dives.", ["1) It swims.", "2) It dives."]),
        ("No stop here\n\nAnother block\r\n\r\nA third", ["No stop here", "Another block", "A third"]),
        ("A broken\nline goes on.\nNext one.", ["A broken\nline goes on.", "Next one."]),
        ("- 수달\r\n- 비버\r\n", ["수달", "비버"]),
        (":fire: Hot news. :hugs:", ["Hot news."]),
        ("<think> is a word. So is </think> too.", ["<think> is a word.", "So is </think> too."]),
        ("", []),
        (" \n ● <br> \n", []),
    ],
)
def test_lists_blank_lines_and_breaks_end_a_sentence(text, expected):
    assert sentences(text) == expected


def test_decomposed_hangul_is_cut_where_composed_hangul_is():
    composed = ["모델이 길을 찾는다.", "값은 82.8이다.", "the end."]
    decomposed = [unicodedata.normalize("NFD", s) for s in composed]
    assert sentences(" ".join(decomposed)) == decomposed


def test_only_the_asked_range_is_read():
    text = "Not this. Otters swim. Beavers build. Nor this."
    start, end = text.index("Otters"), text.index(" Nor")
    assert sentence_spans(text, start, end) == [(10, 22), (23, 37)]


def test_semicolons_divide_a_sentence_too_long_to_quote():
    clauses = ["a" * 99 + ";", "b" * 99 + ";", "c" * 59 + "."]
    assert sentences(" ".join(clauses)) == clauses
    assert sentences("One thing; another thing; a third.") == ["One thing; another thing; a third."]


def test_a_short_last_clause_stays_with_the_one_before():
    text = "a" * 119 + "; " + "b" * 119 + "; " + "c" * 19 + "."
    assert [len(s) for s in sentences(text)] == [120, 141]


@pytest.mark.parametrize(
    ("text", "expected"),
    [("  ● text  ", "text"), ("* **Bold** – text <br>", "**Bold** – text"), (":one: 본문 :fire:", "본문"), ("- 82.8", "82.8"), ("-82.8", "-82.8"), (": note", "note"), ("● <br>", "")],
)
def test_list_marks_and_emoji_codes_are_trimmed(text, expected):
    start, end = trimmed(text, 0, len(text))
    assert text[start:end] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("수달은 강에서 산다.", Lang.KO),
        (unicodedata.normalize("NFD", "수달은 강에서 산다."), Lang.KO),
        ("GPT-4o와 Gemini를 KV 캐시로 비교한다", Lang.KO),
        ("Otters swim (수달).", Lang.EN),
        ("82.8 %", Lang.EN),
        ("", Lang.EN),
    ],
)
def test_a_quarter_of_hangul_makes_a_text_korean(text, expected):
    assert lang_of(text) is expected


@pytest.mark.parametrize(("text", "expected"), [
    ("HRM-2는 Maze-Hard에서 DeepSeek-R1-Distill-Qwen-32B를 앞섭니다.", Lang.KO), ("LoRA-XS-32B 성능은?", Lang.KO), ("HRM beats GPT-4o", Lang.EN), ("HRM", Lang.EN), ("The otter (수달) swims in rivers.", Lang.EN), ("", Lang.EN),
])
def test_names_do_not_tell_the_language(text, expected):
    assert spoken_in(text) is expected
