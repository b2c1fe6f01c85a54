"""What a model is shown within a budget of tokens: few papers whole and many as one sentence, against the best k whole.

`python benchmarks/context.py INDEX`. For each budget: share of the gold works that are shown, and of the
facts asked for that stand in what is shown; list and compare questions, then single ones.
"""

import sys
from pathlib import Path

import numpy as np
from harness import Gold, library, questions

from ragdigest.llm import context


def shown(lib, gold: Gold, question: dict, budget: int) -> tuple[float, float, int]:
    """(gold works shown, facts shown, papers shown) of one question."""
    scores = lib.retriever.score(question["question"])
    pieces = context.context_of(lib.retriever, scores, lib.retriever.ranked(scores, context.MOST), budget).pieces
    wanted, text = gold.works_of(question), "\n".join(p.text for p in pieces)
    works = {int(gold.works[p.entry.n]) for p in pieces}
    facts = [any(f in text for f in group) for group in question.get("answer_contains", [])]
    return len(wanted & works) / len(wanted), float(np.mean(facts)) if facts else np.nan, len(pieces)


def main() -> None:
    lib = library(Path(sys.argv[1]))
    gold = Gold(lib)
    whole = context.WHOLE
    print("| questions | budget | way | gold works | facts | papers |\n|---|---|---|---|---|---|")
    for name, asked in (("lists and comparisons", questions("multi")), ("one paper", questions("seeds"))):
        for budget in (500, 1000, 2000, 3000):
            for way, share in (("few whole, many as a sentence", whole), ("best k whole", 1e9)):
                context.WHOLE = share
                rows = [shown(lib, gold, q, budget) for q in asked]
                print(f"| {name} | {budget} | {way} | " + " | ".join(f"{v:.2f}" for v in np.nanmean(rows, axis=0)[:2]) + f" | {np.mean([r[2] for r in rows]):.1f} |", flush=True)
    context.WHOLE = whole


if __name__ == "__main__":
    main()
