"""Answers a question with the source's own sentences. Knows nothing of language models.

First version: the sentences of the best entries that hold most of the question's words and
lie in the passages nearest in meaning.
"""

import time
from dataclasses import replace

import numpy as np

from ..passages import plain
from ..records import Answer, Citation, Hit
from ..retrieval.filters import Filters
from ..retrieval.retriever import Retriever, Scores
from ..words import terms

MAX_SENTENCES, MAX_CHARS = 4, 850
WEAK = 0.30
GENERATOR = "extractive"


def answer(retriever: Retriever, question: str, filters: Filters = Filters()) -> Answer:
    """One to four cited sentences, or an abstention where nothing comes near the question."""
    begun = time.perf_counter()
    scores = retriever.score(question, filters)
    ranked = retriever.ranked(scores, 3)
    hits = retriever.hits(ranked, scores)
    found = time.perf_counter()
    chosen = _sentences(retriever, ranked[:1], scores) if hits and hits[0].score >= WEAK else []
    shown = str(scores.filters) or None
    timing = {"retrieve": round(1000 * (found - begun), 2), "answer": round(1000 * (time.perf_counter() - found), 2)}
    if not chosen:
        reason = "nothing in your digests comes near the question" if hits else "no entry passes the filters"
        return Answer(question, None, (), True, reason, tuple(hits), GENERATOR, timing, shown)
    citations = tuple(Citation(str(i), h, sha) for i, (h, sha) in enumerate(chosen, 1))
    text = " ".join(f"{plain(c.hit.quote)} [{c.key}]" for c in citations)
    return Answer(question, text, citations, False, None, (), GENERATOR, timing, shown)


def _sentences(retriever: Retriever, entries: list[int], scores: Scores) -> list[tuple[Hit, str]]:
    """The best sentences of the entries as hits of their own, best first, with their source's checksum."""
    asked = {t for unit in scores.words.units for r in (*unit.ko, *unit.en) for t in r.terms}
    candidates = []
    for hit in retriever.hits(entries, scores):
        entry = retriever.store.catalogue.entries("e.id = ?", (hit.id,))[0]
        text = retriever.text(entry.source)
        sha = retriever.store.catalogue.rows("SELECT sha256 FROM sources WHERE name = ?", (entry.source,))[0][0]
        for passage in retriever.store.catalogue.passages_of(entry.n):
            for start, end in passage.sentences:
                held = set(terms(text[start:end]))
                score = float(scores.passage[passage.n]) + 0.1 * len(held & asked) / np.sqrt(len(held) + 8)
                candidates.append((score, replace(hit, quote=text[start:end], start=start, end=end), sha))
    candidates.sort(key=lambda c: -c[0])
    out, size = [], 0
    for _, hit, sha in candidates:
        if len(out) < MAX_SENTENCES and (not out or size + len(hit.quote) <= MAX_CHARS):
            out.append((hit, sha))
            size += len(hit.quote)
    return out
