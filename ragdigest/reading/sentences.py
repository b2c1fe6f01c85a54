"""Splits Korean and English prose into sentences. Knows offsets, not digests.

A full stop ends a sentence where a blank or the end follows, so `82.8`, `GPT-4.1` and
`arxiv.org` stay whole; `et al.`, `e.g.` and initials are known; Korean sentences end like
English ones and need no capital after them. List marks and `<br>` end a sentence too.
"""

import re

from ..records import Lang

BREAK = re.compile(r"\r?\n[ \t]{0,40}\r?\n|\r?\n(?=[ \t]{0,40}(?:[*●•▪+-]|\d{1,3}[.)])\s)|<br\s?/?>|(?=●)")
END = re.compile(r"[.!?。！？…]{1,8}[\"'”’)\]*_]{0,8}(?=\s|$)|。(?=\S)")
ABBREVIATION = re.compile(r"\b(?:(?i:et al|e\.g|i\.e|etc|vs|cf|figs?|eqs?|sec|tab|dr|mr|ms|prof|approx|resp|inc|ltd|jr)|[A-Z])\.$")
LEAD = re.compile(r"(?:\s|[:;,](?=\s)|<br\s*/?>|[●•▪]|[*+-](?=\s)|\*\*(?=\s)|:[a-z_0-9]{2,30}:)+")
TRAIL = re.compile(r"(?:<br\s?/?>|[●•▪]|:[a-z_0-9]{2,30}:)$")
LONG = 240
HANGUL = re.compile("[가-힣ᄀ-ᇿㄱ-ㆎ]")
LETTER = re.compile(r"[^\W\d_]")
#: A word in Latin letters that names something: it has a capital or a digit.
LATIN_NAME = re.compile(r"(?![a-z]+(?![\w-]))[A-Za-z\d][\w.+/-]*", re.A)


def sentence_spans(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Spans of the sentences in `text[start:end]`, in order, blanks and list marks trimmed."""
    spans, at = [], start
    for brk in [*BREAK.finditer(text, start, end), None]:
        stop = brk.start() if brk else end
        spans += _of_block(text, at, stop)
        at = brk.end() if brk else end
    return spans


def _of_block(text: str, start: int, end: int) -> list[tuple[int, int]]:
    spans, at = [], start
    for match in END.finditer(text, start, end):
        if text[match.start() : match.start() + 1] == "." and _inside(text, at, match.start()):
            continue
        spans += _clauses(text, *trimmed(text, at, match.end()))
        at = match.end()
    spans += _clauses(text, *trimmed(text, at, end))
    return [s for s in spans if s[1] > s[0]]


def _inside(text: str, at: int, stop: int) -> bool:
    """Whether the full stop at `stop` belongs to an abbreviation, an initial or an item's number."""
    return text[at:stop].strip(" \t\r\n*●(").isdecimal() or bool(ABBREVIATION.search(text, max(at, stop - 12), stop + 1))


def _clauses(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """A sentence, or the clauses of one so long that semicolons divide it like a list."""
    if end - start <= LONG:
        return [(start, end)]
    spans, at = [], start
    for match in re.finditer(r";\s+", text[start:end]):
        if start + match.end() - at >= 60:
            spans.append(trimmed(text, at, start + match.start() + 1))
            at = start + match.end()
    if spans and end - at < 40:
        return [*spans[:-1], trimmed(text, spans[-1][0], end)]
    return [*spans, trimmed(text, at, end)]


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without blanks, list marks and emoji codes at its ends."""
    lead = LEAD.match(text, start, end)
    start = lead.end() if lead else start
    while True:
        end = start + len(text[start:end].rstrip())
        tail = TRAIL.search(text, max(start, end - 34), end)
        if not tail:
            return start, end
        end = tail.start()


def lang_of(text: str) -> Lang:
    """Korean where at least a quarter of the letters are Hangul."""
    letters = len(LETTER.findall(text))
    return Lang.KO if letters and len(HANGUL.findall(text)) >= 0.25 * letters else Lang.EN


def spoken_in(text: str) -> Lang:
    """The language of a question or an answer's sentence, whose Latin names tell nothing: `DeepSeek-R1-Zero는 GRPO로 학습합니다` is Korean."""
    words = LATIN_NAME.sub(" ", text)
    return lang_of(words if LETTER.search(words) else text)
