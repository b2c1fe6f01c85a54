"""Figures worked out by hand on a library of five entries; lines that are no questions; two reports compared."""

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import log2
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from ragdigest.cli import evaluating
from ragdigest.errors import RagdigestError
from ragdigest.evaluation import Case, Figure, Gold, Part, Report, compare, evaluate, read_questions
from ragdigest.records import Answer, Citation, Hit


@dataclass(frozen=True)
class FakeEntry:
    id: str
    source: str
    ordinal: int
    week_start: str | None
    work: str


#: Works: W has two versions, X, Y and Z one each.
ENTRIES = [
    FakeEntry("w-ko", "ko/w37.md", 1, "2025-09-08", "W"),
    FakeEntry("x", "ko/w37.md", 2, "2025-09-08", "X"),
    FakeEntry("w-en", "en.md", 1, "2025-09-15", "W"),
    FakeEntry("y", "en.md", 2, "2025-09-15", "Y"),
    FakeEntry("z", "en.md", 3, "2025-09-15", "Z"),
]


def hit(name: str, versions: Sequence[str] = (), quote: str = "") -> Hit:
    return Hit(1, 0.5, name, "", 0, "", None, None, "en", None, quote, 0, len(quote), tuple(versions))


def said(text: str, *cited: Hit) -> Answer:
    return Answer("", text, tuple(Citation(str(n), h, "") for n, h in enumerate(cited, 1)), False, None, (), "fake")


ABSTAINED = Answer("", None, (), True, "nothing", (), "fake")


@dataclass
class FakeLibrary:
    """Answers each question with the hits and the answer written down for it."""

    found: dict[str, list[Hit]] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)

    def entries(self) -> list[FakeEntry]:
        return ENTRIES

    def search(self, query: str, k: int = 10) -> list[Hit]:
        return self.found.get(query, [])[:k]

    def ask(self, question: str) -> Answer:
        return self.answers.get(question, ABSTAINED)


def searched(hits: list[Hit], *gold: Gold, k: int = 10) -> dict[str, float]:
    """The overall search figures of one question."""
    report = evaluate(FakeLibrary({"q": hits}), [Case("1", "q", gold=gold)], k, ask=False)
    return {f.metric: f.value for f in report.figures if f.group == "overall"}


def answered(case: Case, answer: Answer) -> dict[str, float]:
    report = evaluate(FakeLibrary(answers={case.question: answer}), [case])
    return {f.metric: f.value for f in report.figures if f.part is Part.ASK}


X, Y, Z = Gold(2, "w37.md"), Gold(2, start="2025-09-15"), Gold(3, "en.md", "2025-09-15")
W_KO, W_EN = Gold(1, "ko/w37.md"), Gold(1, "en.md")


def test_search_figures_of_a_gold_work_at_rank_two() -> None:
    assert searched([hit("y"), hit("x")], X) == {"hit@1": 0, "hit@5": 1, "hit@10": 1, "mrr@10": 1 / 2, "ndcg@10": pytest.approx(1 / log2(3))}


def test_ndcg_with_two_gold_works_at_ranks_one_and_three() -> None:
    figures = searched([hit("x"), hit("z"), hit("y")], X, Y)
    assert figures["ndcg@10"] == pytest.approx((1 + 1 / 2) / (1 + 1 / log2(3)))
    assert figures["mrr@10"] == 1


def test_a_hit_counts_if_a_version_of_it_is_gold() -> None:
    assert searched([hit("w-ko", ["w-en"])], W_EN)["hit@1"] == 1
    assert searched([hit("x", ["y"])], Y)["hit@1"] == 1  # by the hit's own word, though the works differ


def test_a_work_gains_once_and_its_versions_are_one_gold() -> None:
    both = [hit("w-ko", ["w-en"]), hit("w-en", ["w-ko"]), hit("x")]
    assert searched(both, W_KO, W_EN)["ndcg@10"] == 1
    assert searched(both, W_KO, W_EN, X)["ndcg@10"] == pytest.approx((1 + 1 / 2) / (1 + 1 / log2(3)))


def test_hits_beyond_k_gain_nothing_but_hit_at_five_looks_at_five() -> None:
    hits = [hit("z"), hit("y"), hit("w-ko"), hit("x")]
    assert searched(hits, X, k=2) == {"hit@1": 0, "hit@2": 0, "hit@5": 1, "mrr@2": 0, "ndcg@2": 0}


def test_the_ideal_has_no_more_than_k_works() -> None:
    assert searched([hit("x")], X, Y, Z, k=1)["ndcg@1"] == 1


def test_nothing_found_scores_nothing() -> None:
    assert set(searched([], X).values()) == {0.0}


def test_an_overview_is_never_gold() -> None:
    assert searched([hit("overview-of-w37"), hit("x")], X)["mrr@10"] == 1 / 2


@pytest.mark.parametrize(
    ("gold", "named"),
    [
        (Gold(1, "w37.md"), ["w-ko"]), (Gold(1, "ko/w37.md"), ["w-ko"]), (Gold(1, "7.md"), []), (Gold(1, "elsewhere/w37.md"), []),
        (Gold(1, start="2025-09-15"), ["w-en"]), (Gold(1, "w37.md", "2025-09-15"), []), (Gold(3, "en.md", "2025-09-15"), ["z"]), (Gold(4, "en.md"), []),
    ],
)
def test_gold_names_entries_by_file_week_or_both(gold: Gold, named: list[str]) -> None:
    assert [e.id for e in ENTRIES if gold.names(e)] == named


def test_search_is_also_grouped_by_language_and_kind() -> None:
    library = FakeLibrary({"a": [hit("x")], "b": [hit("y")], "c": [hit("x")]})
    cases = [Case("1", "a", "ko", "how", (X,)), Case("2", "b", "ko", "how", (X,)), Case("3", "c", gold=(X,)), Case("4", "d", kind="off")]
    figures = [(f.group, f.value, f.cases) for f in evaluate(library, cases, ask=False).figures if f.metric == "hit@1"]
    assert figures == [("overall", pytest.approx(2 / 3), 3), ("-/-", 1, 1), ("ko/how", 0.5, 2)]


def test_gold_that_is_not_in_the_index_is_named_and_counts_where_it_is_all() -> None:
    library = FakeLibrary({"a": [hit("x")], "b": [hit("x")]})
    report = evaluate(library, [Case("1", "a", gold=(X, Gold(9, "w37.md"))), Case("2", "b", gold=(Gold(1, "gone.md", "2020-01-06"),))], ask=False)
    assert report.missing == ("1: w37.md#9", "2: gone.md@2020-01-06#1")
    assert {f.metric: f.value for f in report.figures if f.group == "overall"} == {"hit@1": 0.5, "hit@5": 0.5, "hit@10": 0.5, "mrr@10": 0.5, "ndcg@10": 0.5}


def test_facts_stand_in_the_answer_or_a_quote_in_any_case_and_spacing() -> None:
    case = Case("1", "q", facts=(("82.8 Percent", "82.8%"), ("병렬로 생각",), ("never said", "nor this"), ("Z",)))
    answer = said("It saves 82.8 [1]\npercent.", hit("y", quote=unicodedata.normalize("NFD", "파라씽커는  병렬로\n생각한다")))
    assert answered(case, answer) == {"wrongly_abstained": 0, "fact_recall": 2 / 4}


def test_the_mark_of_a_citation_is_no_fact_but_a_quote_may_hold_one() -> None:
    case = Case("1", "q", facts=(("2",), ("[7]",)))
    assert answered(case, said("It does [1] [2]", hit("x", quote="as shown [7]")))["fact_recall"] == 1 / 2


def test_a_fact_does_not_stand_half_in_the_answer_and_half_in_a_quote() -> None:
    assert answered(Case("1", "q", facts=(("one two",),)), said("one", hit("x", quote="two")))["fact_recall"] == 0


def test_citation_precision_is_the_share_of_citations_of_a_gold_work() -> None:
    figures = answered(Case("1", "q", gold=(W_KO,)), said("a [1] b [2] c [3]", hit("w-en"), hit("x"), hit("x")))
    assert figures == {"wrongly_abstained": 0, "gold_cited": 1, "citation_precision": 1 / 3}


def test_wrongly_abstaining_costs_facts_and_gold_but_has_no_precision() -> None:
    assert answered(Case("1", "q", gold=(X,), facts=(("a",),)), ABSTAINED) == {"wrongly_abstained": 1, "fact_recall": 0, "gold_cited": 0}


def test_rightly_abstained_is_counted_by_kind() -> None:
    cases = [Case("1", "a", kind="near"), Case("2", "b", kind="near"), Case("3", "c", kind="off")]
    figures = evaluate(FakeLibrary(answers={"b": said("Yes.")}), cases).figures
    assert figures == (Figure(Part.ASK, "near", "rightly_abstained", 0.5, 2), Figure(Part.ASK, "off", "rightly_abstained", 1.0, 1))


def test_figures_do_not_hang_on_the_order_of_questions() -> None:
    library = FakeLibrary({"a": [hit("x")]}, {"a": said("Yes [1]", hit("x"))})
    cases = [Case("1", "a", "en", "fact", (X,), (("yes",),)), Case("2", "b", "ko", "how", (Y,)), Case("3", "c", kind="off")]
    assert [(f.part, f.group) for f in evaluate(library, cases).figures] == [(f.part, f.group) for f in evaluate(library, cases[::-1]).figures]


def test_report_as_json() -> None:
    library = FakeLibrary({"a": [hit("y"), hit("z"), hit("x")]})
    row = evaluate(library, [Case("1", "a", "ko", "how", (X,)), Case("2", "b", kind="field")]).to_json()
    search = {"cases": 1, "hit@1": 0, "hit@5": 1, "hit@10": 1, "mrr@10": 0.3333, "ndcg@10": 0.5}
    ask = {"answerable": {"cases": 1, "wrongly_abstained": 1}, "field": {"cases": 1, "rightly_abstained": 1}, "with gold": {"cases": 1, "gold_cited": 0}}
    assert json.loads(json.dumps(row)) == {"k": 10, "cases": 2, "search": {"overall": search, "ko/how": search}, "ask": ask, "missing": []}


def report(**values: float) -> Report:
    return Report(10, 4, tuple(Figure(Part.SEARCH, "overall", name, value, 4) for name, value in values.items()))


def test_compare_takes_left_from_right() -> None:
    rows = compare(report(hit=0.25, mrr=0.5), report(hit=1.0, ndcg=0.5))
    assert rows == [("search overall hit", 0.25, 1.0, 0.75), ("search overall mrr", 0.5, None, None), ("search overall ndcg", None, 0.5, None)]


@pytest.mark.parametrize("other", [Report(5, 4, ()), Report(10, 3, ())])
def test_compare_refuses_reports_on_other_terms(other: Report) -> None:
    with pytest.raises(RagdigestError, match="4 questions at k=10 do not compare with"):
        compare(report(hit=1.0), other)


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


GOOD = '{"id": 7, "question": "뭐?", "gold": [{"file": "a.md", "ordinal": 2}]}'


def test_questions_are_read_with_extra_keys_a_byte_order_mark_and_blank_lines(tmp_path: Path) -> None:
    full = {"id": "b", "question": "How\u2028now?", "lang": "en", "kind": "fact", "named": True, "answer_contains": [["one", "1"], ["two"]], "gold": [{"start": "2025-09-08", "ordinal": 1}]}
    path = write(tmp_path / "q.jsonl", "\ufeff" + GOOD + "\r", "", json.dumps(full, ensure_ascii=False), '{"id": "c", "question": "?x", "kind": "near", "gold": null}', "")
    assert read_questions(path) == [
        Case("7", "뭐?", gold=(Gold(2, "a.md"),)),
        Case("b", "How\u2028now?", "en", "fact", (Gold(1, None, "2025-09-08"),), (("one", "1"), ("two",))),
        Case("c", "?x", kind="near"),
    ]


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("nonsense", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ("[1]", "is no object"),
        ('{"question": "a?"}', "has no id"),
        ('{"id": 1, "question": "?!"}', "has no question"),
        ('{"id": 1, "question": ["a"]}', "has no question"),
        ('{"id": 1, "question": "a", "lang": 3}', "has a lang or kind"),
        ('{"id": 1, "question": "a"}', "has no gold and no answer_contains"),
        ('{"id": 1, "question": "a", "kind": "how", "gold": []}', "its kind is not near, field or off"),
        ('{"id": 1, "question": "a", "gold": {"file": "a.md", "ordinal": 1}}', "that is no list"),
        ('{"id": 1, "question": "a", "gold": ["a.md#1"]}', "without an ordinal"),
        ('{"id": 1, "question": "a", "gold": [{"file": "a.md", "ordinal": 0}]}', "without an ordinal"),
        ('{"id": 1, "question": "a", "gold": [{"file": "a.md", "ordinal": "1"}]}', "without an ordinal"),
        ('{"id": 1, "question": "a", "gold": [{"file": "a.md", "ordinal": true}]}', "without an ordinal"),
        ('{"id": 1, "question": "a", "gold": [{"ordinal": 1}]}', "without file or start"),
        ('{"id": 1, "question": "a", "gold": [{"start": 12, "ordinal": 1}]}', "without file or start"),
        ('{"id": 1, "question": "a", "gold": [{"start": "week 37", "ordinal": 1}]}', "week 37"),
        ('{"id": 1, "question": "a", "answer_contains": ["one"]}', "no list of wordings"),
        ('{"id": 1, "question": "a", "answer_contains": [[]]}', "no list of wordings"),
        ('{"id": 1, "question": "a", "answer_contains": [["one", " "]]}', "no list of wordings"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, wrong: str) -> None:
    path = write(tmp_path / "q.jsonl", GOOD, "", line)
    with pytest.raises(RagdigestError) as error:
        read_questions(path)
    assert str(error.value).startswith(f"{path}:3 ") and wrong in str(error.value)


def test_files_without_questions_are_named(tmp_path: Path) -> None:
    (tmp_path / "latin.jsonl").write_bytes(b"\xff\xfe\xe9")
    for path, wrong in ((write(tmp_path / "empty.jsonl", "", " "), "no question in"), (tmp_path / "gone.jsonl", "cannot read"), (tmp_path, "cannot read"), (tmp_path / "latin.jsonl", "not UTF-8")):
        with pytest.raises(RagdigestError, match=wrong) as error:
            read_questions(path)
        assert str(path) in str(error.value)


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """`ragdigest eval` on two questions, where the index `good` ranks x first and any other second."""
    better = FakeLibrary({"a": [hit("x")]}, {"a": said("Yes [1]", hit("x"))})
    worse = FakeLibrary({"a": [hit("y"), hit("x")]})
    monkeypatch.setattr(evaluating.Library, "open", lambda index: better if index == Path("good") else worse)
    path = write(tmp_path / "q.jsonl", '{"id": 1, "question": "a", "lang": "ko", "gold": [{"file": "w37.md", "ordinal": 2}]}', '{"id": 2, "question": "b", "kind": "off"}')
    app = typer.Typer()
    app.command("eval", epilog=evaluating.EPILOG)(evaluating.eval_command)
    return lambda *args: CliRunner().invoke(app, [str(path), *args], catch_exceptions=False)


def test_the_command_prints_one_json_line(command) -> None:
    row = json.loads(command("--index", "good", "--json").stdout)
    assert row["index"] == "good" and row["search"]["overall"]["hit@1"] == 1 and row["ask"]["off"] == {"cases": 1, "rightly_abstained": 1}
    assert json.loads(command("--index", "good", "--json", "--search-only", "-k", "3").stdout)["ask"] == {}


def test_the_command_compares_two_indexes(command) -> None:
    row = json.loads(command("--index", "good", "--against", "other", "--json").stdout)
    assert {"metric": "search overall mrr@10", "left": 1, "right": 0.5, "difference": -0.5} in row["differences"]
    assert row["against"]["index"] == "other" and row["against"]["search"]["overall"]["mrr@10"] == 0.5
    lines = command("--index", "good", "--against", "other").stdout.splitlines()
    assert lines[0] == "figure\tgood\tother\tdifference" and "ask with gold, cited citation_precision\t1.000\t–\t–" in lines


def test_the_command_prints_tables(command, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = command("--index", "good").stdout.splitlines()
    assert lines[:2] == ["search\tquestions\thit@1\thit@5\thit@10\tmrr@10\tndcg@10", "overall\t1\t1.000\t1.000\t1.000\t1.000\t1.000"]
    assert lines[3:5] == ["answers\tof questions\tquestions\tmean", "wrongly abstained\tanswerable\t1\t0.000"]
    monkeypatch.setattr("ragdigest.cli.display.bare", lambda plain: plain)
    drawn = [line.split() for line in command("--index", "good").stdout.splitlines()]
    assert drawn[2] == ["ko/-", "1", "1.000", "1.000", "1.000", "1.000", "1.000"] and ["wrongly", "abstained", "answerable", "1", "0.000"] in drawn


def test_gold_that_is_gone_is_noted_on_stderr(command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FakeLibrary, "entries", lambda self: ENTRIES[2:])
    done = command("--index", "good", "--json")
    assert "gold that is not in good: 1: w37.md#2;" in done.stderr and json.loads(done.stdout)["missing"] == ["1: w37.md#2"]
