"""Ranks entries by nearness to an entry or a text. Knows nothing of questions."""

from dataclasses import replace

import numpy as np

from ..index.catalogue import EntryRow
from ..index.works import names_of
from ..records import Hit
from .filters import Filters
from .retriever import Retriever, hit_of

#: Weight of shared names and numbers beside the cosine of whole entries.
NAMES = 0.12


def related_to_entry(retriever: Retriever, entry: EntryRow, k: int = 10, filters: Filters = Filters(), explain: bool = False) -> list[Hit]:
    """Other versions of the entry's work first, then the nearest `k` other works."""
    store = retriever.store
    vectors = store.entry_vectors
    score = vectors @ vectors[entry.n]
    names = _shared_names(retriever, entry, score)
    score = score + NAMES * np.array([names.get(n, (0.0, []))[0] for n in range(len(score))], np.float32)
    found = _hits(retriever, score, store.columns.entry_work[entry.n], {entry.n}, vectors[entry.n], k, filters)
    if not explain:
        return found
    numbers = {e.id: e.n for e in store.catalogue.entries_by_number([n for n in names]).values()}
    return [replace(h, why={"shared": names.get(numbers.get(h.id, -1), (0, []))[1]}) for h in found]


def related_to_vector(retriever: Retriever, vector: np.ndarray, k: int = 10, filters: Filters = Filters()) -> list[Hit]:
    """The nearest `k` works to a unit row, such as that of a PDF's opening."""
    score = retriever.store.entry_vectors @ vector
    return _hits(retriever, score, None, set(), vector, k, filters)


def _shared_names(retriever: Retriever, entry: EntryRow, score: np.ndarray) -> dict[int, tuple[float, list[str]]]:
    """For the 100 nearest entries: the weighted share of names they have in common, and the names, rarest first."""
    near = [int(n) for n in np.argsort(-score)[:100]]
    rows = retriever.store.catalogue.entries_by_number([*near, entry.n])
    texts = {source: retriever.text(source) for source in {r.source for r in rows.values()}}
    names = {n: {w for w in names_of(f"{r.title} {texts[r.source][r.start:r.end]}") if not w[0].isdigit() and len(w) > 1} for n, r in rows.items()}
    held: dict[str, int] = {}
    for group in names.values():
        for name in group:
            held[name] = held.get(name, 0) + 1
    weight = {name: float(np.log(len(names) / count)) for name, count in held.items()}
    mine = sum(weight[n] for n in names[entry.n]) or 1.0
    out = {}
    for n in near:
        shared = sorted(names[n] & names[entry.n], key=lambda name: (-weight[name], name))
        theirs = sum(weight[w] for w in names[n]) or 1.0
        out[n] = (sum(weight[w] for w in shared) / np.sqrt(mine * theirs), [w for w in shared if weight[w] > 0.7][:8])
    return out


def _hits(retriever: Retriever, score: np.ndarray, work: int | None, exclude: set[int], vector: np.ndarray, k: int, filters: Filters) -> list[Hit]:
    store = retriever.store
    columns = store.columns
    score = np.where(columns.entry_ordinal == 0, -np.inf, score)
    keep = filters.mask(store)
    if keep is not None:
        score = np.where(keep, score, -np.inf)
    order = [int(n) for n in np.argsort(-score, kind="stable") if score[n] > -np.inf and int(n) not in exclude]
    same = [n for n in order if work is not None and columns.entry_work[n] == work]
    others, works = [], set()
    for n in order:
        w = int(columns.entry_work[n])
        if w != work and w not in works and len(others) < k:
            works.add(w)
            others.append(n)
    chosen = [*same, *others]
    if not chosen:
        return []
    first = store.first_passage
    best = {n: int(first[n] + np.argmax(store.vectors[first[n] : first[n + 1]] @ vector)) for n in chosen}
    rows, passages = store.catalogue.entries_by_number(chosen), store.catalogue.passages(best.values())
    versions = retriever.versions(list(rows.values()))
    top = max(float(score[n]) for n in chosen)
    hits = []
    for rank, n in enumerate(chosen, 1):
        value = float(score[n]) if n in others else top + 1.0 - 0.001 * rank  # versions stand above all, so that score falls with rank
        hit = hit_of(rows[n], passages[best[n]], rank, value, versions[rows[n].id])
        hits.append(replace(hit, same_work=n in same))
    return hits
