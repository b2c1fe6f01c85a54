"""One generation opened for reading: catalogue, vectors, postings and columns. Knows no queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from ..errors import RagdigestError
from .catalogue import Catalogue
from .layout import CATALOGUE, COLUMNS, POSTINGS, SENTENCES, TOKENS, VECTORS, Manifest, current
from .postings import Postings


@dataclass(frozen=True)
class Columns:
    """Numbers of passages and entries, for filters: day 0 stands for no week, languages are bits (ko 1, en 2)."""

    passage_entry: np.ndarray
    passage_lang: np.ndarray
    passage_sentences: np.ndarray
    passage_tokens: np.ndarray
    entry_source: np.ndarray
    entry_first_day: np.ndarray
    entry_langs: np.ndarray
    entry_ordinal: np.ndarray
    entry_work: np.ndarray

    def save(self, path: Path) -> None:
        with path.open("wb") as file:
            np.savez(file, **vars(self))

    @classmethod
    def load(cls, path: Path) -> "Columns":
        with np.load(path, allow_pickle=False) as arrays:
            return cls(**{name: arrays[name] for name in cls.__dataclass_fields__})


class Store:
    """Opens the current generation; files are read as they are first asked for.

    Raises RagdigestError where there is no index or a file is damaged.
    """

    #: What a component of a token's unit row is multiplied by to be kept as int8.
    TOKEN_SCALE = 127

    def __init__(self, root: Path):
        self.root = root
        self.manifest: Manifest = current(root)
        for _ in range(5):  # a writer may drop the generation between the two reads
            try:
                self.folder = self.manifest.folder(root)
                self.catalogue = Catalogue(self.folder / CATALOGUE)
                break
            except FileNotFoundError:
                before, self.manifest = self.manifest, current(root)
                if before.generation == self.manifest.generation:
                    raise RagdigestError(f"{self.folder / CATALOGUE} is missing; run: ragdigest index --rebuild PATH") from None
        else:
            raise RagdigestError(f"the index at {root} keeps changing; try again")

    def _load(self, name: str, load):
        path = self.folder / name
        try:
            if path.stat().st_size != self.manifest.files[name]["bytes"]:
                raise ValueError("cut short")
            return load(path)
        except Exception as error:  # faiss raises RuntimeError, numpy ValueError, BadZipFile, EOFError ...
            raise RagdigestError(f"{path} is damaged ({str(error).splitlines()[0][:80]}); run: ragdigest index --rebuild PATH") from error

    @cached_property
    def columns(self) -> Columns:
        return self._load(COLUMNS, Columns.load)

    @cached_property
    def postings(self) -> Postings:
        return self._load(POSTINGS, Postings.load)

    @cached_property
    def faiss(self):
        """The FAISS index; row n is passage n."""
        return self._faiss(VECTORS, len(self.columns.passage_entry))

    def _faiss(self, name: str, rows: int):
        def load(path: Path):
            import faiss

            faiss.omp_set_num_threads(1)
            index = faiss.read_index(str(path))
            if index.ntotal != rows or index.d != self.manifest.meta["dimensions"]:
                raise ValueError(f"{index.ntotal} vectors for {rows}")
            return index

        return self._load(name, load)

    @cached_property
    def vectors(self) -> np.ndarray:
        """(passages, dimensions) float32 unit rows."""
        return rows_of(self.faiss)

    @cached_property
    def sentence_vectors(self) -> np.ndarray:
        """(sentences, dimensions) float32 rows of the passages' sentences, in order, rounded to half precision."""
        return rows_of(self._faiss(SENTENCES, int(self.first_sentence[-1])))

    @cached_property
    def first_sentence(self) -> np.ndarray:
        """(passages + 1) where each passage's sentences begin."""
        return np.concatenate([[0], np.cumsum(self.columns.passage_sentences)])

    @cached_property
    def tokens(self) -> np.ndarray:
        """(tokens, width) int8 rows of the passages' tokens, TOKEN_SCALE times a unit row's; read from the file as they are asked for."""

        def load(path: Path) -> np.ndarray:
            rows = np.load(path, mmap_mode="r", allow_pickle=False)
            if rows.dtype != np.int8 or len(rows) != self.first_token[-1]:
                raise ValueError(f"{len(rows)} tokens for {self.first_token[-1]}")
            return rows

        return self._load(TOKENS, load)

    @cached_property
    def first_token(self) -> np.ndarray:
        """(passages + 1) where each passage's tokens begin."""
        return np.concatenate([[0], np.cumsum(self.columns.passage_tokens, dtype=np.int64)])

    @cached_property
    def first_passage(self) -> np.ndarray:
        """(entries + 1) where each entry's passages begin."""
        counts = np.bincount(self.columns.passage_entry, minlength=len(self.columns.entry_source))
        return np.concatenate([[0], np.cumsum(counts)])

    @cached_property
    def entry_terms(self) -> "EntryTerms":
        """Each entry's words as tf-idf."""
        return EntryTerms.of(self.postings, self.columns.passage_entry, len(self.columns.entry_source))

    @cached_property
    def entry_names(self) -> "EntryTerms":
        """Each entry's names, the rarer the heavier."""
        return EntryTerms.of_names(self.catalogue.rows("SELECT entry, folded FROM names"), len(self.columns.entry_source))

    @cached_property
    def entry_vectors(self) -> np.ndarray:
        """(entries, dimensions) unit rows: the mean of an entry's passages."""
        return mean_rows(self.vectors, self.columns.passage_entry, len(self.columns.entry_source))


@dataclass(frozen=True)
class EntryTerms:
    """Each entry's terms as tf-idf, (1 + ln tf) * ln(N / df), in one row-sorted sparse matrix."""

    terms: np.ndarray
    offsets: np.ndarray
    weights: np.ndarray
    width: int

    @classmethod
    def of(cls, postings: Postings, owner: np.ndarray, owners: int) -> "EntryTerms":
        """From the postings of passages and the entry that owns each."""
        width = max(1, len(postings.keys))
        term = np.repeat(np.arange(len(postings.keys)), np.diff(postings.offsets))
        pairs, where = np.unique(owner[postings.passages].astype(np.int64) * width + term, return_inverse=True)
        return cls._weighed(pairs, np.bincount(where, weights=postings.counts, minlength=len(pairs)), width, owners)

    @classmethod
    def of_names(cls, rows: Sequence[tuple[int, str]], owners: int) -> "EntryTerms":
        """From (entry, folded name) pairs, each name once an entry."""
        number = {name: n for n, name in enumerate(sorted({name for _, name in rows}))}
        width = max(1, len(number))
        pairs = np.unique(np.array([entry * width + number[name] for entry, name in rows], np.int64))
        return cls._weighed(pairs, np.ones(len(pairs)), width, owners)

    @classmethod
    def _weighed(cls, pairs: np.ndarray, counts: np.ndarray, width: int, owners: int) -> "EntryTerms":
        """From ascending entry * width + term and how often each stands."""
        terms, entries = pairs % width, pairs // width
        holding = np.bincount(terms, minlength=width)
        weights = (1 + np.log(counts)) * np.log(owners / holding[terms])
        norms = np.sqrt(np.bincount(entries, weights=weights**2, minlength=owners))
        weights = weights / np.maximum(norms[entries], 1e-9)
        return cls(terms, np.searchsorted(entries, np.arange(owners + 1)), weights, width)

    def cosines(self, entry: int) -> np.ndarray:
        """(entries,) cosine of every entry's terms with those of one."""
        span = slice(int(self.offsets[entry]), int(self.offsets[entry + 1]))
        return self.products(self.terms[span], self.weights[span])

    def products(self, terms: np.ndarray, weights: np.ndarray) -> np.ndarray:
        """(entries,) dot product of every entry's terms with weighted terms, each named once."""
        mine = np.zeros(self.width)
        mine[terms] = weights
        products = np.concatenate([[0.0], np.cumsum(self.weights * mine[self.terms])])
        return products[self.offsets[1:]] - products[self.offsets[:-1]]


def rows_of(index) -> np.ndarray:
    """(n, dimensions) float32 rows of a FAISS index."""
    return index.reconstruct_n(0, index.ntotal) if index.ntotal else np.zeros((0, index.d), np.float32)


def mean_rows(vectors: np.ndarray, owner: np.ndarray, owners: int) -> np.ndarray:
    """Unit mean row of each owner's rows; owners are numbered 0 to owners - 1 and each has a row."""
    sums = np.zeros((owners, vectors.shape[1]), np.float32)
    np.add.at(sums, owner, vectors)
    return sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
