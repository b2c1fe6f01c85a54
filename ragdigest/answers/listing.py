"""Which papers a list or a comparison is made of. Knows nothing of sentences or printing."""

import re
from collections import defaultdict
from collections.abc import Sequence

from ..index.catalogue import EntryRow
from ..retrieval.questions import as_asked
from ..retrieval.retriever import Retriever, Scores, rare_names
from ..words import content_terms
from .naming import bears
from .support import covered, held_by, paper_text

#: A paper belongs to a list where it holds this share of what the list asks for, by rarity (of 160 lists, papers
#: that are no answer hold at most .54).
HELD = 0.6
#: How much of a name a paper holds that names it.
NAMED = 0.5
#: How many ranked papers are looked at for each side of a comparison.
SIDES = 60
#: A list of what lacks something: holding its words says nothing.
LACKING = re.compile(r"않는|않은|안 쓰|없이|말고|제외|\b(?:not|without|except|other than|besides)\b|n['’]t\b", re.I)


def versions_of(retriever: Retriever, scores: Scores, entry: int) -> list[EntryRow]:
    """The entries of an entry's work that the filters let pass, itself first."""
    work = retriever.store.catalogue.rows("SELECT work FROM entries WHERE n = ?", (entry,))[0]
    found = [e for e in retriever.store.catalogue.entries("e.work = ?", work) if scores.entry[e.n] > float("-inf")]
    return sorted(found, key=lambda e: e.n != entry)


def belonging(retriever: Retriever, scores: Scores, ranked: Sequence[int], strictness: float) -> list[int]:
    """The ranked papers that hold what a list asks for, its names among it; where none does, those that hold one of the names.

    Digests as a whole are no papers, and a list of what lacks something is told by no words.
    """
    if LACKING.search(scores.asked.text):
        return []
    papers = [n for n in ranked if retriever.store.columns.entry_ordinal[n]]
    there = {n: held_by(scores.words.units, paper_text(retriever, versions_of(retriever, scores, n))) for n in papers}
    names = rare_names(scores.asked, scores.words)
    whole = [n for n in papers if covered(scores, there[n]) >= max(HELD, strictness) and all(there[n][u] >= NAMED for u in names)]
    return whole or [n for n in papers if any(there[n][u] >= NAMED for u in names)]


def of_a_period(retriever: Retriever, scores: Scores) -> list[int]:
    """The papers of a period, in the digests' order, where nothing but the period is asked for; else none."""
    if not (scores.filters.since or scores.filters.until) or content_terms(scores.asked.text):
        return []
    works: dict[int, int] = {}
    for n in range(len(scores.entry)):
        if scores.entry[n] > float("-inf") and retriever.store.columns.entry_ordinal[n]:
            works.setdefault(int(retriever.store.columns.entry_work[n]), n)
    return list(works.values())


def counted(retriever: Retriever, scores: Scores, quoted: int, period: Sequence[int] = ()) -> str | None:
    """How many papers a period has, or bear the one name that is all a list asks for, where that is more than are quoted."""
    if period:
        return f"{len(period)} papers in these weeks; {quoted} of them quoted here" if len(period) > quoted else None
    named = rare_names(scores.asked, scores.words)
    if len(named) != 1 or len(scores.words.units) > 1 or LACKING.search(scores.asked.text):
        return None
    name = as_asked(scores.words.units[named[0]].text, scores.asked.text)
    may = (retriever.matched(scores.words, named)[0] > 0) & (retriever.store.columns.entry_ordinal > 0) & (scores.entry > float("-inf"))
    rows = retriever.store.catalogue.entries_by_number(may.nonzero()[0].tolist())
    works = {e.work for e in rows.values() if bears(paper_text(retriever, [e]), name)}
    return f"{len(works)} papers name {name}; {quoted} of them quoted here" if len(works) > quoted else None


def sides(retriever: Retriever, scores: Scores) -> list[int]:
    """The papers whose titles bear the names of a comparison, one for each name; none where a name has no paper of its own."""
    best: list[int] = []
    works = retriever.store.columns.entry_work
    ranked = retriever.ranked(scores, SIDES)
    titles: dict[int, list[str]] = defaultdict(list)
    for n, title in retriever.store.catalogue.rows("SELECT n, title FROM entries"):
        if scores.entry[n] > float("-inf"):
            titles[int(works[n])].append(title)
    for name in sorted(scores.asked.names, key=scores.asked.text.lower().find):
        found = next((n for n in ranked if any(bears(title, name) for title in titles[int(works[n])])), None)
        if found is None or works[found] in works[best]:
            return []
        best.append(found)
    return best
