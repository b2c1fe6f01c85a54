"""Retrieval on our own questions, part by part. `python benchmarks/retrieval.py INDEX`.

Prints hit@1 / hit@5 / hit@10 by kind for vectors alone (of whole texts, and with those of tokens), words alone and
all together, the same for questions of later writers, and the ablation of the fusion's parts.
"""

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from harness import Gold, library, questions

from ragdigest.retrieval import retriever as r
from ragdigest.retrieval.late import late_interaction


def ranks(lib, gold: Gold, asked: list[dict], score) -> list[int]:
    """Rank (0 best) of the first gold work for each question."""
    out = []
    for q in asked:
        scores = lib.retriever.score(q["question"])
        works, wanted = [], gold.works_of(q)
        for n in np.argsort(-score(scores), kind="stable")[:400]:
            work = int(gold.works[n])
            if work not in works:
                works.append(work)
            if work in wanted:
                break
        out.append(works.index(int(gold.works[n])) if int(gold.works[n]) in wanted else 999)
    return out


def ways(lib) -> dict[str, Callable[[r.Scores], np.ndarray]]:
    """Entries scored by vectors of whole texts, with those of tokens beside them, and by everything."""
    starts, every = lib.store.first_passage[:-1], np.arange(len(lib.store.columns.passage_entry))
    return {
        "vectors of whole texts": lambda s: np.maximum.reduceat(s.cosine, starts),
        "vectors, tokens' among them": lambda s: np.maximum.reduceat(s.cosine + r.LATE * late_interaction(s.tokens, lib.store, every), starts),
        "all": lambda s: s.entry,
    }


def table(title: str, asked: list[dict], found: list[int]) -> None:
    groups: dict[str, list[int]] = {}
    for q, rank in zip(asked, found, strict=True):
        kind = q.get("kind") or ("named" if q["named"] else "unnamed")
        corpus = "weeks" if "start" in q["gold"][0] else "seeds"
        for name in (f"{corpus}, {q['lang']}, {kind}", "all"):
            groups.setdefault(name, []).append(rank)
    print(f"\n{title}\n| questions | n | hit@1 | hit@5 | hit@10 |\n|---|---|---|---|---|")
    for name in sorted(groups):
        print(f"| {name} | {len(groups[name])} | " + " | ".join(f"{np.mean([x < k for x in groups[name]]):.2f}" for k in (1, 5, 10)) + " |")


def multi(lib, gold: Gold) -> float:
    """Share of the gold works of list and compare questions among the first ten (or as many as there are)."""
    shares = []
    for q in questions("multi"):
        wanted = gold.works_of(q)
        got = lib.retriever.ranked(lib.retriever.score(q["question"]), max(10, len(wanted)))
        shares.append(len(wanted & {int(gold.works[n]) for n in got}) / len(wanted))
    return float(np.mean(shares))


def main() -> None:
    lib = library(Path(sys.argv[1]))
    gold, asked = Gold(lib), questions("seeds", "dair", "answerable2")
    starts = lib.store.first_passage[:-1]
    for name, score in ways(lib).items():
        table(name, asked, ranks(lib, gold, asked, score))
    table("words alone", asked, ranks(lib, gold, asked, lambda s: np.maximum.reduceat(s.gains, starts, axis=1).sum(0) if len(s.gains) else np.zeros(len(starts))))
    for later in ("answerable3", "answerable5"):
        fresh = questions(later)
        for name, score in ways(lib).items():
            table(f"{later}, a later writer: {name}", fresh, ranks(lib, gold, fresh, score))
    print("\nablation (all questions: hit@1 / hit@5 / hit@10; lists and comparisons: recall in 10)\n| left out | hit@1 | hit@5 | hit@10 | lists |\n|---|---|---|---|---|")
    for name, changed in (("nothing", {}), ("the second look, by tokens", {"LATE": 0.0}), ("vectors of sentences", {"SENTENCE": 0.0}), ("words of the whole entry", {"ENTRY_WORDS": 0.0}), ("names in titles", {"TITLED": 0.0}),
                          ("lists by name", {"LISTED": 0.0, "LISTED_LANG": 0.0}), ("respelling", {"STRANGE": -1.0}), ("the glossaries", {"glossary": None})):
        kept = {k: getattr(r, k) for k in changed if k.isupper()}
        for k in kept:
            setattr(r, k, changed[k])
        whole = lib.retriever.glossary
        if "glossary" in changed:
            lib.retriever.glossary = type(whole)()
        found = ranks(lib, gold, asked, lambda s: s.entry)
        print(f"| {name} | " + " | ".join(f"{np.mean([x < k for x in found]):.3f}" for k in (1, 5, 10)) + f" | {multi(lib, gold):.3f} |")
        lib.retriever.glossary = whole
        for k, v in kept.items():
            setattr(r, k, v)


if __name__ == "__main__":
    main()
