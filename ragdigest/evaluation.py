"""Scores an index on questions whose answers are known. Knows which entries are gold and how to
count; knows nothing of how they were found or said, nor of terminals.

A work counts once, whichever of its versions is found. With rel_i = 1 where rank i brings a gold
work that no better rank brought, else 0, over the first k hits:
- hit@n = 1 where some rel_i = 1 with i <= n, else 0
- MRR@k = 1 / the least i with rel_i = 1, else 0. Voorhees, The TREC-8 Question Answering Track Report (1999)
- nDCG@k = DCG / the DCG of all gold works ranked first, DCG = sum of rel_i / log2(i + 1).
  Järvelin & Kekäläinen, Cumulated gain-based evaluation of IR techniques (2002), with the discount of
  Burges et al., Learning to rank using gradient descent (2005), by which rank 2 counts for less than rank 1
Every figure is the mean over the questions of its group, so each question weighs the same.
"""

import json
import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from .errors import RagdigestError
from .records import Answer, Hit

if TYPE_CHECKING:
    from .index.catalogue import EntryRow
    from .library import Library

FORM = 'a line is {"id", "question", "gold": [{"file" or "start", "ordinal"}], "answer_contains": [[…]]}, or has "kind": "near", "field" or "off" in place of the last two'
MARK = re.compile(r"\[\d+\]")


class Unanswerable(StrEnum):
    """Why no entry answers: the paper is there but not the fact, the paper is not there, or the field is another."""

    NEAR = "near"
    FIELD = "field"
    OFF = "off"


class Part(StrEnum):
    """What a figure measures."""

    SEARCH = "search"
    ASK = "ask"


@dataclass(frozen=True)
class Gold:
    """A reference to an entry, by file (name, or path as the index has it), by the week's first day, or by both."""

    ordinal: int
    file: str | None = None
    start: str | None = None

    def __str__(self) -> str:
        return "@".join(p for p in (self.file, self.start) if p) + f"#{self.ordinal}"

    def names(self, entry: "EntryRow") -> bool:
        """Whether this is a reference to `entry`."""
        names = [None, *map(composed, (entry.source, PurePosixPath(entry.source).name))]
        return self.ordinal == entry.ordinal and self.file in names and self.start in (None, entry.week_start)


@dataclass(frozen=True)
class Case:
    """A question, its gold entries, and its facts: of each, one of the wordings must be said."""

    id: str
    question: str
    lang: str | None = None
    kind: str | None = None
    gold: tuple[Gold, ...] = ()
    facts: tuple[tuple[str, ...], ...] = ()

    @property
    def group(self) -> str:
        """Language and kind, as in `ko/fact`; `-` for what is not said."""
        return f"{self.lang or '-'}/{self.kind or '-'}"


@dataclass(frozen=True)
class Figure:
    """A mean, in 0 to 1, over the `cases` questions of a group."""

    part: Part
    group: str
    metric: str
    value: float
    cases: int


@dataclass(frozen=True)
class Report:
    """All figures, and the gold references that name no entry of the index."""

    k: int
    cases: int
    figures: tuple[Figure, ...]
    missing: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """{"k", "cases", "search": {group: {"cases", metric: mean}}, "ask": the same, "missing"}; unmeasured groups are absent."""
        parts: dict[str, dict[str, dict[str, Any]]] = {part.value: {} for part in Part}
        for f in self.figures:
            parts[f.part].setdefault(f.group, {"cases": f.cases})[f.metric] = round(f.value, 4)
        return {"k": self.k, "cases": self.cases, **parts, "missing": list(self.missing)}


def read_questions(path: str | Path) -> list[Case]:
    """The questions of a JSON-lines file. Raises RagdigestError, with path and line, for a line of another form, and for a file without lines."""
    try:
        lines = Path(path).read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise RagdigestError(f"cannot read {path}: {getattr(error, 'strerror', None) or 'not UTF-8'}; {FORM}") from error
    cases = []
    for number, line in enumerate(lines, 1):
        try:
            cases += [_case(json.loads(line))] if line.strip() else []
        except (ValueError, RecursionError) as error:
            raise RagdigestError(f"{path}:{number} {'is no JSON' if isinstance(error, json.JSONDecodeError | RecursionError) else error}: {line[:60]!r}; {FORM}") from error
    if not cases:
        raise RagdigestError(f"no question in {path}; {FORM}")
    return cases


def _expect(holds: bool, otherwise: str) -> None:
    if not holds:
        raise ValueError(otherwise)


def _case(row: Any) -> Case:
    _expect(isinstance(row, dict), "is no object")
    name, question, lang, kind = (row.get(key) for key in ("id", "question", "lang", "kind"))
    _expect(isinstance(name, str | int), "has no id")
    _expect(isinstance(question, str) and any(c.isalnum() for c in question), "has no question in words")
    _expect(isinstance(lang, str | None) and isinstance(kind, str | None), "has a lang or kind that is no text")
    gold, facts = ([] if row.get(key) is None else row[key] for key in ("gold", "answer_contains"))
    _expect(isinstance(gold, list) and isinstance(facts, list), "has gold or answer_contains that is no list")
    _expect(bool(gold or facts) or kind in set(Unanswerable), "has no gold and no answer_contains, and its kind is not near, field or off")
    return Case(str(name), question, lang, kind, tuple(map(_gold, gold)), tuple(map(_fact, facts)))


def _gold(item: Any) -> Gold:
    _expect(isinstance(item, dict) and type(item.get("ordinal")) is int and item["ordinal"] > 0, "has gold without an ordinal from 1")
    file, start = item.get("file"), item.get("start")
    _expect(bool(file or start) and isinstance(file, str | None) and isinstance(start, str | None), "has gold without file or start")
    return Gold(item["ordinal"], composed(file) if file else None, date.fromisoformat(start).isoformat() if start else None)


def _fact(item: Any) -> tuple[str, ...]:
    _expect(isinstance(item, list) and bool(item) and all(isinstance(w, str) and w.strip() for w in item), "has a fact that is no list of wordings")
    return tuple(item)


def composed(text: str) -> str:
    """Hangul and accents as single characters; file names on macOS come in pieces."""
    return unicodedata.normalize("NFC", text)


def folded(text: str) -> str:
    """Text for comparing wordings: case, line breaks and runs of spaces do not count."""
    return " ".join(composed(text).casefold().split())


def evaluate(library: "Library", cases: Iterable[Case], k: int = 10, ask: bool = True) -> Report:
    """Put every question to a library. Search is scored on questions with gold, answers on all; `ask` False leaves answers out.

    A gold reference to no entry of the index is listed in `missing`; a question with no other gold counts as not found.
    """
    entries, count, missing = library.entries(), 0, []
    works = {e.id: e.work for e in entries}
    measured: dict[tuple[Part, str, str], list[float]] = defaultdict(list)
    for case in cases:
        count += 1
        named = {gold: {e.work for e in entries if gold.names(e)} for gold in case.gold}
        missing += [f"{case.id}: {gold}" for gold, found in named.items() if not found]
        for key, value in _observed(library, case, works, set().union(*named.values()), k, ask):
            measured[key].append(value)
    figures = [Figure(*key, math.fsum(values) / len(values), len(values)) for key, values in measured.items()]
    return Report(k, count, tuple(sorted(figures, key=lambda f: (f.part is Part.ASK, f.group != "overall", f.group))), tuple(missing))


def _observed(library: "Library", case: Case, works: dict[str, str], gold: set[str], k: int, ask: bool) -> Iterator[tuple[tuple[Part, str, str], float]]:
    """Everything measured on one question, each with the group and metric it counts for. `works` is by entry id, `gold` the gold ones."""
    if case.gold:
        found = new_works([_works_of(hit, works) for hit in library.search(case.question, max(k, 5))], gold)
        for metric, value in search_metrics(found, len(gold), k).items():
            yield (Part.SEARCH, "overall", metric), value
            yield (Part.SEARCH, case.group, metric), value
    if ask:
        answer = library.ask(case.question)
        cited = [bool(_works_of(c.hit, works) & gold) for c in answer.citations]
        for (group, metric), value in ask_metrics(case, answer, cited).items():
            yield (Part.ASK, group, metric), value


def _works_of(hit: Hit, works: dict[str, str]) -> set[str]:
    """The work of a hit and of its versions; none for an overview."""
    return {works[i] for i in (hit.id, *hit.versions) if i in works}


def new_works(ranked: Sequence[set[str]], gold: set[str]) -> list[bool]:
    """By rank, whether it brings a gold work that no better rank brought."""
    return [bool(works & gold - set().union(*ranked[:n])) for n, works in enumerate(ranked)]


def search_metrics(found: Sequence[bool], works: int, k: int) -> dict[str, float]:
    """hit@1, hit@5, hit@k, MRR@k and nDCG@k of one ranking; `works` is how many gold works there are."""
    ranks = [rank for rank, new in enumerate(found, 1) if new]
    first = ranks[0] if ranks else math.inf
    gain = math.fsum(1 / math.log2(rank + 1) for rank in ranks if rank <= k)
    ideal = math.fsum(1 / math.log2(rank + 1) for rank in range(1, min(works, k) + 1))
    return {**{f"hit@{n}": float(first <= n) for n in sorted({1, 5, k})}, f"mrr@{k}": 1 / first if first <= k else 0.0, f"ndcg@{k}": gain / ideal if ideal else 0.0}


def ask_metrics(case: Case, answer: Answer, cited: Sequence[bool]) -> dict[tuple[str, str], float]:
    """By (group, metric), what one answer scores; `cited` says of each citation whether its work is gold."""
    if not (case.gold or case.facts):
        return {(case.kind or "-", "rightly_abstained"): float(answer.abstained)}
    out = {("answerable", "wrongly_abstained"): float(answer.abstained)}
    if case.facts:
        out["with facts", "fact_recall"] = fact_recall(case.facts, answer)
    if case.gold:
        out["with gold", "gold_cited"] = float(any(cited))
    if case.gold and cited:
        out["with gold, cited", "citation_precision"] = sum(cited) / len(cited)
    return out


def fact_recall(facts: Sequence[Sequence[str]], answer: Answer) -> float:
    """The share of facts of which a wording stands in the answer, its marks `[n]` aside, or in one of its quotes; 0 for an abstention."""
    if answer.abstained:
        return 0.0
    said = [folded(MARK.sub(" ", answer.text or "")), *(folded(c.hit.quote) for c in answer.citations)]
    return sum(any(folded(wording) in text for wording in fact for text in said) for fact in facts) / len(facts)


def compare(left: Report, right: Report) -> list[tuple[str, float | None, float | None, float | None]]:
    """(metric, left, right, right less left) by figure, None where one has it not. Raises RagdigestError where k or the number of questions differ."""
    if (left.k, left.cases) != (right.k, right.cases):
        raise RagdigestError(f"{left.cases} questions at k={left.k} do not compare with {right.cases} at k={right.k}; evaluate both on the same")
    sides = [{f"{f.part} {f.group} {f.metric}": f.value for f in report.figures} for report in (left, right)]
    pairs = [(metric, sides[0].get(metric), sides[1].get(metric)) for metric in {**sides[0], **sides[1]}]
    return [(m, a, b, None if a is None or b is None else b - a) for m, a, b in pairs]
