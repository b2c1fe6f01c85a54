"""Sources, digests, entries and passages in SQLite. Knows nothing of vectors or scores.

Rows are numbered from 0 in the order of source name, digest, entry, passage, so the same
sources give the same catalogue in whatever order they came.
"""

import json
import sqlite3
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ..errors import RagdigestError

SCHEMA = """
CREATE TABLE sources (n INTEGER PRIMARY KEY, name TEXT UNIQUE, path TEXT, sha256 TEXT, bytes INTEGER, mtime_ns INTEGER, week TEXT, notes TEXT, text BLOB);
CREATE TABLE digests (n INTEGER PRIMARY KEY, source INTEGER, title TEXT, week_start TEXT, week_end TEXT);
CREATE TABLE entries (n INTEGER PRIMARY KEY, id TEXT UNIQUE, digest INTEGER, ordinal INTEGER, title TEXT, start INTEGER, end INTEGER,
  body TEXT, langs TEXT, links TEXT, arxiv TEXT, work TEXT);
CREATE TABLE passages (n INTEGER PRIMARY KEY, entry INTEGER, start INTEGER, end INTEGER, lang TEXT, sentences TEXT, embedded TEXT, key TEXT, terms BLOB, quote TEXT);
CREATE TABLE terms (korean TEXT, english TEXT, count INTEGER, source TEXT, offset INTEGER);
CREATE TABLE abbreviations (short TEXT, full TEXT);
CREATE TABLE names (name TEXT, folded TEXT, entry INTEGER);
CREATE INDEX names_folded ON names(folded);
CREATE INDEX passages_entry ON passages(entry);
CREATE INDEX entries_work ON entries(work);
"""


@dataclass(frozen=True)
class EntryRow:
    """An entry with its digest and source beside it."""

    n: int
    id: str
    source: str
    ordinal: int
    title: str
    start: int
    end: int
    week_start: str | None
    week_end: str | None
    langs: tuple[str, ...]
    links: dict[str, str]
    arxiv: str | None
    work: str

    @property
    def url(self) -> str | None:
        """The paper's address, else the first link."""
        for label in ("Paper", "논문", "arXiv", "paper", "Abstract", "PDF"):
            if label in self.links:
                return self.links[label]
        return next(iter(self.links.values()), None)

    def to_json(self) -> dict[str, Any]:
        """The contract's line of `entries`."""
        return {
            "id": self.id, "source": self.source, "ordinal": self.ordinal, "title": self.title, "week_start": self.week_start,
            "week_end": self.week_end, "lang": self.langs[0], "langs": list(self.langs), "links": self.links, "arxiv": self.arxiv,
            "work": self.work, "start": self.start, "end": self.end,
        }


@dataclass(frozen=True)
class PassageRow:
    """A passage as the retriever reads it."""

    n: int
    entry: int
    start: int
    end: int
    lang: str
    sentences: tuple[tuple[int, int], ...]
    quote: str


ENTRY_COLUMNS = """e.n, e.id, s.name, e.ordinal, e.title, e.start, e.end, d.week_start, d.week_end, e.langs, e.links, e.arxiv, e.work
  FROM entries e JOIN digests d ON d.n = e.digest JOIN sources s ON s.n = d.source"""


class Catalogue:
    """Read side. Every method raises RagdigestError where the file is damaged."""

    def __init__(self, path: Path):
        if not path.is_file():
            raise FileNotFoundError(path)
        self.path = path
        self._db = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True, check_same_thread=False)

    def close(self) -> None:
        self._db.close()

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[tuple]:
        try:
            return self._db.execute(sql, values).fetchall()
        except (sqlite3.DatabaseError, sqlite3.OperationalError) as error:
            raise RagdigestError(f"{self.path} is damaged ({error}); run: ragdigest index --rebuild PATH") from error

    def entries(self, where: str = "1", values: Sequence[Any] = ()) -> list[EntryRow]:
        """Entries in order; `where` is SQL over e, d and s, never text of a user's."""
        found = self.rows(f"SELECT {ENTRY_COLUMNS} WHERE {where} ORDER BY e.n", values)
        return [EntryRow(*r[:9], tuple(r[9].split(",")), json.loads(r[10]), *r[11:]) for r in found]

    def entries_by_number(self, numbers: Iterable[int]) -> dict[int, EntryRow]:
        wanted = ",".join(str(int(n)) for n in numbers)
        return {e.n: e for e in self.entries(f"e.n IN ({wanted})")}

    def passages(self, numbers: Iterable[int]) -> dict[int, PassageRow]:
        wanted = ",".join(str(int(n)) for n in numbers)
        return {p.n: p for p in self._passages(f"n IN ({wanted})")}

    def passages_of(self, entry: int) -> list[PassageRow]:
        return self._passages(f"entry = {int(entry)}")

    def _passages(self, where: str) -> list[PassageRow]:
        found = self.rows(f"SELECT n, entry, start, end, lang, sentences, quote FROM passages WHERE {where} ORDER BY n")
        return [PassageRow(*r[:5], tuple(map(tuple, json.loads(r[5]))), r[6]) for r in found]

    @lru_cache(maxsize=8)  # noqa: B019 - a catalogue lives as long as its library
    def text(self, source: str) -> str | None:
        """A source's decoded text, None where there is no such source."""
        found = self.rows("SELECT text FROM sources WHERE name = ?", (source,))
        try:
            return zlib.decompress(found[0][0]).decode("utf-8", "surrogatepass") if found else None
        except (zlib.error, UnicodeDecodeError) as error:
            raise RagdigestError(f"{self.path} is damaged ({error}); run: ragdigest index --rebuild PATH") from error


def write_catalogue(path: Path, tables: dict[str, list[tuple]]) -> None:
    """Write all tables of SCHEMA at once."""
    db = sqlite3.connect(path)
    try:
        db.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + SCHEMA)
        for name, rows in tables.items():
            if rows:
                db.executemany(f"INSERT INTO {name} VALUES ({','.join('?' * len(rows[0]))})", rows)
        db.commit()
    except sqlite3.OperationalError as error:
        raise RagdigestError(f"could not write {path}: {error}; is the disk full? the old index stands") from error
    finally:
        db.close()
