"""Finds the entry that a reference names. Knows nothing of scores."""

import re

from ..errors import RagdigestError
from ..index.catalogue import Catalogue, EntryRow

REF = re.compile(r"(?P<source>.+?)(?:@(?P<week>\d{4}-\d\d-\d\d))?#(?P<ordinal>\d{1,4})$")
NAME = re.compile(r"(?=\S*[A-Z\d])[A-Za-z][\w.+-]+")
PARTS = re.compile(r"[:：()/]| – | — ")
ENTRY_ID = re.compile(r"[0-9a-f]{10}$")


def resolve(ref: str, catalogue: Catalogue) -> EntryRow | None:
    """The entry that `SOURCE#ORDINAL`, `SOURCE@WEEK_START#ORDINAL`, an entry id, a title or the name in one names.

    None where the reference has none of these forms, or no title or those of several papers have that name.
    Raises RagdigestError for a reference of the form that names no entry, or several.
    """
    named = REF.fullmatch(ref.strip())
    if named:
        return _by_place(ref, named, catalogue)
    if ENTRY_ID.fullmatch(ref.strip()):
        found = catalogue.entries("e.id = ?", (ref.strip(),))
        if found:
            return found[0]
    found = catalogue.entries("lower(e.title) = lower(?) AND e.ordinal > 0", (ref.strip(),))
    return found[0] if found else _by_name(ref.strip(), catalogue)


def _by_name(name: str, catalogue: Catalogue) -> EntryRow | None:
    """The first entry of the one work whose titles hold a coined name, or a part between their marks: HICRA of `HICRA: reward the plan`."""
    like = re.sub(r"([%_\\])", r"\\\1", name)
    found = catalogue.entries(r"e.title LIKE ? ESCAPE '\' AND e.ordinal > 0", (f"%{like}%",)) if len(name) > 2 else []
    if NAME.fullmatch(name):
        held = re.compile(rf"(?<![A-Za-z\d-]){re.escape(name)}(?![A-Za-z\d-])", re.I)
        found = [e for e in found if held.search(e.title)]
    else:
        found = [e for e in found if name.lower() in {part.strip().lower() for part in PARTS.split(e.title)}]
    return found[0] if len({e.work for e in found}) == 1 else None


def _by_place(ref: str, named: re.Match[str], catalogue: Catalogue) -> EntryRow:
    where, values = "(s.name = ? OR s.name LIKE ?) AND e.ordinal = ?", [named["source"], "%/" + named["source"], int(named["ordinal"])]
    if named["week"]:
        where, values = where + " AND d.week_start = ?", [*values, named["week"]]
    found = catalogue.entries(where, values)
    exact = [e for e in found if e.source == named["source"]] or found
    if not exact:
        raise RagdigestError(f"no entry {ref!r}; run: ragdigest entries")
    if len(exact) > 1:
        example = f"{exact[0].source}@{exact[0].week_start}#{exact[0].ordinal}"
        raise RagdigestError(f"{ref!r} names {len(exact)} entries of different weeks; say which, as in {example!r}")
    return exact[0]
