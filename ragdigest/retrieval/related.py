"""Ranks entries by nearness to an entry or a text. Knows nothing of questions."""

from collections import Counter
from dataclasses import replace

import numpy as np

from ..index.build import BITS
from ..index.catalogue import EntryRow
from ..records import Hit
from ..words import term_hash, terms
from .filters import Filters
from .retriever import Retriever, hit_of

#: Weights beside the cosine of whole entries: that of their openings, of their words (tf-idf), of
#: their names, and of being in the same language. Measured: benchmarks/README.md.
OPENING, WORDS, NAMES, SAME_LANG = 0.4, 0.7, 0.3, 0.2
#: What an entry near to everything loses: the mean cosine of its HUBS nearest entries, for the best LOOKED_AT
#: (cross-domain similarity local scaling, Conneau et al., Word translation without parallel data, 2018).
HUBS, LOOKED_AT = 10, 100
CLOSE = 0.15


def related_to_entry(retriever: Retriever, entry: EntryRow, k: int = 10, filters: Filters = Filters(), explain: bool = False) -> list[Hit]:
    """Other versions of the entry's work first, then the nearest `k` other works."""
    store = retriever.store
    first = store.first_passage
    meaning = store.entry_vectors @ store.entry_vectors[entry.n]
    opening = store.vectors[first[:-1]] @ store.vectors[first[entry.n]]
    words = store.entry_terms.cosines(entry.n)
    same = (store.columns.entry_langs & BITS[entry.langs[0]]) > 0
    score = meaning + OPENING * opening + WORDS * words + NAMES * store.entry_names.cosines(entry.n) + SAME_LANG * same
    found = _hits(retriever, score, store.columns.entry_work[entry.n], {entry.n}, store.entry_vectors[entry.n], k, filters)
    if not explain:
        return found
    rows = {e.id: e.n for e in store.catalogue.entries()}
    why = {h.id: {"meaning": round(float(meaning[rows[h.id]]), 3), "words": round(float(words[rows[h.id]]), 3), "shared": shared_names(retriever, entry.n, rows[h.id])} for h in found}
    return [replace(h, why=why[h.id]) for h in found]


def shared_names(retriever: Retriever, left: int, right: int) -> list[str]:
    """Names that two entries bear, the rarest first, at most eight."""
    return [name for (name,) in retriever.store.catalogue.rows(
        """SELECT MIN(a.name) FROM names a JOIN names b ON b.folded = a.folded WHERE a.entry = ? AND b.entry = ?
           GROUP BY a.folded ORDER BY (SELECT COUNT(*) FROM names c WHERE c.folded = a.folded), a.folded LIMIT 8""", (left, right))]


def related_to_text(retriever: Retriever, text: str, vector: np.ndarray, k: int = 10, filters: Filters = Filters()) -> list[Hit]:
    """The nearest `k` works to a text that is no entry, such as a paper's opening, whose unit row is `vector`."""
    score = retriever.store.entry_vectors @ vector + WORDS * _words(retriever, text)
    return _hits(retriever, score, None, set(), vector, k, filters)


def _words(retriever: Retriever, text: str) -> np.ndarray:
    """(entries,) cosine of a text's terms (tf-idf) with every entry's."""
    store, postings = retriever.store, retriever.store.postings
    counted = Counter(terms(text))
    keys = np.array([term_hash(t) for t in counted], np.uint64)
    at = np.searchsorted(postings.keys, keys)
    known = [i for i, (n, key) in enumerate(zip(at, keys, strict=True)) if n < len(postings.keys) and postings.keys[n] == key]
    if not known:
        return np.zeros(len(store.columns.entry_source))
    holding = np.diff(postings.offsets)[at[known]]
    weights = (1 + np.log(np.array(list(counted.values()))[known])) * np.log((1 + len(store.columns.passage_entry)) / holding)
    return store.entry_terms.products(at[known], weights / np.linalg.norm(weights))


def nearness(retriever: Retriever, entries: np.ndarray) -> np.ndarray:
    """(len(entries),) how near each entry is to the entries of other works nearest to it."""
    columns = retriever.store.columns
    cosines = retriever.store.entry_vectors[entries] @ retriever.store.entry_vectors.T
    cosines[(columns.entry_work[entries][:, None] == columns.entry_work) | (columns.entry_ordinal == 0)] = 0.0
    most = min(HUBS, cosines.shape[1])
    return np.partition(cosines, -most, axis=1)[:, -most:].mean(1)


def _hits(retriever: Retriever, score: np.ndarray, work: int | None, exclude: set[int], vector: np.ndarray, k: int, filters: Filters) -> list[Hit]:
    store = retriever.store
    columns = store.columns
    score = np.where(columns.entry_ordinal == 0, -np.inf, score)
    keep = filters.mask(store)
    if keep is not None:
        score = np.where(keep, score, -np.inf)
    looked_at = np.argsort(-score, kind="stable")[: max(LOOKED_AT, 5 * k)]
    score, near = np.full(len(score), -np.inf), score[looked_at]
    score[looked_at] = near - nearness(retriever, looked_at)
    order = [int(n) for n in np.argsort(-score, kind="stable") if score[n] > -np.inf and int(n) not in exclude]
    same = [n for n in order if work is not None and columns.entry_work[n] == work]
    others: dict[int, int] = {}
    value: dict[int, float] = {}
    source = int(columns.entry_source[next(iter(exclude))]) if exclude else -1
    for n in order:
        w = int(columns.entry_work[n])
        if w == work or (w not in others and len(others) == k):
            continue
        best = others.setdefault(w, n)
        value.setdefault(w, float(score[n]))
        if n != best and score[best] - score[n] < CLOSE and (columns.entry_source[n] == source, -n) > (columns.entry_source[best] == source, -best):
            others[w] = n  # of versions about as near, the one beside the entry asked about, else the first that was indexed
    chosen = [*same, *others.values()]
    if not chosen:
        return []
    first = store.first_passage
    best = {n: int(first[n] + np.argmax(store.vectors[first[n] : first[n + 1]] @ vector)) for n in chosen}
    rows, passages = store.catalogue.entries_by_number(chosen), store.catalogue.passages(best.values())
    versions = retriever.versions(list(rows.values()))
    top = max(float(score[n]) for n in chosen)
    hits = []
    for rank, n in enumerate(chosen, 1):
        shown = top + 1.0 - 0.001 * rank if n in same else value[int(columns.entry_work[n])]  # versions stand above all, so that score falls with rank
        hit = hit_of(rows[n], passages[best[n]], rank, shown, versions[rows[n].id])
        hits.append(replace(hit, same_work=n in same))
    return hits
