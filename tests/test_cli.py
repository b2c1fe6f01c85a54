"""The contract, seen from outside: commands, JSON lines, exit codes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import CORPUS

COMMANDS = ["index", "add", "search", "ask", "related", "entries", "show", "text", "status", "verify"]
HIT = {"rank", "score", "id", "source", "ordinal", "title", "week_start", "week_end", "lang", "url", "quote", "start", "end"}
CITATION = (HIT - {"rank", "score"}) | {"key", "source_sha256"}


def run(*args: object, index: Path | None = None, code: int = 0, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """`ragdigest` in a process of its own; its exit status must be `code`."""
    env = {**os.environ, "PYTHONWARNINGS": "ignore"} | ({"RAGDIGEST_INDEX": str(index)} if index else {})
    done = subprocess.run([sys.executable, "-c", "from ragdigest.cli import main; main()", *map(str, args)], capture_output=True, text=True, env=env, cwd=cwd, check=False)
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr
    return done


def rows(done: subprocess.CompletedProcess[str]) -> list[dict]:
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def corpus_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The corpus that ships, indexed with the bundled encoder."""
    root = tmp_path_factory.mktemp("cli") / "index"
    run("index", CORPUS, "--index", root)
    return root


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str) -> None:
    text = run(command, "--help").stdout
    assert "Example" in text and "--index" in text


def test_entries_lists_ten_a_week_in_both_languages(corpus_index: Path) -> None:
    found = rows(run("entries", "--json", index=corpus_index))
    assert len(found) == 80
    assert [(e["ordinal"], e["week_start"], e["lang"]) for e in found if e["source"] == "2025-W37-ko.md"] == [(n, "2025-09-08", "ko") for n in range(1, 11)]
    assert {"id", "source", "ordinal", "title", "week_start", "week_end", "lang", "links", "work", "start", "end"} <= set(found[0])


@pytest.mark.parametrize("query", ["ParaThinker", "여러 생각의 갈래를 나란히 펼치는 방법"])
def test_search_quotes_the_source_character_for_character(corpus_index: Path, query: str) -> None:
    row = rows(run("search", query, "-k", "5", "--json", index=corpus_index))[0]
    assert [h["rank"] for h in row["hits"]] == [1, 2, 3, 4, 5]
    assert sorted((h["score"] for h in row["hits"]), reverse=True) == [h["score"] for h in row["hits"]]
    for hit in row["hits"]:
        text = run("text", hit["source"], index=corpus_index).stdout
        assert set(hit) >= HIT and text[hit["start"] : hit["end"]] == hit["quote"]
    assert "ParaThinker" in row["hits"][0]["title"]


def test_ask_cites_every_mark_and_marks_every_citation(corpus_index: Path) -> None:
    row = rows(run("ask", "ARK-V1은 어떤 모델로 실험했나요?", "--json", index=corpus_index))[0]
    assert not row["abstained"] and row["generator"] == "extractive"
    assert all(set(c) >= CITATION and f"[{c['key']}]" in row["answer"] for c in row["citations"])
    assert row["answer"].count("[") >= len(row["citations"])


def test_related_puts_the_other_language_first(corpus_index: Path) -> None:
    row = rows(run("related", "2025-W37-ko.md#5", "-k", "3", "--json", index=corpus_index))[0]
    assert (row["related"][0]["source"], row["related"][0]["ordinal"], row["related"][0]["same_work"]) == ("2025-W37-en.md", 5, True)
    assert not any(h.get("same_work") for h in row["related"][1:]) and len(row["related"]) == 4
    assert all((h["source"], h["ordinal"]) != ("2025-W37-ko.md", 5) for h in row["related"])


@pytest.mark.parametrize(("command", "field", "answers"), [("search", "query", "hits"), ("ask", "question", "citations"), ("related", "ref", "related")])
def test_batch_answers_every_line_in_order(corpus_index: Path, tmp_path: Path, command: str, field: str, answers: str) -> None:
    jobs = tmp_path / "jobs.jsonl"
    jobs.write_text("".join(json.dumps({"id": f"q{n}", field: text}) + "\n" for n, text in enumerate(["Elastic-Cache", "환각"])), encoding="utf-8")
    found = rows(run(command, "--batch", jobs, "--json", index=corpus_index))
    assert [r["id"] for r in found] == ["q0", "q1"] and all(answers in r for r in found)


@pytest.mark.parametrize(("filters", "expected"), [
    (["--since", "2025-10-01"], {"2025-W42-en.md", "2025-W42-ko.md"}),
    (["--until", "2025-07-31", "--lang", "en"], {"2025-W28-en.md", "2025-W28-ko.md"}),
    (["--source", "*W39*"], {"2025-W39-en.html", "2025-W39-ko.md"}),
])
def test_filters_keep_only_what_they_say(corpus_index: Path, filters: list[str], expected: set[str]) -> None:
    assert {e["source"] for e in rows(run("entries", "--json", *filters, index=corpus_index))} == expected
    assert {h["source"] for h in rows(run("search", "agents", "-k", "50", "--json", *filters, index=corpus_index))[0]["hits"]} <= expected


def test_show_gives_the_entry_and_its_other_versions(corpus_index: Path) -> None:
    row = rows(run("show", "2025-W37-ko.md#5", "--json", index=corpus_index))[0]
    assert row["text"] == run("text", row["source"], index=corpus_index).stdout[row["start"] : row["end"]]
    assert [(o["source"], o["ordinal"]) for o in row["same_work"]] == [("2025-W37-en.md", 5)]
    assert rows(run("show", row["id"], "--json", index=corpus_index))[0]["title"] == row["title"]


def test_status_and_verify_agree_with_the_index(corpus_index: Path) -> None:
    row = rows(run("status", "--json", index=corpus_index))[0]
    assert (row["entries"], row["weeks"], len(row["sources"]), row["encoder"]) == (80, 4, 8, "bundled")
    assert rows(run("verify", "--json", index=corpus_index))[0]["ok"]


def test_verify_finds_a_saved_quote_that_no_longer_stands(corpus_index: Path, tmp_path: Path) -> None:
    saved = tmp_path / "answers.jsonl"
    line = run("ask", "Elastic-Cache", "--json", index=corpus_index).stdout
    saved.write_text(line, encoding="utf-8")
    assert "saved quotes agree" in run("verify", saved, index=corpus_index).stdout
    saved.write_text(line.replace('"start": ', '"start": 1'), encoding="utf-8")
    assert "no longer stands" in run("verify", saved, index=corpus_index, code=1).stderr


@pytest.mark.parametrize(("args", "code", "says"), [
    (["search", "x", "--index", "/nowhere/at/all"], 1, "no index at /nowhere/at/all; run: ragdigest index"),
    (["search", "?!…"], 1, "no word in the question"),
    (["search", "\udcff"], 1, "no word in the question"),
    (["search", "x", "--since", "yesterday"], 1, "--since 'yesterday' is no day"),
    (["search", "x", "--lang", "fr"], 1, "no language 'fr'"),
    (["search"], 2, "QUERY or --batch"),
    (["search", "x", "-k", "0"], 2, "--count"),
    (["nonsense"], 2, "nonsense"),
    (["show", "2025-W37-ko.md#99"], 1, "no entry '2025-W37-ko.md#99'"),
    (["text", "W37-ko.md"], 1, "did you mean 2025-W37-ko.md?"),
    (["search", "--batch", "/nowhere.jsonl"], 1, "cannot read /nowhere.jsonl"),
])
def test_errors_are_one_line_that_says_what_to_do(corpus_index: Path, args: list[str], code: int, says: str) -> None:
    done = run(*args, code=code, index=corpus_index)
    assert says in done.stderr.replace("\n", " ") and not done.stdout
    if code == 1:
        assert done.stderr.startswith("error: ") and done.stderr.count("\n") == 1


@pytest.mark.parametrize("query", ["압축 " * 40_000, "kv cache zzzqqq 뷁뷁", "82.8", "\u202eevil\u2066 KV", "é" * 300])
def test_odd_queries_are_answered(corpus_index: Path, tmp_path: Path, query: str) -> None:
    jobs = tmp_path / "odd.jsonl"
    jobs.write_text(json.dumps({"id": 1, "query": query}) + "\n", encoding="utf-8")
    assert len(rows(run("search", "--batch", jobs, "--json", index=corpus_index))[0]["hits"]) == 10


@pytest.mark.parametrize(("name", "data", "says"), [
    ("empty.md", b"", "holds no text"),
    ("blank.txt", b" \n\n", "holds no text"),
    ("binary.md", bytes(range(256)) * 4, "binary file"),
    ("cut.pdf", b"%PDF-1.4\n1 0 obj", "not a whole PDF"),
    ("photo.png", b"\x89PNG", "no digest ragdigest reads"),
])
def test_bad_input_is_one_line_and_changes_nothing(corpus_index: Path, tmp_path: Path, name: str, data: bytes, says: str) -> None:
    bad = tmp_path / name
    bad.write_bytes(data)
    before = (corpus_index / "manifest.json").read_bytes(), sorted(p.name for p in CORPUS.iterdir())
    for command in (["index", bad], ["add", bad, "--corpus", tmp_path / "corpus"]):
        done = run(*command, index=corpus_index, code=1)
        assert says in done.stderr and done.stderr.count("\n") == 1
    assert before == ((corpus_index / "manifest.json").read_bytes(), sorted(p.name for p in CORPUS.iterdir()))
    assert not (tmp_path / "corpus").exists() or not list((tmp_path / "corpus").iterdir())


def test_a_cold_question_loads_neither_torch_nor_transformers(corpus_index: Path) -> None:
    for args in (["--help"], ["ask", "Elastic-Cache?"]):
        code = f"import sys\nsys.argv = ['ragdigest', *{args!r}]\nfrom ragdigest.cli import main\ntry:\n main()\nexcept SystemExit:\n pass\nprint([m for m in ('torch', 'transformers', 'sentence_transformers') if m in sys.modules], file=sys.stderr)"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, "RAGDIGEST_INDEX": str(corpus_index)}, check=True)
        assert done.stderr.strip().endswith("[]")


def test_a_pdf_that_is_not_there_is_said(corpus_index: Path) -> None:
    done = run("related", "nothere.pdf", index=corpus_index, code=1)
    assert not done.stdout and "no file nothere.pdf" in done.stderr
