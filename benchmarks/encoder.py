"""The bundled encoder on public sets. `python benchmarks/encoder.py TATOEBA.tsv STS.tsv`.

Tatoeba kor-eng: for each Korean sentence the nearest English one, and back (accuracy, the mean
of both, as LASER counts it). KLUE-STS dev: Spearman correlation of cosine and human score.
"""

import csv
import sys
import time
from pathlib import Path

import numpy as np

from ragdigest.encoders import open_encoder
from ragdigest.encoders.bundled import FOLDER


def rows(path: str) -> list[dict[str, str]]:
    with Path(path).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def spearman(a: np.ndarray, b: np.ndarray) -> float:
    """Pearson correlation of ranks, ties given their mean rank."""

    def ranks(x: np.ndarray) -> np.ndarray:
        _, inverse, counts = np.unique(x, return_inverse=True, return_counts=True)
        return (np.cumsum(counts) - (counts - 1) / 2)[inverse]

    return float(np.corrcoef(ranks(a), ranks(b))[0, 1])


def main() -> None:
    encoder = open_encoder(sys.argv[3] if len(sys.argv) > 3 else "bundled")
    pairs = rows(sys.argv[1])
    begun = time.perf_counter()
    korean, english = (encoder.encode_passages([p[lang] for p in pairs]) for lang in ("ko", "en"))
    took = time.perf_counter() - begun
    like = korean @ english.T
    right = np.arange(len(pairs))
    forth, back = (like.argmax(1) == right).mean(), (like.argmax(0) == right).mean()
    scored = rows(sys.argv[2])
    left, other = (encoder.encode_passages([s[f"sentence{n}"] for s in scored]) for n in (1, 2))
    print(f"Tatoeba kor-eng {(forth + back) / 2:.3f} (ko->en {forth:.3f}, en->ko {back:.3f})")
    print(f"KLUE-STS dev Spearman {spearman((left * other).sum(1), np.array([float(s['score']) for s in scored])):.3f}")
    print(f"{2 * len(pairs) / took:.0f} short sentences a second; {sum(p.stat().st_size for p in FOLDER.iterdir()) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
