"""How many faulty sentences of scripted drafts the check catches, and how many faithful ones it loses.

`python benchmarks/drafts.py [FILE...]`; each line of a file gives a faithful draft and one with a fault.
"""

import collections
import json
import sys
import time
from pathlib import Path

from ragdigest import Library
from ragdigest.answers.checking import Checker
from ragdigest.llm.context import piece_of

HERE = Path(__file__).parent


def main() -> None:
    library = Library.build(HERE.parent / "corpus", HERE.parent / "indexes" / "drafts")
    files = [Path(a) for a in sys.argv[1:]] or sorted((HERE / "drafts").glob("*.jsonl"))
    for file in files:
        caught, lost, asked, spent = collections.Counter(), [], collections.Counter(), []
        missed = []
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            entries = [library.show(ref)[0] for ref in row["refs"]]
            pieces = [piece_of(library.retriever, e, str(n)) for n, e in enumerate(entries, 1)]
            more = [e for e in library.store.catalogue.entries_by_number(library.retriever.ranked(library.retriever.score(row["question"]), 8)).values() if e not in entries]
            pieces += [piece_of(library.retriever, e, str(n)) for n, e in enumerate(more[:4], 101)]
            checker = Checker(library.retriever, pieces)
            began = time.perf_counter()
            verdicts = [checker.check(s, row["lang"]) for s in row["draft"]]
            spent.append(1000 * (time.perf_counter() - began))
            lost += [(row["id"], v.fault.value, v.detail, s, v.features) for s, v in zip(row["draft"], verdicts, strict=True) if v.fault]
            faulty = checker.check(row["faulty"], row["lang"])
            asked[row["fault"]] += 1
            caught[row["fault"]] += bool(faulty.fault)
            if not faulty.fault:
                missed.append((row["id"], row["fault"], row["faulty"], faulty.features))
            sentences = sum(len(json.loads(x)["draft"]) for x in file.read_text(encoding="utf-8").splitlines())
        print(f"\n{file.name}: caught {sum(caught.values())}/{sum(asked.values())}, lost {len(lost)}/{sentences}, {sorted(spent)[len(spent) // 2]:.1f} ms a draft (median)")
        print("  " + ", ".join(f"{k} {caught[k]}/{asked[k]}" for k in asked))
        for row in [*missed, *lost]:
            print("   ", *row)


if __name__ == "__main__":
    main()
