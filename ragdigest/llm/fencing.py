"""Passages are data, not orders: what goes to the model is fenced, what comes back is stripped. Knows nothing of retrieval.

Signs of chat templates and of the fence itself are broken up in what the model is shown, and
nothing a terminal or a browser would act upon survives in what it says.
"""

import re
import unicodedata
from collections.abc import Collection

from ..answers.orders import ESCAPES, TEMPLATE
from ..passages import visible

IMAGES = re.compile(r"!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])?")
LINKS = re.compile(r"\[([^\]]*)\]\(([^)]*)\)")
REFERENCES = re.compile(r"(?m)^\s*\[[^\]]+\]:\s*\S.*$")
NAMED_REFERENCE = re.compile(r"\[([^\]\d][^\]]*)\]\[[^\]]*\]")
ADDRESSES = re.compile(r"<?\b(?:[a-z][a-z\d+.-]*://|www\.|data:\S+/|javascript:|mailto:)[^\s<>\])}\"']*>?", re.I)
TAGS = re.compile(r"<!--.*?(?:-->|$)|<(script|style)\b.*?(?:</\1\s*>|$)|</?[a-z!?][^<>]*>|<[a-z][^\s<>]*$", re.I | re.S)
MARKS = re.compile(r"[\[［【]\s*\^?(\d{1,4}(?:\s*[,;、]\s*\d{1,4})*)\s*[\]］】]")
BRACKETS = re.compile(r"【[^】]*】|\[(?!\d+\])(?=[^\]]*[^\x00-\x7f\]]|[^\]]*:)[^\]]*\]")


def fenced(text: str) -> str:
    """A passage's text for the prompt: no hidden characters, no sign of a template or of the fence."""
    text = visible(ESCAPES.sub(" ", unicodedata.normalize("NFC", text)))
    return TEMPLATE.sub(" ", text).replace("<", "‹").replace(">", "›")


def with_marks(text: str) -> str:
    """Citation marks in one form, `[1][2]`, before the full stop they belong to."""
    text = MARKS.sub(lambda m: "".join(f"[{int(n)}]" for n in re.findall(r"\d+", m[1])), text)
    return re.sub(r"([.!?。…]+[\"'”’)]*)[ \t]*((?:\[\d+\][ \t]?)+)", lambda m: f" {m[2].strip()}{m[1]} ", text)


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
    text = re.sub(r"\*\*|__|`|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)|^\s*(?:[-*•●▪]|#{1,6}|>|\d{1,2}[.)])\s+", "", text, flags=re.M)
    return " ".join(text.split())
