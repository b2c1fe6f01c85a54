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
VERSION = re.compile(r"\d+(?:\.\d+)*")
LATIN_TITLE = re.compile(r"[A-Za-zα-ωΑ-Ω][\w.+-]*")
#: Least share of the poorer entry's names and numbers, least cosine, and how many of the
#: shared names must be rare; fewer where the titles share a coined name. Measured on pairs
#: of real entries: benchmarks/README.md.
SHARED, COSINE, RARE = 0.60, 0.55, 4
SHARED_TITLED, COSINE_TITLED, RARE_TITLED = 0.62, 0.70, 1
NEIGHBOURS = 6
#: Two digests with this share of their papers in common list the same week; papers left in both are one where each
#: is the other's nearest and their cosine is at least this.
SIBLINGS, COSINE_LEFT = 0.5, 0.65


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
    for left, right in _left_over(items, vectors, [groups.root(n) for n in range(len(items))]):
        groups.join(left, right)
    return [items[groups.root(n)].id for n in range(len(items))]


def candidates(items: Sequence[Item], vectors: np.ndarray) -> list[tuple[float, int, int]]:
    """Pairs that pass, best first: (score, left, right), left before right."""
    if len(items) < 2:
        return []
    names = [names_of(f"{i.title} {i.text}") for i in items]
    held = Counter(n for group in names for n in group)
    rare = {n for n, count in held.items() if count <= max(4, len(items) // 150)}
    weight = {n: math.log(1 + len(items) / c) for n, c in held.items()}
    mass = [sum(weight[n] for n in group) for group in names]
    keys = [title_key(i.title) for i in items]
    pairs = []
    for left, right in _near(vectors) | _titled(keys):
        if items[left].digest == items[right].digest or versions_of(items[left].title) != versions_of(items[right].title):
            continue
        common = names[left] & names[right]
        shared = sum(weight[n] for n in common) / (min(mass[left], mass[right]) or 1.0)
        cosine = float(vectors[left] @ vectors[right])
        titled = bool(keys[left] & keys[right] & rare)
        least = (SHARED_TITLED, COSINE_TITLED, RARE_TITLED) if titled else (SHARED, COSINE, RARE)
        if shared >= least[0] and cosine >= least[1] and len(common & rare) >= least[2]:
            pairs.append((shared + cosine + titled, left, right))
    return sorted(pairs, key=lambda p: (-p[0], p[1], p[2]))


def _left_over(items: Sequence[Item], vectors: np.ndarray, works: Sequence[int]) -> list[tuple[int, int]]:
    """Pairs of entries without a counterpart in two digests that list the same papers, each the other's nearest."""
    digests: dict[int, list[int]] = defaultdict(list)
    members: dict[int, list[int]] = defaultdict(list)
    for number, item in enumerate(items):
        if item.text:  # a week's overview has none and is no paper
            digests[item.digest].append(number)
            members[works[number]].append(number)
    common = Counter((items[a].digest, items[b].digest) for group in members.values() for i, a in enumerate(group) for b in group[i + 1 :])
    pairs = []
    for (one, other), count in common.items():
        if count < SIBLINGS * max(len(digests[one]), len(digests[other])):
            continue
        left, right = ([n for n in digests[d] if not any(items[m].digest == e for m in members[works[n]])] for d, e in ((one, other), (other, one)))
        if left and right:
            near = vectors[left] @ vectors[right].T
            pairs += [(left[i], right[j]) for i, j in enumerate(near.argmax(1)) if near[:, j].argmax() == i and near[i, j] >= COSINE_LEFT and versions_of(items[left[i]].title) == versions_of(items[right[j]].title)]
    return pairs


def versions_of(title: str) -> set[str]:
    """Numbers in a title: Gemma and Gemma 2, or Llama 3.1 and 3.2, are not one paper."""
    return set(VERSION.findall(title))


def _near(vectors: np.ndarray) -> set[tuple[int, int]]:
    """Each entry with its nearest neighbours."""
    import faiss

    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    _, near = index.search(vectors, min(NEIGHBOURS + 1, len(vectors)))
    return {(min(a, int(b)), max(a, int(b))) for a, row in enumerate(near) for b in row if int(b) != a}


def _titled(keys: Sequence[frozenset[str]]) -> set[tuple[int, int]]:
    """Entries whose titles share a word that few titles have."""
    holders: dict[str, list[int]] = defaultdict(list)
    for number, key in enumerate(keys):
        for word in key:
            holders[word].append(number)
    few = [group for group in holders.values() if len(group) <= max(4, len(keys) // 150)]
    return {(a, b) for group in few for i, a in enumerate(group) for b in group[i + 1 :]}


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
