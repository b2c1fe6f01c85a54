"""Says what an index holds and whether all of it still stands. Knows nothing of searching."""

import json
import time
from pathlib import Path
from typing import Any

from .errors import RagdigestError
from .index.layout import MANIFEST, damage
from .index.scan import scan
from .index.store import Store
from .library import Library
from .reading.decode import decode_file


def status(index: Path) -> dict[str, Any]:
    """Sources with their weeks and state on disk, counts, encoder, size and age."""
    store = Store(index)
    meta = store.manifest.meta
    sources = []
    for name, path, size, mtime, entries, first, last in store.catalogue.rows(
        """SELECT s.name, s.path, s.bytes, s.mtime_ns, (SELECT COUNT(*) FROM entries e JOIN digests d ON d.n = e.digest WHERE d.source = s.n AND e.ordinal > 0),
           (SELECT MIN(week_start) FROM digests d WHERE d.source = s.n), (SELECT MAX(week_start) FROM digests d WHERE d.source = s.n) FROM sources s ORDER BY s.n"""
    ):
        sources.append({"name": name, "path": path, "entries": entries, "first_week": first, "last_week": last, "state": _state(Path(path), size, mtime)})
    weeks = store.catalogue.rows("SELECT COUNT(DISTINCT week_start) FROM digests")[0][0]
    age = time.time() - (index / MANIFEST).stat().st_mtime
    return {
        "index": str(index), "sources": sources, "new": _new(meta["roots"], {s["path"] for s in sources}), "weeks": weeks, "entries": meta["entries"],
        "passages": meta["passages"], "works": store.catalogue.rows("SELECT COUNT(DISTINCT work) FROM entries WHERE ordinal > 0")[0][0],
        "encoder": meta["encoder"], "fingerprint": meta["fingerprint"], "dimensions": meta["dimensions"], "roots": meta["roots"],
        "bytes": sum(f["bytes"] for f in store.manifest.files.values()), "age": _age(age), "age_s": round(age),
    }


def _state(path: Path, size: int, mtime: int) -> str:
    try:
        stat = path.stat()
    except OSError:
        return "deleted"
    return "unchanged" if (stat.st_size, stat.st_mtime_ns) == (size, mtime) else "changed"


def _new(roots: list[str], known: set[str]) -> list[str]:
    try:
        return [f.name for f in scan([Path(r) for r in roots])[0] if str(f.path) not in known]
    except RagdigestError:
        return []


def _age(seconds: float) -> str:
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {unit}{'s' * (count > 1)}"
    return f"{int(seconds)} seconds"


def verify(index: Path, answers: Path | None = None) -> dict[str, Any]:
    """Check every byte of the index, every source against it, and the quotes of saved answers.

    Raises RagdigestError naming all that does not agree.
    """
    wrong = damage(index)
    if wrong:
        raise RagdigestError(f"the index at {index} is damaged: {'; '.join(wrong)}; run: ragdigest index --rebuild PATH")
    library = Library.open(index)
    store = library.store
    texts = {name: library.text(name) for (name,) in store.catalogue.rows("SELECT name FROM sources")}
    for name, path in store.catalogue.rows("SELECT name, path FROM sources"):
        if not Path(path).is_file():
            wrong.append(f"{name} is gone from {path}")
        elif decode_file(Path(path), name)[0] != texts[name]:
            wrong.append(f"{name} has changed on disk")
    passages = store.catalogue.rows("SELECT s.name, p.start, p.end FROM passages p JOIN entries e ON e.n = p.entry JOIN digests d ON d.n = e.digest JOIN sources s ON s.n = d.source")
    wrong += [f"{name} has no text at {start}-{end}" for name, start, end in passages if not 0 <= start < end <= len(texts[name])]
    if store.faiss.ntotal != len(passages) or len(store.postings.lengths) != len(passages):
        wrong.append(f"{store.faiss.ntotal} vectors and {len(store.postings.lengths)} word rows for {len(passages)} passages")
    quotes = _quotes(answers) if answers else []
    for number, quote in quotes:
        text = texts.get(quote["source"])
        if text is None or text[quote["start"] : quote["end"]] != quote["quote"]:
            wrong.append(f"{answers}:{number}: the quote at {quote['source']}:{quote['start']}-{quote['end']} no longer stands there")
    if wrong:
        more = f" and {len(wrong) - 5} more" if len(wrong) > 5 else ""
        raise RagdigestError(f"{'; '.join(wrong[:5])}{more}; run: ragdigest index")
    return {"files": len(store.manifest.files), "sources": len(texts), "passages": len(passages), "quotes": len(quotes), "ok": True}


def _quotes(path: Path) -> list[tuple[int, dict[str, Any]]]:
    """(line, quote) of every citation and hit in saved JSON lines. Raises RagdigestError for a line of another form."""
    found = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise RagdigestError(f"cannot read {path}; give JSON lines that ragdigest ask --json wrote") from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            quoted = [q for key in ("citations", "hits", "related", "nearest") for q in row.get(key) or []]
            found += [(number, {k: q[k] for k in ("source", "start", "end", "quote")}) for q in quoted]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise RagdigestError(f"{path}:{number} is no line that ragdigest ask --json wrote: {line[:60]!r}") from error
    return found
