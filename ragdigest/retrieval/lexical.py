"""How well words speak for each passage. Knows nothing of vectors or languages' grammar."""

from dataclasses import dataclass

import numpy as np

from ..index.build import BITS
from ..index.postings import K1, Postings
from ..words import term_hash
from .units import Rendering, Unit

#: A word counts by the square of its idf over this, so that names and numbers speak and common words whisper.
IDF = 5.0


@dataclass(frozen=True)
class WordEvidence:
    """Per unit and passage: `match` (units, passages) in 0..1; `weight` (units, 2) idf by passage language, 0 where the unit cannot speak."""

    units: tuple[Unit, ...]
    match: np.ndarray
    weight: np.ndarray

    @property
    def counts(self) -> np.ndarray:
        """(units, 2) what a unit counts, by passage language."""
        return self.weight**2 / IDF


def word_evidence(units: list[Unit], postings: Postings, passage_lang: np.ndarray) -> WordEvidence:
    """Match every unit's renderings against all passages of their language."""
    size = len(postings.lengths)
    match = np.zeros((len(units), size), np.float32)
    weight = np.zeros((len(units), 2), np.float32)
    for u, unit in enumerate(units):
        for column, (renderings, lang) in enumerate(((unit.ko, BITS["ko"]), (unit.en, BITS["en"]))):
            here = passage_lang == lang
            if not renderings or not here.any():
                continue
            best = np.zeros(size, np.float32)
            idf = 0.0
            for rendering in renderings:
                score, rarity = _rendering(rendering, postings)
                best = np.maximum(best, score)
                if score.any():
                    idf = max(idf, rarity * rendering.trust)
            match[u] = np.where(here, best, match[u])
            weight[u, column] = idf or postings.idf(0)
    return WordEvidence(tuple(units), match, weight)


def _rendering(rendering: Rendering, postings: Postings) -> tuple[np.ndarray, float]:
    """(passages,) trust times the mean saturated frequency of the rendering's terms, each over K1 + 1, and its rarity.

    The product of shares asks that the terms stand together: half of a compound is not half the match.
    """
    size = len(postings.lengths)
    total, held = np.zeros(size, np.float32), np.zeros(size, np.float32)
    terms = list(dict.fromkeys(rendering.terms))
    rarities = []
    for term in terms:
        passages, counts = postings.find(term_hash(term))
        total[passages] += postings.gain(passages, counts) / (K1 + 1)
        held[passages] += 1
        rarities.append(postings.idf(len(passages)))
    share = held / len(terms)
    whole = int((share == 1).sum())
    rarity = postings.idf(whole) if whole else max(rarities)
    return rendering.trust * total / len(terms) * share, min(rarity, 1.3 * max(rarities))
