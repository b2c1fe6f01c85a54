"""Links entries about the same paper into works. Knows nothing of files or searches.

By arXiv id, else by title and content: two entries of different digests are one work where
their names and numbers agree as well as their meaning. A wrong link is worse than a missing
one, so no work holds two entries of one digest or two arXiv ids.
"""

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

NAME = re.compile(r"[^\W\d_가-힣]*[A-Z][^\W_가-힣]*(?:[-.+][^\W_가-힣]+)*|\d+(?:[.,]\d+)*")
LATIN_TITLE = re.compile(r"[A-Za-zα-ωΑ-Ω][\w.+-]*")
#: Least share of the rarer entry's names and numbers, and least cosine, for a link; looser
#: where the titles agree. Measured on pairs of entries: benchmarks/README.md.
SHARED, COSINE = 0.42, 0.62
SHARED_TITLED, COSINE_TITLED = 0.2, 0.45
NEIGHBOURS = 6


@dataclass(frozen=True)
class Item:
    """What linking asks of an entry: where it stands, its title, its text and its arXiv id."""

    id: str
    digest: int
    title: str
    text: str
    arxiv: str | None


def names_of(text: str) -> set[str]:
    """Names (words with a capital) and numbers, folded."""
    return {n.lower().replace(",", "") for n in NAME.findall(unicodedata.normalize("NFKC", text))}


def title_key(title: str) -> frozenset[str]:
    """The Latin words of a title, which its translations keep: coined names above all."""
    return frozenset(w.lower().strip(".-+") for w in LATIN_TITLE.findall(title) if len(w) > 2)


def link(items: Sequence[Item], vectors: np.ndarray) -> list[str]:
    """The work of each item: the id of its first entry in order. `vectors` are the entries' unit rows."""
    groups = _Groups(items)
    by_arxiv: dict[str, int] = {}
    for number, item in enumerate(items):
        if item.arxiv:
            groups.join(by_arxiv.setdefault(item.arxiv, number), number)
    for _, left, right in candidates(items, vectors):
        groups.join(left, right)
    return [items[groups.root(n)].id for n in range(len(items))]


def candidates(items: Sequence[Item], vectors: np.ndarray) -> list[tuple[float, int, int]]:
    """Pairs that pass, best first: (score, left, right), left before right."""
    if len(items) < 2:
        return []
    names = [names_of(f"{i.title} {i.text}") for i in items]
    held = Counter(n for group in names for n in group)
    weight = {n: math.log(1 + len(items) / c) for n, c in held.items()}
    mass = [sum(weight[n] for n in group) for group in names]
    keys = [title_key(i.title) for i in items]
    common = Counter(w for key in keys for w in key)
    pairs = []
    for left, right in _near(vectors) | _titled(keys, common):
        if items[left].digest == items[right].digest:
            continue
        least = min(mass[left], mass[right])
        shared = sum(weight[n] for n in names[left] & names[right]) / least if least else 0.0
        cosine = float(vectors[left] @ vectors[right])
        rare = [w for w in keys[left] & keys[right] if common[w] <= max(3, len(items) // 200)]
        titled = bool(rare) or (bool(keys[left]) and _folded(items[left].title) == _folded(items[right].title))
        if (shared >= SHARED and cosine >= COSINE) or (titled and shared >= SHARED_TITLED and cosine >= COSINE_TITLED):
            pairs.append((shared + cosine + titled, left, right))
    return sorted(pairs, key=lambda p: (-p[0], p[1], p[2]))


def _folded(title: str) -> str:
    return "".join(c for c in title.lower() if c.isalnum())


def _near(vectors: np.ndarray) -> set[tuple[int, int]]:
    """Each entry with its nearest neighbours."""
    import faiss

    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    _, near = index.search(vectors, min(NEIGHBOURS + 1, len(vectors)))
    return {(min(a, int(b)), max(a, int(b))) for a, row in enumerate(near) for b in row if int(b) != a}


def _titled(keys: Sequence[frozenset[str]], common: Counter) -> set[tuple[int, int]]:
    """Entries whose titles share a word that few titles have."""
    holders: dict[str, list[int]] = defaultdict(list)
    for number, key in enumerate(keys):
        for word in key:
            if common[word] <= max(3, len(keys) // 200):
                holders[word].append(number)
    return {(a, b) for group in holders.values() for i, a in enumerate(group) for b in group[i + 1 :]}


class _Groups:
    """Union-find whose roots are the first items, with the rule against two of one digest or two arXiv ids."""

    def __init__(self, items: Sequence[Item]):
        self._parent = list(range(len(items)))
        self._digests = [{i.digest} for i in items]
        self._arxiv = [{i.arxiv} - {None} for i in items]

    def root(self, number: int) -> int:
        while self._parent[number] != number:
            self._parent[number] = self._parent[self._parent[number]]
            number = self._parent[number]
        return number

    def join(self, left: int, right: int) -> None:
        left, right = sorted((self.root(left), self.root(right)))
        if left == right or self._digests[left] & self._digests[right] or len(self._arxiv[left] | self._arxiv[right]) > 1:
            return
        self._parent[right] = left
        self._digests[left] |= self._digests[right]
        self._arxiv[left] |= self._arxiv[right]
