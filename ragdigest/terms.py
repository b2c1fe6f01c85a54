"""Lists the terms and names of an index. Knows nothing of searching."""

import re
from typing import Any

from .index.mining import folded_name
from .library import Library
from .retrieval.glossary import Glossary

CAPITALISED = re.compile(r"[A-Z][a-z]+(?:-[A-Z]?[a-z]+)*")


def glossary_rows(library: Library, term: str | None) -> list[dict[str, Any]]:
    """Mined terms, most frequent first; for a term, all it is known as in the other language, and where it was mined."""
    ask = library.store.catalogue.rows
    if term is None:
        found = ask("SELECT korean, english, count, source, offset FROM terms ORDER BY count DESC, korean")
        return [dict(zip(("korean", "english", "count", "source", "offset"), row, strict=True)) for row in found]
    glossary = library.glossary
    rows = [{"term": term, "means": glossary.english(term) + glossary.korean(term) + glossary.same(term)}] if glossary.english(term) or glossary.korean(term) or glossary.same(term) else []
    mined = ask("SELECT korean, english, count, source, offset FROM terms WHERE replace(korean, ' ', '') = replace(?, ' ', '') OR lower(english) = lower(?) ORDER BY count DESC", (term, term))
    return rows + [dict(zip(("korean", "english", "count", "source", "offset"), row, strict=True)) for row in mined]


def name_rows(library: Library, part: str | None, count: int) -> list[dict[str, Any]]:
    """Names with how many entries bear them and their first and last week, most frequent first; no words that only have a capital."""
    found = library.store.catalogue.rows(
        """SELECT n.name, COUNT(DISTINCT n.entry), MIN(d.week_start), MAX(d.week_start) FROM names n JOIN entries e ON e.n = n.entry JOIN digests d ON d.n = e.digest
           WHERE n.folded LIKE ? ESCAPE '\\' GROUP BY n.folded ORDER BY 2 DESC, n.folded""",
        (f"%{folded_name(part or '')}%",),
    )
    named = [row for row in found if not _plain_word(library.glossary, row[0])]
    return [dict(zip(("name", "entries", "first_week", "last_week"), row, strict=True)) for row in named[:count]]


def _plain_word(glossary: Glossary, name: str) -> bool:
    """Whether a name is but a word with a capital that the glossary writes without: Models, Reasoning."""
    korean = glossary.korean(name) if CAPITALISED.fullmatch(name) else []
    return bool(korean) and not any(name == wording for k in korean for wording in glossary.english(k))
