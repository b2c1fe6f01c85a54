"""Late interaction: each token of a question against each token of passages. Knows nothing of words or ranking.

After Khattab and Zaharia, ColBERT (2020): a whole passage's vector blurs what each of its tokens says
in its place; here every token of the question looks for its nearest one.
"""

import numpy as np

from ..index.store import Store

#: Rows of tokens turned into floats at a time.
BLOCK = 4096


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
