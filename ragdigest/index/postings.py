"""The lexical index: which passage holds which term how often. Knows nothing of text or languages.

BM25 as in Robertson and Zaragoza, The Probabilistic Relevance Framework (2009), section 3.2,
with idf = ln(1 + (N - n + 0.5) / (n + 0.5)), which is never negative.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

K1, B = 1.2, 0.6


class Postings:
    """Terms are 64-bit keys; `passages` of a term ascend."""

    def __init__(self, keys: np.ndarray, offsets: np.ndarray, passages: np.ndarray, counts: np.ndarray, lengths: np.ndarray):
        self.keys, self.offsets, self.passages, self.counts, self.lengths = keys, offsets, passages, counts, lengths
        mean = float(lengths.mean()) if len(lengths) else 1.0
        self._norm = K1 * (1 - B + B * lengths / max(mean, 1.0))

    @classmethod
    def build(cls, rows: Sequence[tuple[np.ndarray, np.ndarray]]) -> "Postings":
        """From each passage's (term keys uint64, counts uint16), keys unique."""
        lengths = np.array([int(c.sum()) for _, c in rows], dtype=np.float32)
        if not rows:
            empty = np.zeros(0, np.uint64)
            return cls(empty, np.zeros(1, np.int64), np.zeros(0, np.int32), np.zeros(0, np.uint16), lengths)
        keys = np.concatenate([k for k, _ in rows])
        counts = np.concatenate([c for _, c in rows])
        passages = np.repeat(np.arange(len(rows), dtype=np.int32), [len(k) for k, _ in rows])
        order = np.argsort(keys, kind="stable")
        unique, first = np.unique(keys[order], return_index=True)
        offsets = np.append(first, len(keys)).astype(np.int64)
        return cls(unique, offsets, passages[order], counts[order], lengths)

    def save(self, path: Path) -> None:
        with path.open("wb") as file:
            np.savez(file, keys=self.keys, offsets=self.offsets, passages=self.passages, counts=self.counts, lengths=self.lengths)

    @classmethod
    def load(cls, path: Path) -> "Postings":
        with np.load(path, allow_pickle=False) as arrays:
            return cls(*(arrays[n] for n in ("keys", "offsets", "passages", "counts", "lengths")))

    def find(self, key: int) -> tuple[np.ndarray, np.ndarray]:
        """(passage numbers, counts) of a term; empty where no passage holds it."""
        at = int(np.searchsorted(self.keys, np.uint64(key)))
        if at == len(self.keys) or int(self.keys[at]) != key:
            return self.passages[:0], self.counts[:0]
        span = slice(int(self.offsets[at]), int(self.offsets[at + 1]))
        return self.passages[span], self.counts[span]

    def idf(self, holding: int) -> float:
        """Weight of a term that `holding` passages hold."""
        return float(np.log1p((len(self.lengths) - holding + 0.5) / (holding + 0.5)))

    def gain(self, passages: np.ndarray, counts: np.ndarray) -> np.ndarray:
        """BM25's saturated term frequency, between 0 and K1 + 1, before idf."""
        counts = counts.astype(np.float32)
        return counts * (K1 + 1) / (counts + self._norm[passages])
