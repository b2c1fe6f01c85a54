"""Decomposed Hangul (NFD, as macOS names and writes) read like composed, offsets kept. Knows nothing of digests."""

import re
import unicodedata
from dataclasses import replace

from ..records import Entry

SYLLABLE = re.compile("[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?")


def compose(text: str) -> tuple[str, list[int] | None]:
    """The text with syllables composed, and for each of its offsets that of the original; None where nothing changes."""
    if not SYLLABLE.search(text):
        return text, None
    out: list[str] = []
    offsets: list[int] = []
    at = 0
    for match in [*SYLLABLE.finditer(text), None]:
        stop = match.start() if match else len(text)
        out.append(text[at:stop])
        offsets += range(at, stop)
        if match:
            out.append(unicodedata.normalize("NFC", match[0]))
            offsets.append(stop)
            at = match.end()
    return "".join(out), [*offsets, len(text)]


def back(entry: Entry, offsets: list[int] | None) -> Entry:
    """An entry of the composed text with its spans in the original."""
    if offsets is None:
        return entry
    spans = tuple((offsets[a], offsets[b]) for a, b in entry.body)
    return replace(entry, start=offsets[entry.start], end=offsets[entry.end], body=spans)
