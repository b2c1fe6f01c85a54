"""What people see. Knows how to lay out, not how to find."""

import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..passages import plain as plainly
from ..passages import visible as clean
from ..records import Answer, Hit
from ..words import STOP, bare_korean, query_runs


def note(text: str) -> None:
    """A word to the person on stderr."""
    print(text, file=sys.stderr)


def console():
    from rich.console import Console

    return Console(highlight=False, soft_wrap=False)


def bare(wanted: bool) -> bool:
    """Whether to print without layout: asked for, or not a terminal."""
    return wanted or not sys.stdout.isatty()


@contextmanager
def progress() -> Iterator[Any]:
    """A bar on stderr for embedding, where stderr is a terminal; else nothing."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    with Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=Console(stderr=True), transient=True) as bar:

        def start(total: int, _: int):
            task = bar.add_task("embedding passages and sentences", total=total)
            return lambda steps: bar.advance(task, steps)

        yield start


def change(done: Any, index: Path, as_json: bool, emit: Any) -> None:
    """What an update did."""
    for line in done.notes:
        note(f"note: {line}")
    if as_json:
        emit({"index": str(index), "added": list(done.added), "changed": list(done.changed), "removed": list(done.removed), "unchanged": done.unchanged,
              "embedded": done.embedded, "entries": done.entries, "passages": done.passages})
        return
    words = [f"{len(names)} {what}" for what, names in (("added", done.added), ("changed", done.changed), ("removed", done.removed)) if names]
    print(f"{index}: {', '.join(words) or 'nothing new'}, {done.unchanged} unchanged sources; {done.entries} entries, {done.passages} passages ({done.embedded} embedded now)")


def where(hit: Any) -> str:
    """Source, ordinal and week of a hit or entry, on one line."""
    week = f"@{hit.week_start}" if hit.week_start else ""
    return f"{hit.source}{week}#{hit.ordinal}"


def hits(query: str, found: Sequence[Hit], plain: bool, versions: dict[str, Any], undated: str = "") -> None:
    """Ranked hits, each with its best passage; `versions` are the other entries of their works, by id, `undated` what a period shut out."""
    if not found:
        note(f"nothing found for {query!r} within the filters{undated}")
        return
    if bare(plain):
        for hit in found:
            mark = " same work" if hit.same_work else ""
            print(f"{hit.rank}\t{hit.score:.3f}\t{where(hit)}\t{clean(hit.title)}{mark}\t{clean(plainly(hit.quote))}" + (f"\t{explained(hit.why)}" if hit.why else ""))
        return
    from rich.text import Text

    out, asked = console(), words_of(query)
    for hit in found:
        head = Text.assemble((f"{hit.rank:>2}  ", "dim"), (clean(hit.title), "bold"), ("  same work" if hit.same_work else "", "green"))
        meta = Text(f"    {where(hit)}  {hit.score:.3f}" + ("  also " + ", ".join(where(versions[v]) for v in hit.versions[:3]) if hit.versions else ""), style="cyan")
        body = Text(clean(plainly(hit.quote)))
        if asked:
            body.highlight_regex(asked, style="yellow")
        out.print(head)
        out.print(meta)
        out.print(_indented(body))
        if hit.why:
            out.print(_indented(Text(explained(hit.why), style="dim")))
        out.print()


def words_of(query: str) -> re.Pattern[str] | None:
    """The content words of a query as a pattern: Latin ones whole, Korean ones wherever they stand, without particles."""
    words = [w for w in query_runs(query) if w not in STOP and bare_korean(w) not in STOP]
    forms = [re.escape(bare_korean(w)) if "가" <= w[0] <= "힣" else rf"\b{re.escape(w)}s?\b" for w in words]
    return re.compile("|".join(forms), re.I) if forms else None


def explained(why: dict[str, Any]) -> str:
    """The reasons of a hit in one line."""
    if "shared" in why:
        return f"meaning {why['meaning']:.3f}, words {why['words']:.3f}; shares " + (", ".join(why["shared"]) or "no names")
    matched = ", ".join(m["term"] + (f" (= {' / '.join(m['also'][:3])})" if m.get("also") else "") for m in why["matched"]) or "no words"
    return f"meaning {why['vector']:.3f}, token by token {why['tokens']:.3f}, words {max(why['words'], 0.0):+.3f}: {matched}"


def _indented(body: Any) -> Any:
    from rich.padding import Padding

    return Padding(body, (0, 2, 0, 4))


class Streaming:
    """Shows sentences as they are proved; `shown` says whether any were."""

    def __init__(self, plain: bool):
        self.shown, self._plain = False, bare(plain)

    def __call__(self, sentence: str) -> None:
        text = f"{' ' if self.shown else ''}{clean(sentence)}"
        self.shown = True
        if self._plain:
            print(text, end="", flush=True)
        else:
            console().print(_marked(text), end="", soft_wrap=True)
            sys.stdout.flush()


def _marked(text: str):
    from rich.text import Text

    marked = Text(text)
    marked.highlight_regex(r"\[\d+\]", style="bold cyan")
    return marked


def answer(given: Answer, plain: bool, shown: bool = False) -> None:
    """An answer and the sources of its citations, or the abstention and what lies nearest.

    `shown` says that its sentences stand on the screen already.
    """
    if shown:
        print()
    if given.filters:
        note(f"{given.filters}")
    if given.note:
        note(f"note: {clean(given.note)}")
    if given.why:
        reasons(given.why)
    if given.abstained:
        print(f"Not in your digests: {given.reason}")
        if given.nearest:
            print("\nNearest:")
            for hit in given.nearest:
                print(f"  {where(hit)}  {clean(hit.title)}")
        return
    if bare(plain):
        if not shown:
            print(clean(given.text or ""))
        print()
        for c in given.citations:
            print(f"[{c.key}] {where(c.hit)} {clean(c.hit.title)} ({c.hit.start}-{c.hit.end})")
        return
    from rich.text import Text

    out = console()
    if not shown:
        out.print(_marked(clean(given.text or "")))
    out.print()
    for c in given.citations:
        out.print(Text.assemble((f"[{c.key}] ", "bold cyan"), (clean(c.hit.title), "bold"), (f"  {where(c.hit)}  {c.hit.start}–{c.hit.end}", "dim")))


def reasons(why: dict[str, Any]) -> None:
    """Why an answer was given or not, on stderr."""
    if "belonging" in why:
        note(f"answered whatever follows: {why['belonging']} papers hold what is asked for")
    note(f"sure {why['probability']:.2f}, needed {why['strictness']:.2f}: " + ", ".join(f"{name} {value:g}" for name, value in why["features"].items() if value))
    for paper in why["papers"]:
        note(f"  {paper['score']:.3f}  {clean(paper['title'])}\n         {explained(paper)}")


def entries(found: Sequence[Any], plain: bool) -> None:
    """All entries, one a line."""
    if bare(plain):
        for e in found:
            print(f"{e.id}\t{where(e)}\t{','.join(e.langs)}\t{clean(e.title)}")
        return
    from rich.table import Table

    table = Table("week", "#", "title", "lang", "source", box=None, header_style="bold")
    for e in found:
        table.add_row(e.week_start or "–", str(e.ordinal), clean(e.title), ",".join(e.langs), e.source)
    console().print(table)


def entry(row: Any, text: str, others: Sequence[Any], plain: bool) -> None:
    """One entry whole, and its other versions."""
    if bare(plain):
        print(f"{where(row)}\t{clean(row.title)}\n{clean(text)}")
    else:
        from rich.panel import Panel
        from rich.text import Text

        console().print(Panel(Text(clean(text)), title=Text(clean(row.title), style="bold"), subtitle=where(row)))
    for label, url in row.links.items():
        print(f"{label}: {url}")
    for other in others:
        print(f"same work: {where(other)}  {clean(other.title)}")


def status(row: dict[str, Any], plain: bool) -> None:
    """What is indexed, and what has changed on disk."""
    print(f"{row['index']}: {row['entries']} entries in {row['weeks']} weeks of {len(row['sources'])} sources, {row['passages']} passages, {row['works']} works")
    print(f"encoder {row['encoder']} ({row['dimensions']} dimensions), {row['bytes'] / 2**20:.1f} MiB, built {row['age']} ago")
    for source in row["sources"]:
        weeks = between(source["first_week"], source["last_week"]) if source["first_week"] else "no week known (say it: ragdigest add FILE --week 2025-W37)"
        print(f"  {source['name']}  {source['entries']} entries  {weeks}  {source['state']}")
    for name in row["new"]:
        print(f"  {name}  not indexed yet")
    if row["new"] or any(s["state"] != "unchanged" for s in row["sources"]):
        print("Bring it up to date: ragdigest index")


def encoders(rows: Sequence[dict[str, Any]]) -> None:
    """The encoders one can choose, two lines each."""
    for row in rows:
        here = "on this machine" if row["cached"] else "downloaded on first use"
        print(f"{row['name']}\n    {row['millions']} M parameters, {row['dimensions']} dimensions, {row['licence']}; {here}{'; ' + row['note'] if row['note'] else ''}")


def glossary(rows: Sequence[dict[str, Any]], term: str | None) -> None:
    """Terms and what they are called in the other language."""
    if not rows:
        note(f"{term!r} is in no glossary; add it to a TSV (Korean<TAB>English) and name that in RAGDIGEST_GLOSSARY" if term else "no terms were mined from these digests")
    for row in rows:
        if "means" in row:
            print(f"{row['term']} = {', '.join(row['means'])}")
        else:
            print(f"{row['count']:>4}  {row['korean']} = {row['english']}   {row['source']}:{row['offset']}")


def between(first: str, last: str) -> str:
    """Two weeks and what lies between, one where they are the same."""
    return first if first == last else f"{first} … {last}"


def names(rows: Sequence[dict[str, Any]]) -> None:
    """Names with their counts and weeks."""
    for row in rows:
        weeks = between(row["first_week"], row["last_week"]) if row["first_week"] else "no week"
        print(f"{row['entries']:>5}  {row['name']}  ({weeks})")
