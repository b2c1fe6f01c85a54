"""Texts into vectors. Knows nothing of digests, passages or indexes.

`Encoder` is what the rest of ragdigest asks for: unit float32 rows, queries and passages apart.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from ..errors import RagdigestError

Progress = Callable[[int], None]
BUNDLED = "bundled"


class Encoder(Protocol):
    """Texts in, (n, dimensions) float32 unit rows out. `fingerprint` changes whenever a vector could."""

    name: str
    fingerprint: str
    dimensions: int
    token_dimensions: int

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray: ...

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray: ...

    def encode_tokens(self, texts: Sequence[str], progress: Progress | None = None, *, asked: bool = False) -> tuple[np.ndarray, list[np.ndarray]]:
        """The rows of passages (of queries where `asked`), and for each its tokens' (tokens, token_dimensions) float32 unit rows."""
        ...

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        """Where in a text each of its tokens stands, marks of beginning and end as nothing; one for each row of `encode_tokens`."""
        ...


def open_encoder(name: str) -> Encoder:
    """The encoder of that name: `bundled`, a preset, a hub model or a folder. Raises RagdigestError."""
    if name == BUNDLED:
        from .bundled import BundledEncoder

        return BundledEncoder()
    from .hub import HubEncoder

    return HubEncoder(name)


def unit_rows(rows: np.ndarray) -> np.ndarray:
    """Float32 rows of length one; the one place where vectors are normalised.

    Raises RagdigestError where a row is not finite or has no length.
    """
    rows = np.ascontiguousarray(rows, dtype=np.float32)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if not np.isfinite(rows).all() or (lengths == 0).any():
        raise RagdigestError("the encoder gave a vector that is zero or not finite; try another --encoder")
    return rows / lengths
