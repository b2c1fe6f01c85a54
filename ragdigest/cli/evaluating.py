"""The command that scores users' own questions. Knows how to lay figures out, not how to count them."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from ..library import Library
from .options import DEFAULT, AsJson, IndexDir, Plain, emit

if TYPE_CHECKING:
    from ..evaluation import Case, Figure, Report

Against = Annotated[Optional[Path], typer.Option("--against", help="A second index, for another encoder say: the same questions, and INDEX2 less INDEX.", metavar="INDEX2")]
Count = Annotated[int, typer.Option("-k", "--count", min=1, max=1000, help="How many hits to score.")]
SearchOnly = Annotated[bool, typer.Option("--search-only", help="Score the ranking alone, not the answers.")]
Questions = Annotated[Path, typer.Argument(help="JSON lines with id, question, and gold, answer_contains or kind near, field or off.", metavar="QUESTIONS.jsonl")]
EPILOG = "Example: ragdigest eval my-questions.jsonl --index indexes/default --against indexes/other-encoder"


def eval_command(
    questions: Questions, index: IndexDir = DEFAULT, against: Against = None, count: Count = 10,
    as_json: AsJson = False, search_only: SearchOnly = False, plain: Plain = False,
) -> None:
    """Score search and answers on questions of your own whose answers are known."""
    from ..evaluation import compare, read_questions

    cases = read_questions(questions)
    left = _measured(index, cases, count, search_only)
    right = _measured(against, cases, count, search_only) if against else None
    differences = compare(left, right) if right else []
    if as_json:
        _emit(index, left, against, right, differences)
    elif right:
        _table(["figure", str(index), str(against), "difference"], [[m, *map(_shown, (a, b)), _shown(d, "+.3f")] for m, a, b, d in differences], plain)
    else:
        _report(left, plain)


def _measured(index: Path, cases: Sequence["Case"], k: int, search_only: bool) -> "Report":
    """The report of one index, with a note on gold that is not in it."""
    from ..evaluation import evaluate
    from . import display

    library = Library.open(index)
    with _steps(cases, f"asking {index}") as steps:
        report = evaluate(library, steps, k, not search_only)
    if report.missing:
        more = f" and {len(report.missing) - 3} more" if len(report.missing) > 3 else ""
        display.note(f"note: gold that is not in {index}: {', '.join(report.missing[:3])}{more}; it counts as not found where a question has no other")
    return report


@contextmanager
def _steps(cases: Sequence["Case"], what: str) -> Iterator[Any]:
    """The questions, with a bar on stderr where that is a terminal."""
    if not sys.stderr.isatty():
        yield cases
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        yield bar.track(cases, description=what)


def _emit(index: Path, left: "Report", against: Path | None, right: "Report | None", differences: Sequence[tuple]) -> None:
    row: dict[str, Any] = {"index": str(index), **left.to_json()}
    if right:
        names = ("metric", "left", "right", "difference")
        rows = [{n: round(v, 4) if isinstance(v, float) else v for n, v in zip(names, d, strict=True)} for d in differences]
        row |= {"against": {"index": str(against), **right.to_json()}, "differences": rows}
    emit(row)


def _report(report: "Report", plain: bool) -> None:
    """Search by group, one line each; then answers, one line a figure."""
    from ..evaluation import Part

    groups: dict[str, list[Figure]] = {}
    for figure in report.figures:
        if figure.part is Part.SEARCH:
            groups.setdefault(figure.group, []).append(figure)
    if groups:
        metrics = [f.metric for f in groups["overall"]]
        _table(["search", "questions", *metrics], [[group, str(fs[0].cases), *(_shown(f.value) for f in fs)] for group, fs in groups.items()], plain)
    answers = [[f.metric.replace("_", " "), f.group, str(f.cases), _shown(f.value)] for f in report.figures if f.part is Part.ASK]
    if answers:
        _table(["answers", "of questions", "questions", "mean"], answers, plain)


def _shown(value: float | None, form: str = ".3f") -> str:
    return "–" if value is None else format(value, form)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], plain: bool) -> None:
    """A table on a terminal, else lines of tab-separated cells."""
    from . import display

    if display.bare(plain):
        for row in (head, *rows):
            print("\t".join(map(display.clean, row)))
        return
    from rich.table import Column, Table
    from rich.text import Text

    table = Table(*(Column(Text(name)) for name in head), box=None, header_style="bold")
    for row in rows:
        table.add_row(*(Text(display.clean(cell)) for cell in row))
    display.console().print(table)
