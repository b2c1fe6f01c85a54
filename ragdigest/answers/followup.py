"""A follow-up question made to stand alone, by rules. Knows nothing of language models.

`그럼 두 번째 논문은 몇 점이야?` asks of the second paper of the answer before it; `what about its speed?` of the first.
"""

import re
from collections.abc import Sequence

from ..records import Answer
from ..words import PARTICLES

ORDINALS = {"첫": 0, "두": 1, "세": 2, "네": 3, "다섯": 4, "여섯": 5, "마지막": -1, "first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "sixth": 5, "last": -1}
NTH = re.compile(
    r"(?:(첫|두|세|네|다섯|여섯) ?(?:번째|째)|(마지막))(?: ?(?:논문|연구|방법|모델|것|거|건))?|\b(?:the )?(first|second|third|fourth|fifth|sixth|last)\b(?: (?:one|paper|work|model|method))?(?= |[?.!,]|$)", re.I
)
POINTS = re.compile(
    r"(?:그|이|저|해당|앞의|방금) ?(?:논문|연구|방법|모델|기법|벤치마크|시스템|데이터셋)|그것|그거|그게|그건|이거|이건|거기(?=서|에|는)|\b(?:that|this|the same) (?:paper|work|model|method|one|benchmark|system|dataset)|\b(?:it|its|they|their|them)\b", re.I
)
LEADS = re.compile(r"^\s*(?:그럼|그러면|그런데|근데|그리고|또|then|and|so|what about|how about)[ ,]*", re.I)


def papers_of(answer: Answer) -> list[str]:
    """The titles an answer cites, or, where it abstained, those it shows as nearest, in order."""
    hits = [c.hit for c in answer.citations] or list(answer.nearest)
    return list(dict.fromkeys(short(h.title) for h in hits))


def short(title: str) -> str:
    """A title without what follows its colon or bracket, unless its name stands there."""
    head = re.split(r"[:：(]| – | — ", title)[0].strip()
    return head if len(head) >= 3 and (re.search("[A-Z]", head) or not re.search("[A-Z]", title)) else title


def standalone(question: str, titles: Sequence[str], others: Sequence[str] = ()) -> str:
    """The question with the papers it points at put in by name; unchanged where it points at nothing.

    `titles` are those the answer before cited, `others` what was found beside them, for `the fourth one`.
    """
    if not titles:
        return question
    papers = list(dict.fromkeys([*titles, *others]))
    nth = NTH.search(question)
    if nth:
        at = ORDINALS[next(g for g in nth.groups() if g).lower()]
        named = titles[-1] if at < 0 else papers[at] if at < len(papers) else None
        if named:
            return _put(question, nth, named)
    points = POINTS.search(question)
    if points:
        return _put(question, points, titles[0])
    if LEADS.search(question) and not re.search(r"[A-Z]", LEADS.sub("", question)[1:]):
        return f"{titles[0]}: {LEADS.sub('', question)}"
    return question


def _put(question: str, match: re.Match[str], title: str) -> str:
    """The title in place of the words that point at it; `its` keeps its case, Korean particles stay."""
    if re.search("[가-힣]", question) and not re.search("[A-Za-z]", title):
        title = f"‘{title}’ 논문"  # a title that is a Korean sentence takes no particle well
    owner = "'s" if match[0].lower() in ("its", "their") else ""
    rest = question[match.end() :]
    blank = "" if not rest or PARTICLES.match(rest.split(" ")[0].strip("?.!")) or not rest[0].isalnum() else " "
    return LEADS.sub("", f"{question[: match.start()]}{title}{owner}{blank}{rest}").strip()
