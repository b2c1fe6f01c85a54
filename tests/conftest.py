"""Fixtures: an encoder whose vectors a person can work out, small digests, and indexes built from them."""

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"  # read when huggingface_hub is first imported: no test may wait for a network

import numpy as np
import pytest

from ragdigest.encoders import unit_rows
from ragdigest.index.build import update

CORPUS = Path(__file__).parents[1] / "corpus"


class LetterEncoder:
    """A text's vector counts the letters a to z and, in the last place, Hangul syllables, plus one each; its tokens are its words."""

    name = "letters"
    fingerprint = "letters-1"
    dimensions = 27
    token_dimensions = 27

    def __init__(self) -> None:
        self.seen: list[str] = []

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
        return unit_rows(np.array([self._row(t) for t in texts], np.float32))

    def encode_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> np.ndarray:
        self.seen += texts
        return self.encode_queries(texts)

    def encode_tokens(self, texts: Sequence[str], progress: Callable[[int], None] | None = None, *, asked: bool = False) -> tuple[np.ndarray, list[np.ndarray]]:
        return self.encode_passages(texts, progress), [self.encode_queries(t.split() or [t]) for t in texts]

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        return [m.span() for m in re.finditer(r"\S+", text)] or [(0, len(text))]

    @staticmethod
    def _row(text: str) -> list[int]:
        low = text.lower()
        return [1 + low.count(chr(97 + i)) for i in range(26)] + [1 + sum("가" <= c <= "힣" for c in text)]


def digest(week: str, *papers: tuple[str, str]) -> str:
    """A digest in the newsletter form."""
    items = "\n\n".join(f"**{n}. {title}**\n{text}\n논문 | 트윗" for n, (title, text) in enumerate(papers, 1))
    return f"# Papers of the week ({week})\n\n{items}\n"


@pytest.fixture
def letters() -> LetterEncoder:
    return LetterEncoder()


@pytest.fixture
def weeks(tmp_path: Path) -> Path:
    """A folder with two weeks."""
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "a.md").write_text(digest("2025-09-08 ~ 14", ("Zebra", "Zebra compresses caches by 82.8 percent."), ("파라씽커", "병렬로 생각하는 방법이다.")), encoding="utf-8")
    (folder / "b.md").write_text(digest("2025-09-15 ~ 21", ("Yak", "Yak routes layers."), ("Quokka", "Quokka measures agents on GAIA.")), encoding="utf-8")
    return folder


@pytest.fixture
def index(tmp_path: Path, weeks: Path, letters: LetterEncoder) -> Path:
    """An index of `weeks`."""
    root = tmp_path / "index"
    update(root, [weeks], letters)
    return root
