"""Cuts an entry's prose into passages. Knows nothing of encoders or indexes.

A passage is a run of whole sentences in one language, about TARGET characters long; what is
embedded is the entry's title and the passage without Markdown, so that each stands alone.
Size and overlap were chosen by measuring: benchmarks/README.md.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from .reading.sentences import lang_of, sentence_spans
from .records import Entry, Passage

TARGET = 350
CODES = re.compile(r"<br\s?/?>|:[a-z_0-9]{2,30}:|[●▪]|(?m:^#{1,6}\s)")
MARKS = re.compile(r"\*+|`")
LINKS = re.compile(r"\[([^\]\n]*)\]\([^)\s]*\)")


def passages_of(text: str, entry: Entry, target: int = TARGET) -> list[Passage]:
    """The passages of an entry, in order; an entry without prose gives one passage, its title."""
    groups: list[list[tuple[int, int]]] = []
    for start, end in entry.body:
        for span in sentence_spans(text, start, end):
            if groups and _joins(text, groups[-1], span, start, target):
                groups[-1].append(span)
            else:
                groups.append([span])
    found = [_passage(text, entry.title, tuple(g)) for g in groups]
    return found or [_passage(text, "", ((entry.start, entry.end),))]


def _joins(text: str, group: list[tuple[int, int]], span: tuple[int, int], block: int, target: int) -> bool:
    """Whether a sentence goes on with the group: same block of prose, same language, still short enough."""
    if group[0][0] < block or span[1] - group[0][0] > target * 1.15:
        return False
    return lang_of(text[slice(*group[-1])]) == lang_of(text[slice(*span)]) or span[1] - span[0] < 40


def _passage(text: str, title: str, sentences: tuple[tuple[int, int], ...]) -> Passage:
    start, end = sentences[0][0], sentences[-1][1]
    quote = plain(text[start:end])
    embedded = f"{plain(title)}\n{quote}" if title else quote
    return Passage(start, end, lang_of(quote), sentences, embedded or text[start:end])


def sentence_texts(quote: str, start: int, spans: Iterable[Sequence[int]]) -> list[str]:
    """A passage's sentences without Markdown, as they are embedded; `quote` begins at `start` of the text the spans count in."""
    return [plain(quote[a - start : b - start]) or "." for a, b in spans]


def visible(text: str) -> str:
    """Text without control, format and private characters, with which a digest could fake output; line ends stay."""
    return "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co"))


def plain(text: str) -> str:
    """Text as people read it: composed Hangul, no Markdown marks, blanks folded."""
    text = LINKS.sub(r"\1", unicodedata.normalize("NFC", text))
    return re.sub(r"\s+", " ", CODES.sub(" ", MARKS.sub("", text))).strip()
