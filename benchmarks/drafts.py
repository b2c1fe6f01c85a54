"""How many faulty sentences of scripted drafts the check catches, and how many faithful ones it loses.

`python benchmarks/drafts.py [FILE...]`; each line of a file gives a faithful draft and one with a fault. Those in
`drafts/` are over `corpus/`; those in `drafts/weeks/` over the collections (RAGDIGEST_COLLECTIONS), and left out without them.
"""

import collections
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import harness

from ragdigest import Library
from ragdigest.answers.checking import Checker, Claim
from ragdigest.llm.context import piece_of

HERE = Path(__file__).parent


def main() -> None:
    indexes = HERE.parent / "indexes"
    files = [Path(a) for a in sys.argv[1:]] or sorted((HERE / "drafts").glob("*.jsonl")) + (sorted((HERE / "drafts" / "weeks").glob("*.jsonl")) if "RAGDIGEST_COLLECTIONS" in os.environ else [])
    for file in files:
        library = harness.library(indexes / "drafts-weeks") if file.parent.name == "weeks" else harness.own(indexes / "drafts")
        asked, caught, marked, beside, lost, missed, sentences, spent = collections.Counter(), collections.Counter(), 0, 0, [], [], 0, []
        for row, checker in checkers(library, file):
            began = time.perf_counter()
            claims = [checker.check(s, row["lang"]) for s in row["draft"]]
            spent.append(1000 * (time.perf_counter() - began))
            sentences += len(claims)
            beside += sum(stands_marked(c) for c in claims)
            lost += [(row["id"], c.fault.value, c.detail, c.text) for c in claims if c.fault]
            faulty = checker.check(row["faulty"], row["lang"])
            asked[row["fault"]] += 1
            caught[row["fault"]] += bool(faulty.fault)
            marked += stands_marked(faulty)
            if not faulty.fault:
                missed.append((row["id"], row["fault"], "marked" if faulty.beside else "", row["faulty"]))
        print(f"\n{file.name}: caught {caught.total()} (+ {marked} marked) of {asked.total()}, lost {len(lost)} (and {beside} marked) of {sentences}, {sorted(spent)[len(spent) // 2]:.1f} ms a draft (median)")
        print("  " + ", ".join(f"{k} {caught[k]}/{asked[k]}" for k in asked))
        for found in [*missed, *lost]:
            print("   ", *found)


def checkers(library: Library, file: Path) -> Iterator[tuple[dict[str, Any], Checker]]:
    """Each item of a file with a check over its entries and the four that search finds besides."""
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        entries = [library.show(ref)[0] for ref in row["refs"]]
        found = library.store.catalogue.entries_by_number(library.retriever.ranked(library.retriever.score(row["question"]), 8)).values()
        pieces = [piece_of(library.retriever, e, str(n)) for n, e in enumerate(entries, 1)]
        pieces += [piece_of(library.retriever, e, str(n)) for n, e in enumerate([e for e in found if e not in entries][:4], 101)]
        yield row, Checker(library.retriever, pieces)


def stands_marked(claim: Claim) -> bool:
    return claim.fault is None and claim.beside is not None


if __name__ == "__main__":
    main()
