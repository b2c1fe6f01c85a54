"""The one object that users of the package hold. Opens an index and answers from it.

    library = Library.open("indexes/default")
    library.search("KV 캐시를 압축하는 방법", k=5)
"""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .errors import RagdigestError
from .index.layout import RECIPE
from .index.store import Store
from .records import Answer, Hit
from .retrieval.filters import Filters

if TYPE_CHECKING:
    from .encoders import Encoder
    from .index.build import Change
    from .index.catalogue import EntryRow
    from .llm.client import Client
    from .retrieval.glossary import Glossary
    from .retrieval.retriever import Retriever

DEFAULT_INDEX = "indexes/default"


class Library:
    """An index opened for reading; it stays as it was opened while others write."""

    def __init__(self, store: Store):
        self.store = store
        self._opening: Future[Encoder] | None = None

    @classmethod
    def open(cls, index: str | Path = DEFAULT_INDEX, warm: bool = False) -> "Library":
        """Open an index; `warm` opens its encoder meanwhile. Raises RagdigestError where there is none or it is damaged."""
        library = cls(Store(Path(index)))
        if library.store.manifest.meta["recipe"] != RECIPE:
            raise RagdigestError(f"the index at {index} was built by another version of ragdigest; run: ragdigest index --index {index}")
        if warm:
            library._opening = ThreadPoolExecutor(1).submit(library._open_encoder)
        return library

    @classmethod
    def build(cls, paths: str | Path | Sequence[str | Path], index: str | Path = DEFAULT_INDEX, encoder: str | None = None, **options: Any) -> "Library":
        """Build an index from files and folders, or bring it up to date, and open it."""
        many = [paths] if isinstance(paths, str | Path) else paths
        build(many, index, encoder, **options)
        return cls.open(index)

    @cached_property
    def encoder(self) -> "Encoder":
        """The encoder the index was built with. Raises RagdigestError where that is another version."""
        return self._opening.result() if self._opening else self._open_encoder()

    def _open_encoder(self) -> "Encoder":
        from .encoders import open_encoder

        meta = self.store.manifest.meta
        encoder = open_encoder(meta["encoder"])
        if encoder.fingerprint != meta["fingerprint"]:
            raise RagdigestError(f"the index at {self.store.root} was built with another version of encoder {meta['encoder']}; run: ragdigest index --rebuild PATH")
        return encoder

    @cached_property
    def retriever(self) -> "Retriever":
        from .retrieval.retriever import Retriever

        glossary, _, _, _ = self.glossary, self.store.vectors, self.store.sentence_vectors, self.store.postings  # read while the encoder opens
        return Retriever(self.store, self.encoder, glossary)

    @cached_property
    def glossary(self) -> "Glossary":
        """The shipped glossary, the terms mined from the digests, and the user's TSV named by RAGDIGEST_GLOSSARY."""
        from .retrieval.glossary import Glossary, read_glossary, shipped

        glossary = Glossary(shipped())
        for korean, english in self.store.catalogue.rows("SELECT korean, english FROM terms"):
            glossary.add([korean], [english])
        for short, full in self.store.catalogue.rows("SELECT short, full FROM abbreviations"):
            glossary.add_abbreviation(short, full)
        own = os.environ.get("RAGDIGEST_GLOSSARY")
        for korean, english in read_glossary(Path(own)) if own else []:
            glossary.add(korean, english)
        return glossary

    def understood(self, question: str, **filters: str | None) -> str:
        """The filters a question is answered within, its own period among them; empty where there are none."""
        return str(self.retriever.understood(question, Filters.parse(**filters))[1])

    def search(self, query: str, k: int = 10, explain: bool = False, **filters: str | None) -> list[Hit]:
        """The best `k` entries for a question in Korean or English, each with its best passage.

        Filters: `since`, `until` (ISO days), `lang` (ko, en), `source` (a glob).
        Raises RagdigestError for a query without a word or a filter that cannot be read.
        """
        return self.retriever.search(query, k, Filters.parse(**filters), explain)

    def undated(self, query: str, **filters: str | None) -> str:
        """What a period, given or named in the query, shuts out for want of a week, in words; empty where nothing."""
        return self.retriever.understood(query, Filters.parse(**filters))[1].undated(self.store)

    def ask(self, question: str, strictness: float | None = None, llm: bool | None = None, explain: bool = False, say: Callable[[str], None] = lambda sentence: None, **filters: str | None) -> Answer:
        """Sentences that answer, each cited, or an abstention. Filters as in `search`.

        `strictness` (0 to 1) is how sure an answer must be; None takes the calibrated default, or a lower
        one where a model can say itself that the digests do not answer. Where a
        language model is configured it writes the answer, unless `llm` is False, and `say` gets each
        sentence once it is checked; where none is, or `llm` is False, the sentences are the digests' own.
        `explain` fills the answer's `why`: how sure it is, by what, and why the best papers stand where they do.
        Raises RagdigestError where `llm` is True and none is configured.
        """
        from .answers import extractive
        from .answers.support import STRICTNESS

        chosen = Filters.parse(**filters)
        client = self.model(llm)
        if client is None:
            return extractive.answer(self.retriever, question, chosen, STRICTNESS if strictness is None else strictness, explain)
        from .llm import drafting

        return drafting.answer(self.retriever, client, question, chosen, strictness, say, explain)

    def model(self, wanted: bool | None) -> "Client | None":
        """The configured language model unless `wanted` is False; raises RagdigestError where it is True and none is configured."""
        client = None if wanted is False else self.client
        if wanted and client is None:
            raise RagdigestError("no language model is configured; set RAGDIGEST_LLM_BASE_URL and RAGDIGEST_LLM_MODEL, or write ragdigest.toml")
        return client

    @cached_property
    def client(self) -> "Client | None":
        """The configured language model, None where there is none."""
        from .llm.settings import settings

        found = settings()
        if found is None:
            return None
        from .llm.client import Client

        return Client(found)

    def related(self, ref: str, k: int = 10, explain: bool = False, **filters: str | None) -> list[Hit]:
        """Papers close to an entry, a title, a free text or a PDF file; other versions of the same work first."""
        from .retrieval import refs, related

        chosen = Filters.parse(**filters)
        if ref.lower().endswith(".pdf"):
            if not Path(ref).is_file():
                raise RagdigestError(f"no file {ref}; give a PDF that is there, an entry, a title or a text")
            return related.related_to_text(self.retriever, *self._beginning(Path(ref)), k, chosen)
        entry = refs.resolve(ref, self.store.catalogue)
        if entry:
            return related.related_to_entry(self.retriever, entry, k, chosen, explain)
        return self.retriever.search(ref, k, chosen, explain)

    def versions(self, hits: list[Hit]) -> dict[str, "EntryRow"]:
        """The other versions of hits, by id."""
        ids = sorted({v for h in hits for v in h.versions})
        found = self.store.catalogue.entries(f"e.id IN ({','.join('?' * len(ids))})", ids)
        return {e.id: e for e in found}

    def _beginning(self, path: Path):
        """A paper's opening, which holds title and abstract, and its unit row."""
        from .encoders import unit_rows
        from .passages import plain
        from .reading.decode import decode_file

        text = plain(decode_file(path, path.name)[0][:3000])
        rows = self.encoder.encode_passages([text[i : i + 600] for i in range(0, len(text), 600)])
        return text, unit_rows(rows.sum(0, keepdims=True))[0]

    def entries(self, **filters: str | None) -> list["EntryRow"]:
        """Every paper's entry, in order of source, week and ordinal."""
        keep = Filters.parse(**filters).mask(self.store)
        return [e for e in self.store.catalogue.entries("e.ordinal > 0") if keep is None or keep[e.n]]

    def show(self, ref: str) -> tuple["EntryRow", str, list["EntryRow"]]:
        """An entry, its whole text, and the other entries of its work. Raises RagdigestError for a reference to none."""
        from .retrieval import refs

        entry = refs.resolve(ref, self.store.catalogue)
        if entry is None:
            raise RagdigestError(f"no entry {ref!r}; give SOURCE#ORDINAL, an entry id or a whole title; run: ragdigest entries")
        others = self.store.catalogue.entries("e.work = ? AND e.id != ?", (entry.work, entry.id))
        return entry, self.text(entry.source)[entry.start : entry.end], others

    def text(self, source: str) -> str:
        """The decoded text that a source's offsets refer to. Raises RagdigestError for an unknown source."""
        text = self.store.catalogue.text(source)
        if text is None:
            names = [r[0] for r in self.store.catalogue.rows("SELECT name FROM sources WHERE name LIKE ? LIMIT 1", (f"%{Path(source).name}%",))]
            hint = f"did you mean {names[0]}?" if names else "run: ragdigest status"
            raise RagdigestError(f"no source {source!r} in the index; {hint}")
        return text


def build(
    paths: Iterable[str | Path], index: str | Path = DEFAULT_INDEX, encoder: str | None = None, *, rebuild: bool = False,
    weeks: dict[str, str] | None = None, skip_bad: bool = False, say: Callable[[str], None] = lambda text: None, progress=None,
) -> "Change":
    """Bring an index up to date and say what changed. `encoder` None keeps the index's own, or takes the bundled one.

    Raises RagdigestError and leaves the index as it was where a path or source cannot be read.
    """
    from .encoders import BUNDLED, open_encoder
    from .index.build import update
    from .index.layout import read_manifest

    root = Path(index)
    manifest = None if rebuild else read_manifest(root)
    name = encoder or (manifest.meta["encoder"] if manifest else BUNDLED)
    return update(root, [Path(p) for p in paths], open_encoder(name), rebuild=rebuild, weeks=weeks, skip_bad=skip_bad, say=say, progress=progress)
