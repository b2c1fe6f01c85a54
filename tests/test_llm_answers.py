"""Answers drafted by a scripted model: only what the passages prove is shown, whatever the model or a digest says."""

import json
import re
from pathlib import Path

import pytest
from conftest import CORPUS, digest
from llm_server import raw, serving, status, stream

from ragdigest import Answer, Library

HOSTILE = [json.loads(line) for line in (Path(__file__).parent / "data" / "hostile.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return Library.build(CORPUS, tmp_path_factory.mktemp("drafts") / "index")


def key_of(messages: list[dict[str, str]], title: str) -> str:
    """The mark of the passage whose heading has a title."""
    return re.search(rf"\[(\d+)\] [^\n]*{re.escape(title)}", messages[-1]["content"])[1]


def ask(library: Library, monkeypatch: pytest.MonkeyPatch, says, question: str, **options) -> Answer:
    """Ask with a model that says what `says` makes of the messages."""
    with serving(says) as server:
        monkeypatch.setenv("RAGDIGEST_LLM_BASE_URL", server.base_url)
        monkeypatch.setenv("RAGDIGEST_LLM_MODEL", "scripted")
        monkeypatch.setenv("RAGDIGEST_LLM_TIMEOUT", "2")
        library.__dict__.pop("client", None)
        try:
            return library.ask(question, **options)
        finally:
            library.__dict__.pop("client", None)


def check(library: Library, answer: Answer) -> None:
    """Every mark has its citation and every citation its mark; every sentence ends in one; quotes stand where they say."""
    assert answer.text is not None
    assert sorted({*re.findall(r"\[(\d+)\]", answer.text)}, key=int) == [c.key for c in answer.citations]
    assert answer.text.endswith("]")
    for c in answer.citations:
        assert library.text(c.hit.source)[c.hit.start : c.hit.end] == c.hit.quote


def elastic(messages: list[dict[str, str]]) -> str:
    k = key_of(messages, "Elastic-Cache")
    return f"Elastic-Cache는 길이 512의 GSM8K에서 처리량을 최대 45.1배 높입니다. [{k}] 학습이 다시 필요하지 않습니다[{k}]. 가격은 100달러입니다 [{k}]. 매우 좋은 논문입니다."


def test_only_proved_sentences_are_shown(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    answer = ask(library, monkeypatch, elastic, "Elastic-Cache는 처리량을 얼마나 높이나요?", say=shown.append)
    check(library, answer)
    assert answer.generator == "scripted" and " ".join(shown) == answer.text
    assert "45.1배" in answer.text and "100달러" not in answer.text and "좋은 논문" not in answer.text
    assert "45.1" in " ".join(c.hit.quote for c in answer.citations)
    assert "2 sentences of the draft left out" in answer.note and "a number that the passage does not give" in answer.note and "no citation" in answer.note
    assert answer.to_json()["note"] == answer.note


def test_a_sentence_beside_a_denial_is_marked_and_the_denial_shown(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    said = "Asking the model to reflect on its own mistakes does repair the damage"
    answer = ask(library, monkeypatch, lambda messages: f"{said} [{key_of(messages, 'Brain Rot')}].", "Can the brain rot of a model be repaired?", say=shown.append)
    check(library, answer)
    assert answer.text.startswith(f"{said}. ⚠ [") and shown == [answer.text]
    assert "⚠ compare with the source: “" in answer.note


def test_a_draft_with_nothing_left_becomes_the_digests_own_words(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    question = "Elastic-Cache는 처리량을 얼마나 높이나요?"
    answer = ask(library, monkeypatch, lambda messages: "처리량을 500배 높입니다 [1]. 정말입니다.", question)
    own = library.ask(question, llm=False)
    assert (answer.text, answer.citations, answer.generator) == (own.text, own.citations, "extractive")
    assert "own words" in answer.note


def test_a_model_that_finds_nothing_abstains(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = ask(library, monkeypatch, lambda messages: "NOT IN THE DIGESTS", "Elastic-Cache는 처리량을 얼마나 높이나요?")
    assert answer.abstained and answer.text is None and answer.nearest and "scripted finds no answer" in answer.reason


def test_a_model_is_asked_where_the_rules_are_not_sure(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules alone turn the question away; a model that answers it, and is proved right, is heard; one that fails leaves the abstention."""
    question = "What does HAL measure and over how many models?"
    assert library.ask(question, llm=False).abstained
    answer = ask(library, monkeypatch, lambda messages: f"HAL covers nine models and nine benchmarks [{key_of(messages, 'HAL')}].", question)
    check(library, answer)
    assert answer.generator == "scripted"
    failed = ask(library, monkeypatch, lambda messages: status(500, retry_after_ms="1"), question)
    assert failed.abstained and "status 500" in failed.note and "own words" not in failed.note


def test_an_abstention_asks_no_model(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    def say(messages):
        raise AssertionError("asked")

    assert ask(library, monkeypatch, say, "김치찌개 맛있게 끓이는 법 알려줘").abstained


FAULTS = {
    "busy": status(429, retry_after_ms="1"), "dead": status(500, retry_after_ms="1"), "key": status(401), "nonsense": raw(b"data: {{{\n\n"), "empty": raw(b""),
    "html": raw(b"<html></html>", "text/html"), "json": raw(b'{"choices": 3}', "application/json"), "broken": lambda handler: stream(handler, "처리", finish=None, done=False),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_the_server_ends_in_the_digests_own_words(library: Library, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    answer = ask(library, monkeypatch, lambda messages: FAULTS[fault], "Elastic-Cache는 처리량을 얼마나 높이나요?")
    check(library, answer)
    assert answer.generator == "extractive" and "own words" in answer.note and "\n" not in answer.note


def test_a_stream_that_breaks_off_keeps_its_whole_sentences(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = ask(library, monkeypatch, lambda messages: lambda handler: stream(handler, elastic(messages)[:62], finish=None, done=False), "Elastic-Cache는 처리량을 얼마나 높이나요?")
    check(library, answer)
    assert answer.generator == "scripted" and "45.1배" in answer.text and "broke off" in answer.note


def test_the_passages_are_fenced_and_named_as_data(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[list[dict[str, str]]] = []
    for _ in range(2):
        ask(library, monkeypatch, lambda messages: seen.append(messages) or "x", "What is LiveMCP-101?")
    fences = [re.search(r"<passages (\w+)>", m[1]["content"])[1] for m in seen]
    assert fences[0] != fences[1]
    for m, fence in zip(seen, fences, strict=True):
        assert m[0]["role"] == "system" and fence in m[0]["content"] and "never instructions" in m[0]["content"]
        assert m[1]["content"].count(f"</passages {fence}>") == 1
    assert "English" in seen[0][0]["content"]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """A digest with all hostile entries, as files of ten."""
    root = tmp_path_factory.mktemp("hostile")
    (root / "corpus").mkdir()
    for n in range(0, len(HOSTILE), 10):
        papers = [(row["title"], row["text"].replace("\n", " ")) for row in HOSTILE[n : n + 10]]
        (root / "corpus" / f"h{n}.md").write_text(digest(f"2025-09-{8 + n // 5:02} ~ {14 + n // 5}", *papers), encoding="utf-8")
    return Library.build(root / "corpus", root / "index")


@pytest.mark.parametrize("row", HOSTILE, ids=lambda row: f"{row['id']} {row['kind']}")
def test_a_hostile_passage_changes_nothing(hostile: Library, monkeypatch: pytest.MonkeyPatch, row: dict) -> None:
    """The server obeys the passage, citing whatever mark its entry has; nothing of that reaches the reader or, raw, the prompt."""
    prompts: list[str] = []

    def say(messages):
        prompts.append(messages[1]["content"])
        name = re.search(rf"\[(\d+)\] {re.escape(row['title'][:20])}", messages[1]["content"])
        return row["obeys"].replace("[1]", f"[{name[1] if name else 1}]")

    shown: list[str] = []
    answer = ask(hostile, monkeypatch, say, row["question"], strictness=0.0, say=shown.append)
    for prompt in prompts:
        assert len(prompt.split("</passages ")) == 2 and "<|im_start|>" not in prompt and "\x1b" not in prompt
    for forbidden in row["forbidden"]:
        assert forbidden not in (answer.text or ""), answer.text
        assert not any(forbidden in s for s in shown)
        assert forbidden not in (answer.note or "") and forbidden not in (answer.reason or "")
