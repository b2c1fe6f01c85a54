"""Answers a question with the source's own sentences, or says that the digests do not. Knows nothing of language models."""

import re
import time
from collections.abc import Sequence
from typing import Any

from ..index.catalogue import EntryRow
from ..passages import visible
from ..reading.sentences import lang_of
from ..records import Answer, Citation, Hit
from ..retrieval.filters import Filters
from ..retrieval.retriever import Retriever, Scores
from . import listing
from .listing import versions_of
from .orders import instructs
from .sentences import Sentence, sentences_of
from .support import FEATURES, STRICTNESS, Support, support_of

MAX_SENTENCES, MAX_CHARS = 6, 860
#: A sentence must score this share of the best; two sentences this alike in words are one, and two of different
#: entries or languages this near in meaning (of 1,995 pairs over our own digests, translations lie above, others below).
LEAST, ALIKE, TRANSLATED = 0.3, 0.6, 0.78
#: A second paper is quoted beside the first where it scores within this of it.
CLOSE = 0.18
#: A paper of a list scores this share of the first one's score where their words do not tell which belong.
NEAR = 0.75
#: A sentence that ends so only opens a list that follows.
OPENS = (":", "：")
GENERATOR = "extractive"


def answer(retriever: Retriever, question: str, filters: Filters = Filters(), strictness: float = STRICTNESS, explain: bool = False, scores: Scores | None = None) -> Answer:
    """One to six cited sentences, or an abstention that says what is missing and shows what lies nearest.

    `strictness` is the least probability (0 to 1) that the best paper says what is asked; `explain`
    adds that probability, what it was judged by, how many papers belong to a list by their words (then that decides),
    and why the best papers stand where they do;
    `scores` are the question's under these filters, where they are known already.
    """
    begun = time.perf_counter()
    scores = scores or retriever.score(question, filters)
    ranked = retriever.ranked(scores, 10)
    found = time.perf_counter()
    timing = {"retrieve": _ms(begun, found)}
    shown = str(scores.filters) or None
    if not ranked:
        return Answer(question, None, (), True, f"no entry passes the filters{scores.filters.undated(retriever.store)}" if shown else "the index is empty", (), GENERATOR, timing, shown)
    compares = scores.asked.compares
    week = listing.of_a_period(retriever, scores)
    compared = listing.sides(retriever, scores) if compares else []
    ranked = week or [*compared, *(n for n in ranked if n not in compared)]
    first = sentences_of(retriever, scores, in_language(versions_of(retriever, scores, ranked[0]), scores.asked.lang))
    judged = ranked[: len(scores.asked.names)] if compares else ranked[:1]
    support = support_of(retriever, scores, ranked, [e for n in judged for e in versions_of(retriever, scores, n)], first)
    needed = strictness  # surer where what is asked for is not seen, surer still where the question's title is all that is: .4 becomes .63 or .80
    if support.lacks:
        needed = strictness ** (0.25 if retriever.quoted(scores.asked.text)[ranked[0]] else 0.5)
    why = explained(retriever, scores, ranked, support, needed) if explain else None
    listed = bool(week) or scores.asked.wants_list and not compares
    belong = week
    if not week and strictness < 1:
        belong = listing.belonging(retriever, scores, ranked, strictness) if listed else [] if support.missing else compared
    if why and belong:
        why["belonging"] = len(belong)
    if support.probability < needed and not belong:
        nearest = tuple(retriever.hits(ranked[:3], scores))
        timing["answer"] = _ms(found)
        return Answer(question, None, (), True, reason_of(support, nearest[0]), nearest, GENERATOR, timing, shown, why=why)
    chosen = several(retriever, scores, belong or ranked, bool(belong)) if listed or compares else one(retriever, scores, ranked, first)
    if not chosen:
        nearest = tuple(retriever.hits(ranked[:3], scores))
        return Answer(question, None, (), True, f"{nearest[0].title} lies nearest, but its text gives orders to its reader and is not quoted", nearest, GENERATOR, timing, shown)
    papers = list(dict.fromkeys(s.entry.n for s in chosen))
    chosen = sorted(chosen, key=lambda s: papers.index(s.entry.n))
    citations = tuple(citation(retriever, key, s.entry, s.start, s.end, s.score) for key, s in enumerate(chosen, 1))
    note = listing.counted(retriever, scores, len(papers), week) if listed else None
    timing["answer"] = _ms(found)
    return Answer(question, text_of(citations, chosen), citations, False, None, (), GENERATOR, timing, shown, note, why)


def explained(retriever: Retriever, scores: Scores, ranked: Sequence[int], support: Support, strictness: float) -> dict[str, Any]:
    """What decided: how sure the answer is, the features of that, and the reasons of the three best papers."""
    hits = retriever.hits(list(ranked[:3]), scores, explain=True)
    features = {name: round(value, 3) for name, value in zip(FEATURES, support.features, strict=True)}
    return {"probability": round(support.probability, 3), "strictness": round(strictness, 3), "features": features, "papers": [{"title": h.title, "score": round(h.score, 4), **(h.why or {})} for h in hits]}


def _ms(since: float, until: float | None = None) -> float:
    return round(1000 * ((until or time.perf_counter()) - since), 2)


def in_language(versions: list[EntryRow], lang: str) -> list[EntryRow]:
    """Versions with text in the question's language, all where none has: a paper need not say a thing twice."""
    return [e for e in versions if lang in e.langs] or versions


def reason_of(support: Support, nearest: Hit) -> str:
    """What is missing, in words."""
    if support.missing:
        return f"nothing about {', '.join(support.missing)} in {nearest.title}, which lies nearest"
    return "nothing in your digests comes near enough to the question"


def one(retriever: Retriever, scores: Scores, ranked: Sequence[int], first: list[Sentence]) -> list[Sentence]:
    """Sentences of the best paper, and one of each paper that scores almost the same."""
    close = [n for n in ranked[1:3] if scores.entry[ranked[0]] - scores.entry[n] < CLOSE]
    room = MAX_CHARS - 230 * len(close)
    chosen = best_of(first, MAX_SENTENCES - len(close), room)
    for n in close:
        others = best_of(sentences_of(retriever, scores, versions_of(retriever, scores, n)[:1]), 1, 10**6)
        chosen += [s for s in others if _size([*chosen, s]) <= MAX_CHARS + 40]
    return chosen


def several(retriever: Retriever, scores: Scores, ranked: Sequence[int], belong: bool) -> list[Sentence]:
    """The best sentences of each paper that belongs to the answer: one of each in a list, more where few are compared.

    Where it is not known which `belong`, those that score near the first do; digests as a whole are no papers.
    """
    compares = scores.asked.compares
    papers = [n for n in ranked if retriever.store.columns.entry_ordinal[n]] or list(ranked)
    near = [n for n in papers if belong or scores.entry[n] >= NEAR * scores.entry[papers[0]]]
    papers = near[: len(scores.asked.names) if compares else MAX_SENTENCES]
    each = max(1, MAX_SENTENCES // len(papers)) if compares else 1
    chosen: list[Sentence] = []
    for n in papers:
        said = sentences_of(retriever, scores, in_language(versions_of(retriever, scores, n), scores.asked.lang)[:1])
        found = [s for s in said if lang_of(s.text).value == scores.asked.lang] or said  # a round-up has each abstract in both
        for sentence in best_of(found, each, MAX_CHARS // len(papers) if compares else 10**6):
            if not chosen or _size([*chosen, sentence]) <= MAX_CHARS:
                chosen.append(sentence)
    return chosen


def _size(sentences: Sequence[Sentence]) -> int:
    return sum(s.end - s.start for s in sentences)


def best_of(sentences: list[Sentence], most: int, room: int) -> list[Sentence]:
    """The best sentences within `room` characters, none alike; one that leans on its neighbour brings it along."""
    chosen: list[Sentence] = []
    sentences = [s for s in sentences if not instructs(s.text)]
    ordered = sorted([s for s in sentences if not s.text.endswith(OPENS)] or sentences, key=lambda s: -s.score)
    for sentence in ordered:
        if len(chosen) >= most or sentence.score < LEAST * ordered[0].score:
            break
        if any(_alike(sentence, c) for c in chosen):
            continue
        whole = _with_neighbour(sentence, sentences, chosen)
        if not chosen or _size(chosen) + whole.end - whole.start <= room:
            chosen = [c for c in chosen if not (whole.entry.n == c.entry.n and whole.start <= c.start and c.end <= whole.end)]
            chosen.append(whole)
    return chosen


def _with_neighbour(sentence: Sentence, sentences: list[Sentence], chosen: list[Sentence]) -> Sentence:
    """The sentence, or one span with the sentence before it where it cannot stand without."""
    if not sentence.leans:
        return sentence
    before = next((s for s in sentences if s.entry.n == sentence.entry.n and s.order == sentence.order - 1), None)
    if before is None or before in chosen or sentence.start - before.end > 12 or sentence.end - before.start > 420:
        return sentence
    return Sentence(sentence.entry, before.start, sentence.end, f"{before.text} {sentence.text}", before.order, sentence.cosine, sentence.covered, sentence.score, False, sentence.vector)


def _alike(left: Sentence, right: Sentence) -> bool:
    """Whether two sentences say the same: most words of the shorter stand in the other, one retells or translates the other, or the spans meet."""
    if left.entry.n == right.entry.n and left.start < right.end and right.start < left.end:
        return True
    apart = left.entry.n != right.entry.n or lang_of(left.text) != lang_of(right.text)
    if apart and len(left.vector) == len(right.vector) and float(left.vector @ right.vector) >= TRANSLATED:
        return True
    a, b = set(left.text.split()), set(right.text.split())
    return len(a & b) >= ALIKE * min(len(a), len(b))


def citation(retriever: Retriever, key: int, entry: EntryRow, start: int, end: int, score: float = 0.0) -> Citation:
    """A span of an entry as the citation of that key, character for character."""
    e, quote = entry, retriever.text(entry.source)[start:end]
    hit = Hit(key, score, e.id, e.source, e.ordinal, e.title, e.week_start, e.week_end, e.langs[0], e.url, quote, start, end)
    sha = retriever.store.catalogue.rows("SELECT sha256 FROM sources WHERE name = ?", (e.source,))[0][0]
    return Citation(str(key), hit, sha)


def text_of(citations: Sequence[Citation], chosen: Sequence[Sentence]) -> str:
    """The sentences with their marks; where several papers answer, each under its title."""
    papers = list(dict.fromkeys(c.hit.title for c in citations))
    lines = []
    for title in papers:
        said = " ".join(f"{harmless(s.text)} [{c.key}]" for c, s in zip(citations, chosen, strict=True) if c.hit.title == title)
        lines.append(said if len(papers) == 1 else f"{harmless(title)}: {said}")
    return "\n".join(lines)


def harmless(text: str) -> str:
    """A digest's text for an answer: marks of its own and hidden characters cannot pass for ours."""
    return re.sub(r"\[(\d+)\]", r"(\1)", visible(text))
