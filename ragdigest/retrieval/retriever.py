"""Ranks entries for a question by meaning and words. Knows nothing of prompts or terminals."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..encoders import Encoder
from ..errors import RagdigestError
from ..index.catalogue import EntryRow, PassageRow
from ..index.store import Store
from ..records import Hit
from .filters import Filters
from .glossary import Glossary
from .lexical import WordEvidence, word_evidence
from .units import units_of

#: Weights of word evidence beside a cosine, for an entry's best passage and for the entry
#: as a whole; and what an overview loses against a paper. Measured: benchmarks/README.md.
PASSAGE_WORDS, ENTRY_WORDS, OVERVIEW = 0.015, 0.015, 0.08
MAX_QUERY = 4000


@dataclass(frozen=True)
class Scores:
    """What ranking knows of a question: cosines and word evidence by passage, fused scores by passage and entry."""

    cosine: np.ndarray
    words: WordEvidence
    passage: np.ndarray
    entry: np.ndarray


class Retriever:
    """Ranks the entries of a store. Thread-safe after the first query."""

    def __init__(self, store: Store, encoder: Encoder, glossary: Glossary):
        self.store, self.encoder, self.glossary = store, encoder, glossary

    def search(self, query: str, k: int = 10, filters: Filters = Filters(), explain: bool = False) -> list[Hit]:
        """The best `k` works for a question, one hit each. Raises RagdigestError for a query without a letter or digit."""
        query = checked(query)
        scores = self.score(query, filters)
        return self.hits(self.ranked(scores, k), scores, explain)

    def score(self, query: str, filters: Filters = Filters()) -> Scores:
        """Score every passage and entry; entries the filters exclude get -inf."""
        columns = self.store.columns
        if not len(columns.passage_entry):
            empty = np.zeros(0, np.float32)
            return Scores(empty, WordEvidence((), np.zeros((0, 0), np.float32), np.zeros((0, 2), np.float32)), empty, empty)
        cosine = self.store.vectors @ self.encoder.encode_queries([query])[0]
        evidence = word_evidence(units_of(query, self.glossary), self.store.postings, columns.passage_lang)
        return self._fuse(cosine, evidence, filters.mask(self.store))

    def _fuse(self, cosine: np.ndarray, evidence: WordEvidence, keep: np.ndarray | None) -> Scores:
        columns = self.store.columns
        starts = self.store.first_passage[:-1]
        gains = evidence.weight[:, columns.passage_lang - 1] * evidence.match
        words = gains.sum(0) if len(gains) else np.zeros_like(cosine)
        whole = np.maximum.reduceat(gains, starts, axis=1).sum(0) if len(gains) else np.zeros(len(starts), np.float32)
        passage = cosine + PASSAGE_WORDS * words
        entry = np.maximum.reduceat(passage, starts) + ENTRY_WORDS * whole
        entry = np.where(columns.entry_ordinal == 0, entry - OVERVIEW, entry)
        if keep is not None:
            entry = np.where(keep, entry, -np.inf)
        return Scores(cosine, evidence, passage, entry)

    def ranked(self, scores: Scores, k: int) -> list[int]:
        """Entry numbers of the best `k` works, best first, each work by its best entry."""
        order = np.argsort(-scores.entry, kind="stable")
        works, out = set(), []
        for n in order:
            if len(out) == k or scores.entry[n] == -np.inf:
                break
            work = int(self.store.columns.entry_work[n])
            if work not in works:
                works.add(work)
                out.append(int(n))
        return out

    def hits(self, entries: list[int], scores: Scores, explain: bool = False) -> list[Hit]:
        """Hits for entry numbers in order, each quoting its best passage."""
        if not entries:
            return []
        first = self.store.first_passage
        best = {n: int(first[n] + np.argmax(scores.passage[first[n] : first[n + 1]])) for n in entries}
        rows, passages = self.store.catalogue.entries_by_number(entries), self.store.catalogue.passages(best.values())
        versions = self.versions([rows[n] for n in entries])
        texts: dict[str, str] = {}
        out = []
        for rank, n in enumerate(entries, 1):
            why = self.why(n, best[n], scores) if explain else None
            text = texts.setdefault(rows[n].source, self.text(rows[n].source))
            out.append(hit_of(rows[n], passages[best[n]], text, rank, float(scores.entry[n]), versions[rows[n].id], why))
        return out

    def versions(self, entries: list[EntryRow]) -> dict[str, tuple[str, ...]]:
        """By entry id, the ids of the other entries of its work."""
        marks = ",".join("?" * len(entries))
        same = self.store.catalogue.rows(f"SELECT work, id FROM entries WHERE work IN ({marks}) ORDER BY n", [e.work for e in entries])
        return {e.id: tuple(i for w, i in same if w == e.work and i != e.id) for e in entries}

    def text(self, source: str) -> str:
        text = self.store.catalogue.text(source)
        if text is None:
            raise RagdigestError(f"{source} is not in the index; run: ragdigest status")
        return text

    def why(self, entry: int, passage: int, scores: Scores) -> dict[str, Any]:
        """Word and vector scores of a hit, and which words matched in which rendering."""
        lang = int(self.store.columns.passage_lang[passage]) - 1
        first = self.store.first_passage
        span = slice(int(first[entry]), int(first[entry + 1]))
        matched = []
        for u, unit in enumerate(scores.words.units):
            here = float(scores.words.match[u, span].max())
            if here > 0:
                wordings = (unit.ko, unit.en)[lang]
                other = [r.text for r in wordings if r.text != unit.text]
                matched.append({"term": unit.text, "weight": round(float(scores.words.weight[u, lang]), 2), "match": round(here, 2), **({"also": other} if other else {})})
        return {"vector": round(float(scores.cosine[passage]), 4), "words": round(float(scores.passage[passage] - scores.cosine[passage]), 4), "matched": matched}


def checked(query: str) -> str:
    """The query without surrogates and control characters, at most 4,000 characters of it.

    Raises RagdigestError where no letter or digit is left.
    """
    kept = "".join(c if c.isprintable() and not "\ud800" <= c <= "\udfff" else " " for c in query[: 4 * MAX_QUERY])
    kept = " ".join(kept.split())[:MAX_QUERY]
    if not any(c.isalnum() for c in kept):
        raise RagdigestError(f"no word in the question {kept[:40]!r}; ask with at least one letter or number")
    return kept


def hit_of(entry: EntryRow, passage: PassageRow, text: str, rank: int, score: float, versions: tuple[str, ...] = (), why: dict[str, Any] | None = None) -> Hit:
    """The hit of an entry that quotes a passage, character for character."""
    return Hit(rank, score, entry.id, entry.source, entry.ordinal, entry.title, entry.week_start, entry.week_end, entry.langs[0], entry.url,
               text[passage.start : passage.end], passage.start, passage.end, versions, why=why)
