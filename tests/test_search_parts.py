"""Words, periods, names and links of search, with values worked out by hand."""

import math
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from ragdigest.index import mining
from ragdigest.index.build import term_blob, terms_of, update
from ragdigest.index.postings import K1, B, Postings
from ragdigest.index.store import Store
from ragdigest.index.works import Item, link, versions_of
from ragdigest.retrieval import retriever
from ragdigest.retrieval.filters import Filters
from ragdigest.retrieval.glossary import Glossary, shipped
from ragdigest.retrieval.late import late_interaction
from ragdigest.retrieval.lexical import word_evidence
from ragdigest.retrieval.periods import period_of
from ragdigest.retrieval.questions import read_question
from ragdigest.retrieval.retriever import Retriever
from ragdigest.retrieval.spelling import Names, sound_of
from ragdigest.retrieval.units import units_of
from ragdigest.words import term_hash

TEXTS = ["강화 학습 agent", "agent agent cache", "캐시 압축"]


@pytest.fixture
def postings() -> Postings:
    return Postings.build([terms_of(term_blob(t)) for t in TEXTS])


def test_late_interaction_is_the_mean_of_the_nearest_tokens(tmp_path: Path, weeks: Path, letters) -> None:
    update(tmp_path / "index", [weeks], letters)
    store = Store(tmp_path / "index")
    texts = [embedded for (embedded,) in store.catalogue.rows("SELECT embedded FROM passages ORDER BY n")]
    _, (question, *passages) = letters.encode_tokens(["caches compressed by a zebra", *texts])
    by_hand = [np.mean([max(float(token @ row) for row in passage) for token in question]) for passage in passages]
    for chosen in ([0, 1, 2, 3], [3, 1], [2]):
        assert np.allclose(late_interaction(question, store, np.array(chosen)), np.array(by_hand)[chosen], atol=0.02)  # int8 rounds


def test_only_the_best_entries_get_a_second_look(tmp_path: Path, weeks: Path, letters, monkeypatch: pytest.MonkeyPatch) -> None:
    update(tmp_path / "index", [weeks], letters)
    searched = Retriever(Store(tmp_path / "index"), letters, Glossary())
    every = searched.score("zebra caches").late
    monkeypatch.setattr(retriever, "LOOKED_AT", 2)
    some = searched.score("zebra caches").late
    seen = np.isclose(some, every)
    assert seen.sum() >= 2 and not seen.all() and np.allclose(some[~seen], every[seen].min())


def test_a_period_says_what_it_shuts_out_for_want_of_a_week(tmp_path: Path, weeks: Path, letters) -> None:
    (weeks / "c.md").write_text("# Notes\n\n**1. Ibis**\nIbis reads papers.\n\n**2. Emu**\nEmu runs far.\n", encoding="utf-8")
    update(tmp_path / "index", [weeks], letters)
    store = Store(tmp_path / "index")
    assert "; 2 entries name no week" in Filters.parse(since="2030-01-01").undated(store)
    assert Filters.parse(lang="ko").undated(store) == ""


def test_bm25_by_hand(postings: Postings) -> None:
    """`agent` stands once in passage 0 (3 terms: 강화, 학습, agent) and twice in passage 1 (3 terms); the mean length is 8/3."""
    passages, counts = postings.find(term_hash("agent"))
    assert (passages.tolist(), counts.tolist()) == ([0, 1], [1, 2])
    norm = K1 * (1 - B + B * 3 / (8 / 3))
    assert postings.gain(passages, counts) == pytest.approx([1 * (K1 + 1) / (1 + norm), 2 * (K1 + 1) / (2 + norm)])
    assert postings.idf(2) == pytest.approx(math.log(1 + (3 - 2 + 0.5) / (2 + 0.5)))


def test_an_unknown_term_is_found_nowhere(postings: Postings) -> None:
    assert [a.tolist() for a in postings.find(term_hash("zebra"))] == [[], []]


def test_a_korean_unit_speaks_to_english_through_the_glossary(postings: Postings) -> None:
    glossary = Glossary([(["캐시"], ["cache"])])
    evidence = word_evidence(units_of("캐시는?", glossary), postings, np.array([1, 2, 1]))
    assert [u.text for u in evidence.units] == ["캐시"]
    assert evidence.match[0, 0] == 0 and evidence.match[0, 1] > 0 and evidence.match[0, 2] > evidence.match[0, 1]


def test_a_unit_without_a_translation_says_nothing_across_languages(postings: Postings) -> None:
    evidence = word_evidence(units_of("압축", Glossary()), postings, np.array([1, 2, 1]))
    assert evidence.weight[0, 1] == 0 and evidence.weight[0, 0] > 0


@pytest.mark.parametrize(("question", "units"), [
    ("강화학습이 뭐야?", ["강화학습"]),
    ("강화 학습을 쓰는 논문", ["강화학습"]),
    ("KV캐시를 압축", ["kv", "캐시", "압축"]),
    ("Which papers use reinforcement learning?", ["reinforcement learning"]),
    ("what is the", ["what", "is", "the"]),
])
def test_units_of_a_question(question: str, units: list[str]) -> None:
    glossary = Glossary([(["강화학습", "강화 학습"], ["reinforcement learning"])])
    assert [u.text for u in units_of(question, glossary)] == units


TODAY, NEWEST = date(2025, 11, 21), date(2025, 10, 13)


@pytest.mark.parametrize(("question", "since", "until"), [
    ("2024년 3월에 나온 MoE 논문", "2024-03-01", "2024-03-31"),
    ("24년 5월 DeepSeek", "2024-05-01", "2024-05-31"),
    ("2025년 3월 3일부터 30일 사이에 나온 것", "2025-03-03", "2025-03-30"),
    ("2024년 12월부터 2025년 2월까지", "2024-12-01", "2025-02-28"),
    ("2023년 가을 RAG", "2023-09-01", "2023-11-30"),
    ("2024년 하반기", "2024-07-01", "2024-12-31"),
    ("2025년 1분기", "2025-01-01", "2025-03-31"),
    ("10월 이후 나온 것", "2025-10-01", None),
    ("지난달 논문", "2025-10-01", "2025-10-31"),
    ("지난주에 나온", "2025-11-10", "2025-11-16"),
    ("작년 12월 논문", "2024-12-01", "2024-12-31"),
    ("in early 2025", "2025-01-01", "2025-04-30"),
    ("what's new since October", "2025-10-01", None),
    ("papers before June 2024", None, "2024-05-31"),
    ("between 3 and 20 June 2024", "2024-06-03", "2024-06-20"),
    ("from June 28 to July 4, 2024", "2024-06-28", "2024-07-04"),
    ("March to May 2025", "2025-03-01", "2025-05-31"),
    ("Q1 2025 vision", "2025-01-01", "2025-03-31"),
    ("winter 2024", "2024-12-01", "2025-02-28"),
    ("last month's papers", "2025-10-01", "2025-10-31"),
    ("the last 2 weeks", "2025-11-07", "2025-11-21"),
    ("가장 최근 주 논문", NEWEST.isoformat(), (NEWEST + timedelta(6)).isoformat()),
    ("papers of the latest digest", NEWEST.isoformat(), (NEWEST + timedelta(6)).isoformat()),
    ("W37 논문 목록", "2025-09-08", "2025-09-14"),
    ("2024-W10에 나온 것", "2024-03-04", "2024-03-10"),
])
def test_periods(question: str, since: str | None, until: str | None) -> None:
    period = period_of(question, TODAY, NEWEST)
    assert period is not None
    assert (period.since and str(period.since), period.until and str(period.until)) == (since, until)


@pytest.mark.parametrize("question", ["AIME 2025 점수", "may models lie?", "GPT-4o in the wild", "LiveMCP-101", "32개월", "지난주장", "W4A16 quantization", "최근 주장", "최근 주목받는 논문", "최신 주제 논문", "가장 최근 주목받는 것", ""])
def test_no_period(question: str) -> None:
    assert period_of(question, TODAY, NEWEST) is None


def test_the_period_leaves_the_question() -> None:
    period = period_of("2024년 3월에 나온 MoE 논문", TODAY, NEWEST)
    assert period is not None and period.rest == "MoE 논문"


@pytest.mark.parametrize(("text", "names", "wants_list"), [
    ("GRPO를 쓰는 논문 전부", {"grpo"}, True),
    ("Which papers report GAIA scores?", {"gaia"}, True),
    ("Why does ARK-V1 fail?", {"ark-v1"}, False),
    ("how many papers use GRPO?", {"grpo"}, True),
    ("how many papers did GenBench review?", {"genbench"}, False),
    ("서베이 논문 뭐 있어?", set(), True),
    ("문맥을 요약하는 논문 있었나?", set(), False),
    ("시도들을 한데 모아 갈래를 나눈 글이 뭐였지?", set(), False),
    ("그걸 다룬 게 어떤 논문이더라?", set(), False),
    ("Someone said AI helps. Along which lines?", set(), False),
])
def test_reading_a_question(text: str, names: set[str], wants_list: bool) -> None:
    asked = read_question(text)
    assert (set(asked.names), asked.wants_list) == (names, wants_list)


@pytest.mark.parametrize(("asked", "units"), [
    ("환각 줄이는 논문 몇 편이나 돼?", ["환각", "줄이는"]),
    ("합성 데이터 논문 전부 보고 싶어", ["합성데이터"]),
    ("음성 쪽 연구 있을까요? 다 보여주세요", ["음성"]),
    ("how many papers deal with hallucination, please", ["hallucination"]),
    ("뭐가 있어?", ["뭐가", "있어"]),
])
def test_words_that_only_ask_say_nothing(asked: str, units: list[str]) -> None:
    assert [u.text for u in units_of(asked, Glossary(shipped()))] == units


@pytest.mark.parametrize(("texts", "mined"), [
    (["강화 학습(reinforcement learning)을 쓴다"], ("강화 학습", "reinforcement learning")),
    (["빠른 검색기(retriever)와 느린 것"], ("검색기", "retriever")),
    (["높은 지연 시간(latency)", "낮은 지연 시간(latency)", "지연 시간(latency)"], ("지연 시간", "latency")),
    (["검색 증강 생성(RAG)"], ("검색 증강 생성", "RAG")),
])
def test_mined_terms_reach_as_far_as_the_term(texts: list[str], mined: tuple[str, str]) -> None:
    found = mining.mine([("s", t) for t in texts])
    assert [(t.korean, t.english) for t in found] == [mined]


@pytest.mark.parametrize("text", ["유사도(cosine similarity)", "방법(GRPO-TCR)", "학습(RL)", "결과(82.8)", "되찾는 힘(recall)"])
def test_half_a_compound_or_a_name_is_no_term(text: str) -> None:
    assert mining.mine([("s", text)]) == []


def test_abbreviations_are_spelled_by_initials() -> None:
    assert mining.abbreviations([("s", "We use Retrieval-Augmented Generation (RAG) and a thing (XYZ).")]) == {"RAG": "retrieval augmented generation"}


def test_names_are_marked_words_and_capitals_inside_sentences() -> None:
    assert mining.names("Results on GAIA and τ-bench show that ParaThinker beats Llama-3.1-8B by Anthropic. However it fails.") == ["GAIA", "τ-bench", "ParaThinker", "Llama-3.1-8B", "Anthropic"]


NAMES = ["ParaThinker", "SFR-DeepResearch", "Elastic-Cache", "DeepSeek", "Kimi-Dev", "AToken"]


@pytest.mark.parametrize(("word", "name"), [
    ("파라씽커", "ParaThinker"), ("SFR-DeepReserch", "SFR-DeepResearch"), ("일래스틱캐시", "Elastic-Cache"), ("딥시크", "DeepSeek"), ("키미데브", "Kimi-Dev"),
    ("에이토큰", "AToken"), ("강화학습", None), ("모델", None), ("zzzz", None), ("kim", None),
])
def test_names_with_typos_or_in_hangul(word: str, name: str | None) -> None:
    assert Names(NAMES).nearest(word) == name


def test_sounds_agree_across_scripts() -> None:
    assert sound_of("파라씽커") == sound_of("ParaThinker") == "plsnk"


def items(*rows: tuple[str, str, str | None]) -> list[Item]:
    return [Item(f"e{n}", n, title, text, arxiv) for n, (title, text, arxiv) in enumerate(rows)]


ONE = np.array([[1.0, 0.0], [1.0, 0.0]], np.float32)


@pytest.mark.parametrize(("rows", "same"), [
    ([("A", "x", "2501.00001"), ("B", "y", "2501.00001")], True),
    ([("ZebraNet", "ZebraNet gets 81.5 on GAIA and 92.25 on FRAMES", None), ("지브라넷 ZebraNet", "ZebraNet은 GAIA 81.5, FRAMES 92.25", None)], True),
    ([("Gemma", "Gemma by DeepMind gets 81.5 on GAIA", None), ("Gemma 2", "Gemma by DeepMind gets 81.5 on GAIA", None)], False),
    ([("ZebraNet", "ZebraNet gets 81.5 on GAIA", "2501.00001"), ("ZebraNet", "ZebraNet gets 81.5 on GAIA", "2501.00002")], False),
    ([("A", "plain words only", None), ("B", "other words again", None)], False),
])
def test_works(rows: list[tuple[str, str, str | None]], same: bool) -> None:
    assert (link(items(*rows), ONE) == ["e0", "e0"]) is same


def test_two_entries_of_one_digest_are_two_works() -> None:
    twins = [Item("a", 0, "ZebraNet", "ZebraNet 81.5 GAIA FRAMES", None), Item("b", 0, "ZebraNet", "ZebraNet 81.5 GAIA FRAMES", None)]
    assert link(twins, ONE) == ["a", "b"]


@pytest.mark.parametrize(("linked", "cosine", "works"), [
    (2, 0.9, ["a0", "a1", "a2", "a0", "a1", "a2"]),
    (2, 0.5, ["a0", "a1", "a2", "a0", "a1", "b2"]),
    (1, 0.9, ["a0", "a1", "a2", "a0", "b1", "b2"]),
])
def test_what_two_digests_of_one_week_leave_over_is_matched(linked: int, cosine: float, works: list[str]) -> None:
    items = [Item(f"{d}{n}", at, f"{title} {n}x", "text", f"2501.0000{n}" if n < linked else None) for at, (d, title) in enumerate((("a", "Zebra"), ("b", "얼룩말"))) for n in range(3)]
    vectors = np.eye(4, dtype=np.float32)[[0, 1, 2, 0, 3, 2]]
    vectors[5] = [0, 0, cosine, (1 - cosine**2) ** 0.5]
    assert link(items, vectors) == works


def test_versions_in_titles() -> None:
    assert versions_of("Llama 3.1 70B") == {"3.1", "70"} and versions_of("Gemma") == set()
