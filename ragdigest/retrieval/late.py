"""Late interaction: each token of a text against each token of passages. Knows nothing of words or ranking.

After Khattab and Zaharia, ColBERT (2020): a whole passage's vector blurs what each of its tokens says
in its place; here every token of the question looks for its nearest one.
"""

from dataclasses import dataclass

import numpy as np

from ..encoders import Encoder
from ..index.store import Store
from ..passages import sentence_texts

#: Rows of tokens turned into floats at a time.
BLOCK = 4096


@dataclass(frozen=True)
class Tokens:
    """A text, its tokens' (tokens, width) float32 unit rows and where in it each stands."""

    text: str
    rows: np.ndarray
    spans: np.ndarray

    def inside(self, start: int, end: int) -> np.ndarray:
        """(tokens,) whether each token stands in a span of the text."""
        a, b = self.spans.T
        return (a >= start) & (b <= end) & (a < b)

    def within(self, start: int, end: int) -> np.ndarray:
        """The rows of the tokens in a span of the text."""
        return self.rows[self.inside(start, end)]


def tokens_of(encoder: Encoder, text: str, rows: np.ndarray) -> Tokens:
    """A text with the rows `encode_tokens` gave for it."""
    return Tokens(text, rows, np.array(encoder.token_spans(text)).reshape(-1, 2))


def sentence_tokens(store: Store, encoder: Encoder, entry: int) -> dict[int, Tokens]:
    """An entry's sentences with the rows their tokens have in their passage, by where they start in the source."""
    found = {}
    texts = dict(store.catalogue.rows("SELECT n, embedded FROM passages WHERE entry = ?", (entry,)))
    for passage in store.catalogue.passages_of(entry):
        embedded = texts[passage.n]
        rows = store.tokens[slice(*store.first_token[passage.n : passage.n + 2])].astype(np.float32) / store.TOKEN_SCALE
        whole = tokens_of(encoder, embedded, rows)
        at = embedded.find("\n") + 1
        for text, (start, _) in zip(sentence_texts(passage.quote, passage.start, passage.sentences), passage.sentences, strict=True):
            at = max(embedded.find(text, at), at)
            inside = whole.inside(at, at + len(text))
            found[start] = Tokens(text, rows[inside], whole.spans[inside] - at)
            at += len(text)
    return found


def late_interaction(question: np.ndarray, store: Store, passages: np.ndarray) -> np.ndarray:
    """(len(passages),) the mean, over the question's tokens, of the cosine of the passage's nearest token.

    `question` holds (tokens, width) float32 unit rows; `passages` are numbers of passages, at least one.
    """
    counts = np.diff(store.first_token)[passages]
    return np.maximum.reduceat(_cosines(question, store, passages), np.cumsum(counts) - counts, axis=0).mean(1)


def nearest_tokens(question: np.ndarray, store: Store, passages: np.ndarray) -> np.ndarray:
    """(tokens of the question,) the cosine of the nearest token anywhere in the passages."""
    return _cosines(question, store, passages).max(0)


def _cosines(question: np.ndarray, store: Store, passages: np.ndarray) -> np.ndarray:
    """(tokens of the passages, tokens of the question)."""
    starts, counts = store.first_token[passages], np.diff(store.first_token)[passages]
    rows = np.repeat(starts - (np.cumsum(counts) - counts), counts) + np.arange(counts.sum())
    asked, found = question.T / store.TOKEN_SCALE, np.empty((len(rows), len(question)), np.float32)
    for start in range(0, len(rows), BLOCK):  # in floats all at once, a first search would wait for fresh memory
        part = slice(start, start + BLOCK)
        found[part] = store.tokens[rows[part]].astype(np.float32) @ asked
    return found
