"""A follow-up question made to stand alone, by rules. Knows nothing of language models.

`그럼 두 번째 논문은 몇 점이야?` asks of the second paper of the answer before it; `what about its speed?` of the first.
"""

import re
from collections.abc import Sequence

from ..records import Answer
from ..words import PARTICLES

ORDINALS = {
    **{w: n for n, w in enumerate(["첫", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열"])}, "마지막": -1,
    **{w: n for n, w in enumerate(["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"])}, "last": -1,
}
NTH = re.compile(
    r"(?<![가-힣\d])(?:(?P<ko>첫|두|세|네|다섯|여섯|일곱|여덟|아홉|열) ?(?:번째|째)|(?P<digit>\d{1,2}) ?번(?:째)?|(?P<end>마지막))(?: ?(?:논문|연구|방법|모델|것|거|건)(?=[은는이가을를의도만과와에로랑 ?!.,]|하고|$)|(?=(?:[은는이가을를의도과와랑]|이랑|하고)(?:\s|$)| ?비교)|(?=[ ?!.,]*$))"
    r"|\bthe (?P<en>first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last)(?: (?:one|paper|work|model|method)\b|(?=['’]s\b|[ ?!.,]*$))", re.I
)
POINTS = re.compile(
    r"(?<![가-힣])(?:(?:그|이|저|해당|앞의|방금) ?(?:논문|연구|방법|모델|기법|벤치마크|시스템|데이터셋)(?=[은는이가을를의도만과와에로 ?!.,]|$)|그것|그거|그게|그건|이거|이건|거기(?=서|에|는))"
    r"|\b(?:(?:that|this|the same) (?:paper|method|one|benchmark|dataset)|(?:this|the same) (?:work|model|system)|(?-i:[Ii]ts?|[Tt]heir))\b", re.I
)
LEADS = re.compile(r"^\s*(?:그럼|그러면|그런데|근데|그리고|then|and|so|what about|how about)(?![\w-])[ ,]*", re.I)
#: Words that a pronoun in the same question points at, so that the question stands alone.
ITS_OWN = re.compile(r"[A-Z가-힣][\w-]*[A-Z][\w-]*|\b(?:papers|works|models|methods|agents|benchmarks|studies|which|any)\b|논문들|것들")

#: What is asked for before a verb's helper and a pronoun, which it cannot point at: `which benchmarks did it use`.
ASKED_FOR = re.compile(r"\b(?:which|what|how many)\s+\w+\s+(?:did|does|do|is|was|has|had|can|could|will|would)\s+$", re.I)
#: A question that names nothing but what it asks of a paper: `저자는 누구야?`, `limitations?`.
ASKED_OF_IT = re.compile(
    r"(?:(?:어떤|무슨|몇 개의) ?(?:벤치마크|데이터셋?|모델|지표|방법|과제)[을를]? ?(?:썼|쓰|사용|이용|돌렸|평가)\S*|(?:what|which) (?:benchmarks|datasets?|models|metrics|methods|tasks)(?: (?:was|were|are))? used(?: there)?)[ ?!.]*|(?:저자|한계|단점|약점|장점|점수|성적|결과|성능|방법|핵심|요점|데이터셋?|코드|크기|속도|비용|가격|라이선스|벤치마크|링크|의의|원리|구조|시사점)들?(?:[은는이가도를을]|에 대해)?(?: ?(?:뭐|무엇|누구|누가|얼마|어때|어떻|어디|몇|있|공개|나왔|알려|설명해|정리해)\S*){0,2}[ ?!.]*"
    r"|(?:(?:what|who)(?:['’]s| is| are| were) |how about |any )?(?:the )?(?:authors?|limitations?|weaknesses|results?|scores?|code|datasets?|cost|price|licen[cs]e|benchmarks?|method|speed|size|main (?:idea|point))[ ?!.]*", re.I
)


def papers_of(answer: Answer) -> list[str]:
    """The titles an answer cites, or, where it abstained, those it shows as nearest, in order."""
    hits = [c.hit for c in answer.citations] or list(answer.nearest)
    return list(dict.fromkeys(short(h.title) for h in hits))


def short(title: str) -> str:
    """A title without what follows its colon or bracket, unless its name stands there."""
    head = re.split(r"[:：(]| – | — ", title)[0].strip()
    named = re.search(r"[A-Z].*[A-Z\d]|\s", head) and re.search("[A-Z]", head)
    return head if len(head) >= 3 and (named or not re.search("[A-Z]", title)) else title


def standalone(question: str, titles: Sequence[str], others: Sequence[str] = ()) -> str:
    """The question with the papers it points at put in by name; unchanged where it points at nothing.

    `titles` are those the answer before cited, `others` what was found beside them, for `the fourth one`.
    """
    if not titles or not any(c.isalnum() for c in LEADS.sub("", question)):
        return question
    bare = LEADS.sub("", question)
    papers = list(dict.fromkeys([*titles, *others]))
    counted = list(NTH.finditer(bare))
    if counted:
        for nth in reversed(counted):  # from the end, so that what stands before keeps its place
            at = int(nth["digit"]) - 1 if nth["digit"] else ORDINALS[(nth["ko"] or nth["end"] or nth["en"]).lower()]
            if at >= len(papers) or (at < 0 and nth["digit"]):
                return question
            bare = _put(bare, nth, titles[-1] if at < 0 else papers[at])
        return bare
    points = POINTS.search(bare)
    if points:
        return question if ITS_OWN.search(ASKED_FOR.sub("", bare[: points.start()])) else _put(bare, points, titles[0])
    if ASKED_OF_IT.fullmatch(bare.strip()):
        of = "의 " if re.match("[가-힣]", bare) and not re.match("어떤|무슨|몇", bare) else ": "
        return f"{_subject(bare, titles[0])}{of}{bare}"
    if bare != question and not re.search(r"[A-Z]", bare[1:]):
        return f"{titles[0]}: {bare}"
    return question


def _put(question: str, match: re.Match[str], title: str) -> str:
    """The title in place of the words that point at it; `its` keeps its case, Korean particles stay."""
    title = _subject(question, title)
    owner = "'s" if match[0].lower() in ("its", "their") else ""
    rest = question[match.end() :]
    blank = "" if not rest or PARTICLES.match(rest.split(" ")[0].strip("?.!")) or not rest[0].isalnum() else " "
    return f"{question[: match.start()]}{title}{owner}{blank}{rest}".strip()


def _subject(question: str, title: str) -> str:
    """A title as a Korean question speaks of it: one that is a Korean sentence takes no particle well."""
    return f"‘{title}’ 논문" if re.search("[가-힣]", question) and not re.search("[A-Za-z]", title) else title
