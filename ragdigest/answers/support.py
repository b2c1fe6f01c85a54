"""Judges whether a paper says what a question asks. Knows nothing of ranking or printing.

Three kinds of absence are told apart: nothing near the question at all; a name the question
names that the paper does not; an aspect (price, licence, GPU hours …) that it leaves out.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from ..index.catalogue import EntryRow
from ..retrieval.late import nearest_tokens
from ..retrieval.questions import as_asked
from ..retrieval.retriever import Retriever, Scores, rare_names
from ..retrieval.units import Unit
from .sentences import ASKS_NUMBER, DIGIT, Sentence, held

ASPECTS = Path(__file__).parents[1] / "data" / "aspects.tsv"
#: Logistic weights of FEATURES and their offset, fitted by benchmarks/calibrate.py on questions
#: of our own; an answer is given where the probability is at least the strictness.
FEATURES = (
    "entry", "cosine", "covered", "best_sentence", "best_covered", "margin", "named", "missing_name", "missing_aspect", "number_without_digit",
    "asked_words", "words_missing", "words_held", "above_mean", "weakest_tokens", "tokens_found", "tokens_above_others",
)
WEIGHTS = (1.05, 7.19, 4.00, -0.87, 1.33, 1.11, -0.51, -2.84, -3.72, -2.40, 0.35, 0.03, 0.02, -3.12, 3.74, -4.67, 10.24)
OFFSET = -9.71
STRICTNESS = 0.4
#: From this cosine on two tokens say the same.
SAME_TOKEN = 0.75
#: Words weigh by their rarity, which grows with the logarithm of the passages; the features are held to this one.
LOG_PASSAGES = 7.85


@dataclass(frozen=True)
class Support:
    """How sure it is that a paper answers (0 to 1), by FEATURES, and what it says nothing about.

    `lacks` where that is an aspect or a Latin name for certain: a Korean word may only look like a name.
    """

    probability: float
    features: tuple[float, ...]
    missing: tuple[str, ...]
    lacks: bool


@dataclass(frozen=True)
class Aspect:
    """Something one may ask of a paper, how it is asked and how a text shows it."""

    korean: str
    english: str
    asks: re.Pattern[str]
    shows: re.Pattern[str]


@lru_cache(maxsize=1)
def aspects() -> tuple[Aspect, ...]:
    """The aspects of data/aspects.tsv."""
    rows = (line.split("\t") for line in ASPECTS.read_text(encoding="utf-8").splitlines() if line and line[0] != "#")
    return tuple(Aspect(k, e, re.compile(a, re.I), re.compile(s, re.I)) for k, e, a, s in rows)


def support_of(retriever: Retriever, scores: Scores, ranked: Sequence[int], entries: Sequence[EntryRow], sentences: Sequence[Sentence]) -> Support:
    """Judge the work `entries` (versions of one paper), the first of `ranked`, by its scored sentences."""
    text = paper_text(retriever, entries)
    units = scores.words.units
    scale = LOG_PASSAGES / max(float(np.log(len(scores.cosine))), 2.0)
    weight = scale * scores.words.counts.max(1) if units else np.zeros(0)
    there = held_by(units, text)
    absent, lacking = missing_names(scores, there, text), missing_aspects(scores.asked.text, text)
    best = max(sentences, key=lambda s: s.score, default=None)
    wants_number = bool(ASKS_NUMBER.search(scores.asked.text))
    first = float(scores.entry[ranked[0]])
    second = float(scores.entry[ranked[1]]) if len(ranked) > 1 else 0.0
    nearest = np.maximum.reduceat(scores.cosine, retriever.store.first_passage[:-1])
    cosine = float(nearest[ranked[0]])
    features = (
        cosine + scale * (first - cosine),
        max(float(nearest[e.n]) for e in entries),
        covered(scores, there),
        max((s.cosine for s in sentences), default=0.0),
        best.covered if best else 0.0,
        min(first - second, 0.5),
        float(any(n in text.lower() for n in scores.asked.names)),
        float(bool(absent)),
        float(bool(lacking)),
        float(wants_number and not any(DIGIT.search(s.text) for s in sorted(sentences, key=lambda s: -s.score)[:4])),
        float(min(max(len(units), 5), 11)),
        float(weight[there < 0.25].sum()),
        float((weight * there).sum()),
        cosine - float(nearest.mean()),
        *by_token(retriever, scores, [e.n for e in entries], ranked[3:10]),
    )
    logit = OFFSET + float(np.dot(WEIGHTS, features))
    return Support(1 / (1 + float(np.exp(-logit))), features, (*absent, *lacking), bool(lacking) or any(name.isascii() for name in absent))


def paper_text(retriever: Retriever, entries: Sequence[EntryRow]) -> str:
    """Titles and texts of entries."""
    return "\n".join(f"{e.title}\n{retriever.text(e.source)[e.start:e.end]}" for e in entries)


def held_by(units: Sequence[Unit], text: str) -> np.ndarray:
    """(units,) how much of each unit the line of a text that has most of it holds."""
    return np.max([held(units, line) for line in text.splitlines() if line.strip()], axis=0) if units else np.zeros(0)


def covered(scores: Scores, there: np.ndarray) -> float:
    """Share of what the question asks for that a text holds, by rarity; `there` is how much of each unit it holds."""
    weight = scores.words.counts.max(1) if scores.words.units else np.zeros(0)
    return float((there * weight).sum() / weight.sum()) if weight.sum() else 0.0


def by_token(retriever: Retriever, scores: Scores, paper: Sequence[int], others: Sequence[int]) -> tuple[float, float, float]:
    """How near the least found quarter of the question's tokens come to the paper's, the share of tokens that
    stand there almost as such, and how much nearer all come than to the tokens of other papers that rank high.
    """
    first = retriever.store.first_passage
    asked = scores.tokens[1:-1] if len(scores.tokens) > 2 else scores.tokens  # without the marks of beginning and end
    there = lambda entries: nearest_tokens(asked, retriever.store, np.concatenate([np.arange(first[n], first[n + 1]) for n in entries]))
    here = there(paper)
    elsewhere = np.mean([there([n]) for n in others], axis=0) if others else np.zeros(len(here))
    return float(np.sort(here)[: max(1, len(here) // 4)].mean()), float((here > SAME_TOKEN).mean()), float((here - elsewhere).mean())


def missing_names(scores: Scores, there: np.ndarray, text: str) -> list[str]:
    """Names in the question that the paper, whose text is given, does not name, or not with that number (Llama 4, SAM 3)."""
    lacking = []
    for u in rare_names(scores.asked, scores.words):
        name = scores.words.units[u].text
        numbered = re.search(rf"(?<![a-z])({re.escape(name)}[-. ]?\d{{1,2}}(?:\.\d)?)(?!\.\d)(?=(?:은|는|이|가|을|를|의|에|에서|와|과|도|로|['’]s)?(?:[\s?!,.]|$))", scores.asked.text.lower())
        name = numbered[1] if numbered else name
        if there[u] < 0.2 or not _of_that_number(name, text):
            lacking.append(as_asked(name, scores.asked.text))
    return lacking


def _of_that_number(name: str, text: str) -> bool:
    """Whether a text that holds part of a name with a number (Llama-4) holds the number too, or one below it (Llama 4.1), not another version's."""
    versioned = re.fullmatch(r"([a-z]{3,})[-. ]?(\d{1,2}(?:\.\d)?)", name)
    if not versioned:
        return True
    family = re.escape(versioned[1])
    return bool(re.search(rf"{family}[-. ]?(?:20)?{re.escape(versioned[2])}(?!\d)", text, re.I)) or not re.search(rf"{family}[-. ]?\d", text, re.I)


def missing_aspects(question: str, text: str) -> list[str]:
    """Aspects the question asks for and nothing in the text shows."""
    return [f"{a.korean}/{a.english}" for a in aspects() if a.asks.search(question) and not a.shows.search(text)]
