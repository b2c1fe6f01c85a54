"""Whether a sentence swaps the two sides of a contrast (`X rather than Y`, `A beats B`). Knows nothing of citations or denials.

Both sides are cut out of sentence and passage, in either language, and held against each other straight and crosswise.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..retrieval.glossary import Glossary
from ..retrieval.units import units_of
from .worded import Worded, share

WORD = r"[^\s,;:.()]+(?:\.\d+)?"
SIDE = rf"((?:{WORD}\s+){{0,3}}{WORD})"
BEFORE_KO, SHORT = rf"((?:{WORD}\s+)?{WORD}?[^\s이가은는])", rf"((?:{WORD}\s+)?{WORD})"
#: What is meant, then what it is set against; in the second list the other way round.
CHOSEN_FIRST = (
    re.compile(rf"{SIDE}(?:,|\s[–—-])?\s+(?:rather than|instead of|in place of|as opposed to|and not|not)\s+{SIDE}", re.I),
    re.compile(rf"\b(?:prefer|favou?r|choose|chose|choosing|recommend|pick)(?:s|r?ed|r?ing)?\s+{SHORT}\s+(?:over|to)\s+{SHORT}", re.I),
)
REJECTED_FIRST = (
    re.compile(rf"(?:^|,\s)(?:rather than|instead of|in place of)\s+{SIDE},\s+{SIDE}", re.I),
    re.compile(rf"\bnot\s+{SIDE},?\s+but\s+{SIDE}", re.I),
    re.compile(rf"{SHORT}보다는?\s+{SHORT}[을를](?=[\s,])"),
    re.compile(rf"{BEFORE_KO}(?:[이가은는]?\s+아니라|\s?대신|\s?말고|보다는|[이]?라기보다는?)\s+{SHORT}"),
)
UP_KO = r"더 (?!적|낮|느|나쁘|작|약|못|떨어|짧|어렵|어려)|높|낫|나[은았]|좋|많|빠[르른]|빨[라랐]|강[하한했합]|앞[서선섰섭]|크[다고며]|큽|컸|이[기긴겼깁]|능가|뛰어[나났난납]|우수|잘|잦|흔|중요"
DOWN_KO = r"낮|못[하했합]|나쁘|나빴|적[다고은었]|느[리린립]|약[하한했합]|뒤[지진졌처쳤집]|뒤떨|작[다고은았]|밀[리린렸립]|덜"
UP_EN = r"better|higher|more|faster|larger|stronger|greater|bigger|best|ahead"
DOWN_EN = r"worse|lower|less|fewer|slower|smaller|weaker|behind|below"
#: Another subject; what is measured is none.
OTHER = r"(?!성적|점수|성능|정확도|품질|효율|속도|비용|효과|수치|확률|\S{0,6}률)\S*[이가]\s"
#: Comparisons: the groups `a` and `b`, and what tells which of them comes out ahead.
COMPARED = (
    re.compile(rf"(?P<a>(?:{WORD}\s+){{0,4}}{WORD})[은는이가]\s+(?P<b>(?:{WORD}\s+){{0,4}}?{WORD})보다\s+(?:(?!{OTHER}){WORD}\s+){{0,4}}?\S*(?:(?P<up>{UP_KO})|(?P<down>{DOWN_KO}))"),
    re.compile(rf"(?P<b>(?:{WORD}\s+){{0,4}}{WORD})보다\s+(?P<a>(?:{WORD}\s+){{0,4}}?[^\s,;:.()]{{2,}})[이가은는]\s+(?:{WORD}\s+){{0,4}}?\S*(?:(?P<up>{UP_KO})|(?P<down>{DOWN_KO}))"),
    re.compile(rf"(?P<a>(?:{WORD}\s+){{0,4}}{WORD})[은는이가]\s+(?P<b>(?:{WORD}\s+){{0,4}}?{WORD})[을를에]게?\s+(?:{WORD}\s+){{0,3}}?(?:(?P<up>앞[서선섰섭]|능가|웃돌|이[기긴겼깁]|제[치친쳤칩]|넘어[서선섰섭])|(?P<down>못 미[치쳐친쳤칩]|밑돌|뒤[지진졌처쳤집]|밀[리린렸립]))"),
    re.compile(rf"(?P<a>(?:{WORD}\s+){{0,4}}{WORD})\s+(?:(?P<up>beats?|beating|outperforms?|outperformed|outperforming|surpass(?:es|ed)?|exceed(?:s|ed)?|tops|topped|overtakes?|overtook|leads)|(?P<down>trails?|trailed|lags? behind|lagged behind|falls? behind|fell behind|underperforms?|loses? to|lost to))\s+(?P<b>(?:{WORD}\s+){{0,5}}{WORD})", re.I),
    re.compile(rf"(?P<a>(?:{WORD}\s+){{0,6}}?{WORD})\s+(?<!\bno )(?:(?P<up>{UP_EN})|(?P<down>{DOWN_EN}))\s+(?:{WORD}\s+){{0,3}}?than\s+(?P<b>(?:{WORD}\s+){{0,5}}{WORD})", re.I),
)
#: A subject that stands nearer to the comparison than the one found.
SUBJECT = re.compile(r"(.*[^\s])[이가]\s+(.+)")
#: A verb that `not` denies: no contrast.
AUXILIARY = re.compile(r"\b(?:do|does|did|is|are|was|were|be|been|can|could|will|would|shall|should|must|may|might|has|have|had)$", re.I)
#: A subject left out or not named: `… and in some cases surpasses`, `it also surpasses`.
LEFT_OUT = re.compile(r"^(?:it|they|this|that|these|which|he|she|we)(?: (?:also|even|still|often|then))?$|\b(?:and|or|but)(?:\s+(?:(?:in|on|at|by|for|with|under)\s.*|even|also|often|still|then|now|thus|sometimes|\w+ly))*$", re.I)
#: How many units of both sides together must lie crosswise, and how many times as many as straight.
CROSSED, LEAD = 0.7, 2.0


@dataclass(frozen=True)
class Contrast:
    """Two sides of one kind of contrast: what is chosen or ahead, and what is not."""

    compared: bool
    first: str
    second: str


def contrasts(text: str) -> Iterator[Contrast]:
    """The contrasts of a sentence, brackets aside."""
    text = re.sub(r"\s?\([^)]*\)", "", text)
    for pattern in CHOSEN_FIRST:
        yield from (Contrast(False, m[1], m[2]) for m in pattern.finditer(text) if not AUXILIARY.search(m[1]))
    for pattern in REJECTED_FIRST:
        yield from (Contrast(False, m[2], m[1]) for m in pattern.finditer(text))
    for pattern in COMPARED:
        for m in pattern.finditer(text):
            if LEFT_OUT.search(m["a"]):
                continue
            nearer = SUBJECT.fullmatch(m["b"])
            a, b = (nearer[1], nearer[2]) if nearer else (m["a"], m["b"])
            yield Contrast(True, a, b) if m["up"] else Contrast(True, b, a)


def swapped(said: str, lines: Sequence[str], glossary: Glossary) -> bool:
    """Whether a contrast of the sentence stands in the lines with its sides exchanged."""
    mine = list(contrasts(said))
    there = [c for line in lines for c in contrasts(line)] if mine else []
    for one in mine:
        for other in there:
            if one.compared == other.compared:
                straight = _told(one.first, other.first, other.second, glossary) + _told(one.second, other.second, other.first, glossary)
                crossed = _told(one.first, other.second, other.first, glossary) + _told(one.second, other.first, other.second, glossary)
                if crossed >= CROSSED and crossed >= LEAD * straight:
                    return True
    return False


def _told(side: str, text: str, other: str, glossary: Glossary) -> float:
    """How many of the side's units one text holds and the other does not."""
    units = units_of(side, glossary) if any(c.isalnum() for c in side) else []
    read, besides = Worded(text), Worded(other)
    return sum(max(0.0, share(u, read) - share(u, besides)) for u in units)
