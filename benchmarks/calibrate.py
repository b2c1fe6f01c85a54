"""Fits the weights by which `ask` decides to abstain, and prints the trade-off. `python benchmarks/calibrate.py LARGE SMALL`.

LARGE is where the index of the collections lies or is to lie, SMALL that of `corpus/`. Logistic regression
with an L2 penalty by Newton's method over the questions of both, cross-validated in eight folds, three
times; answerable questions whose best paper is the wrong one count as neither.
"""

import sys
from pathlib import Path

import numpy as np
from harness import Gold, library, own, questions

from ragdigest.answers import extractive, sentences, support

PENALTY, FOLDS, REPEATS = 1.0, 8, 3
KINDS = ("answerable", "near", "field", "off")


def features(lib, *sets: str) -> tuple[np.ndarray, np.ndarray, list[str]]:
    """(questions, FEATURES), whether each can be answered, and its kind; wrong papers left out."""
    gold, rows = Gold(lib), []
    for q in questions(*sets):
        scores = lib.retriever.score(q["question"])
        ranked = lib.retriever.ranked(scores, 10)
        first = extractive.versions_of(lib.retriever, scores, ranked[0])
        told = sentences.sentences_of(lib.retriever, scores, extractive.in_language(first, scores.asked.lang))
        sides = ranked[: len(scores.asked.names)] if scores.asked.compares else ranked[:1]
        found = support.support_of(lib.retriever, scores, ranked, [e for n in sides for e in extractive.versions_of(lib.retriever, scores, n)], told)
        answerable = bool(q.get("gold"))
        if answerable and int(gold.works[ranked[0]]) not in gold.works_of(q):
            continue
        rows.append((found.features, answerable, "answerable" if answerable else q["kind"]))
    return np.array([r[0] for r in rows]), np.array([r[1] for r in rows], float), [r[2] for r in rows]


def fit(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Weights and, last, the offset, over standardised features given back in their own units."""
    mean, spread = x.mean(0), x.std(0) + 1e-9
    z = np.c_[(x - mean) / spread, np.ones(len(x))]
    b = np.zeros(z.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-z @ b))
        b -= np.linalg.solve((z * (p * (1 - p))[:, None]).T @ z + PENALTY * np.eye(len(b)), z.T @ (p - y) + PENALTY * np.r_[b[:-1], 0])
    weights = b[:-1] / spread
    return np.r_[weights, b[-1] - weights @ mean]


def lists(lib, name: str) -> tuple[str, str]:
    """How many lists of a set with papers are refused and how many cite a right one; how many without are refused."""
    gold, there, none = Gold(lib), [], []
    number = {e.id: e.n for e in gold.entries}
    for q in questions(name):
        answer = lib.ask(q["question"])
        works = {int(gold.works[number[c.hit.id]]) for c in answer.citations}
        (there if q["gold"] else none).append((answer.abstained, bool(works & gold.works_of(q))))
    return f"with papers: {sum(a for a, _ in there)} of {len(there)} refused, {sum(c for _, c in there)} cite a right one", f"without: {sum(a for a, _ in none)} of {len(none)} refused"


def main() -> None:
    collections, corpus = library(Path(sys.argv[1])), own(Path(sys.argv[2]))
    large = features(collections, "seeds", "dair", "answerable2", "answerable3", "unanswerable", "unanswerable2", "unanswerable3")
    small = features(corpus, "small_answerable", "small_unanswerable")
    x, y = np.concatenate([large[0], small[0]]), np.concatenate([large[1], small[1]])
    kinds, is_small = large[2] + small[2], np.arange(len(y)) >= len(large[1])
    p = np.zeros(len(y))
    for seed in range(REPEATS):
        fold = np.random.default_rng(seed).integers(0, FOLDS, len(y))
        for k in range(FOLDS):
            w = fit(x[fold != k], y[fold != k])
            p[fold == k] += 1 / (1 + np.exp(-(x[fold == k] @ w[:-1] + w[-1]))) / REPEATS
    w = fit(x, y)
    print("WEIGHTS = (" + ", ".join(f"{v:.2f}" for v in w[:-1]) + f")\nOFFSET = {w[-1]:.2f}\nFEATURES = {support.FEATURES}")
    print("| strictness | " + " | ".join(f"{size}: {kind}" for size in ("large", "small") for kind in KINDS) + " |\n|" + "---|" * (1 + 2 * len(KINDS)))
    for t in (0.1, 0.2, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9):
        shares = [np.mean([p[i] < t for i in range(len(y)) if kinds[i] == kind and is_small[i] == size]) for size in (False, True) for kind in KINDS]
        print(f"| {t} | " + " | ".join(f"{v:.2f}" for v in shares) + " |")
    print("lists, large:", *lists(collections, "lists"), "\nlists, small:", *lists(corpus, "small_lists"))


if __name__ == "__main__":
    main()
