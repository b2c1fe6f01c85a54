"""Passages are data, not orders: what goes to the model is fenced, what comes back is stripped. Knows nothing of retrieval.

Signs of chat templates and of the fence itself are broken up in what the model is shown, and
nothing a terminal or a browser would act upon survives in what it says.
"""

import re
import unicodedata
from collections.abc import Collection

from ..answers.orders import ESCAPES, TEMPLATE
from ..passages import visible

IMAGES = re.compile(r"!\[[^\]\[]{0,300}\](?:\([^)]{0,2000}\)|\[[^\]]{0,300}\])?")
LINKS = re.compile(r"\[([^\]\[]{0,300})\]\(([^)]{0,2000})\)")
REFERENCES = re.compile(r"(?m)^[ \t]{0,20}\[[^\]\n]{1,300}\]:[ \t]{0,20}\S[^\n]*$")
NAMED_REFERENCE = re.compile(r"\[([^\]\[\d][^\]\[]{0,300})\]\[[^\]\[]{0,300}\]")
ADDRESSES = re.compile(r"<?\b(?:[a-z][a-z\d+.-]{0,20}://|www\.|data:\S{1,60}/|javascript:|mailto:)[^\s<>\])}\"']*>?", re.I)
TAGS = re.compile(r"<!--.*?(?:-->|$)|<(script|style)\b.*?(?:</\1\s{0,9}>|$)|</?[a-z!?][^<>]{0,2000}>|<[a-z][^\s<>]{0,2000}$", re.I | re.S)
MARKS = re.compile(r"[\[［【]\s{0,3}\^?(\d{1,4}(?:\s{0,3}[,;、–-]\s{0,3}\d{1,4}){0,20})\s{0,3}[\]］】]")
LATE_MARKS = re.compile(r"(?<![.!?。…])([.!?。…]{1,8}[\"'”’)*_]{0,6})\s{0,4}((?:\[\d{1,4}\][ \t]?){1,20})")
BRACKETS = re.compile(r"【[^】]{0,300}】|\[(?!\d+\])(?=[^\]]{0,300}[^\x00-\x7f\]]|[^\]]{0,300}:)[^\]\[]{0,300}\]")
EMPHASIS = re.compile(r"\*\*|(?<!\w)__(?=[^_\s])(?!\w+__)|`|(?<!\w)[*_](?=[^\W_])|(?<=[^\W_])[*_](?!\w)|^[ \t]{0,20}(?:[-*•●▪]|#{1,6}|>|\d{1,2}[.)])\s{1,9}", re.M)


def fenced(text: str) -> str:
    """A passage's text for the prompt: no hidden characters, no sign of a template or of the fence."""
    text = visible(ESCAPES.sub(" ", unicodedata.normalize("NFC", text)))
    return TEMPLATE.sub(" ", text).replace("<", "‹").replace(">", "›")


def with_marks(text: str) -> str:
    """Citation marks in one form, `[1][2]`, before the full stop they belong to; `[1-3]` is all three."""
    return LATE_MARKS.sub(lambda m: f" {m[2].strip()}{m[1]} ", MARKS.sub(lambda m: "".join(f"[{n}]" for n in _keys(m[1])), text))


def _keys(text: str) -> list[int]:
    """The numbers of `1, 3-5`; a range of more than ten is its ends."""
    keys: list[int] = []
    for part in re.split(r"[,;、]", text):
        ends = [int(n) for n in re.findall(r"\d+", part)]
        keys += range(ends[0], ends[-1] + 1) if 0 < ends[-1] - ends[0] <= 10 else ends
    return keys


def apart(text: str) -> list[str]:
    """A draft's sentence taken apart where escapes, tags or signs of a template stand in it: what they joined is not one claim."""
    for pattern in (ESCAPES, TAGS, TEMPLATE):
        text = pattern.sub("\n", text)
    return [part for part in text.split("\n") if part.strip()]


def stripped(sentence: str, links: Collection[str] = ()) -> str:
    """What a model said, without links (but `links`), images, markup, escapes, hidden characters and brackets of its own."""
    text = ESCAPES.sub(" ", sentence)
    for pattern in (IMAGES, REFERENCES, TAGS, TEMPLATE):
        text = pattern.sub(" ", text)
    text = NAMED_REFERENCE.sub(r"\1", LINKS.sub(r"\1", text))
    text = ADDRESSES.sub(lambda m: m[0] if m[0].strip("<>") in links else " ", text)
    text = BRACKETS.sub(" ", visible(text.replace("\t", " ")))
    return " ".join(EMPHASIS.sub("", text).split())
