"""What kind of question it is: its language, its names, whether it asks for a list. Knows nothing of indexes."""

import re
from dataclasses import dataclass

from ..reading.sentences import lang_of
from ..words import RUN, normal

LIST = re.compile(
    r"전부|모두|모아|목록|리스트|논문들|어떤 논문|무슨 논문|나열|다 (?:알려|찾아|보여)|정리해|뽑아|(?:쓰는|쓴|사용하는|사용한|이용하는|활용하는|활용한|보고하는|보고한|평가하는|평가한) 논문[은을이]? ?(?:뭐|무엇|알려|찾아|보여|있|추천)(?!였|더)"
    r"|\b(?:which|what) (?:\w+ ){0,2}(?:papers|works|studies)\b|\ball (?:the )?(?:\w+ )?(?:papers|works|entries)\b|^\W*list\b|\bpapers (?:that|which|with|on|about|using|by|from|evaluat\w+|report\w+)\b",
    re.I,
)
COMPARE = re.compile(r"비교|차이|각각|다른가|달라|다르|어느 쪽|누가 더|중에?서? .*더 |[뭐무]엇?[이가] 더 |\bcompar|\bversus\b|\bvs\b|\bdiffer|\beach\b|\bboth\b", re.I)
NAME = re.compile(r"(?<![^\W_])[^\W\d_가-힣]*[A-Z][^\W_가-힣]*(?:[-.+/][^\W_가-힣]+)*|[^\W\d_가-힣]+\d[^\W_가-힣]*")
#: A capital that only opens a sentence, and capitals that name nothing.
PLAIN = re.compile(r"[A-Z][a-z]+(?:['’][a-z]+)?$")
COMMON = frozenset(["ai", "llm", "llms", "ml", "nlp", "ok", "sns", "api", "gpu", "i", "faq", "pdf"])


@dataclass(frozen=True)
class Question:
    """A question's text, language (ko, en), the names in it folded, and whether it asks for several papers."""

    text: str
    lang: str
    names: frozenset[str]
    wants_list: bool
    compares: bool


def read_question(text: str) -> Question:
    """Read a question without understanding its words."""
    names = {run for m in NAME.finditer(text) if not _opens(text, m) for run in RUN.findall(normal(m[0])) if run not in COMMON}
    compares = len(names) > 1 and bool(COMPARE.search(text))
    return Question(text, lang_of(text).value, frozenset(names), compares or bool(LIST.search(text)), compares)


def _opens(text: str, match: re.Match[str]) -> bool:
    """Whether a capitalised word may owe its capital to opening a sentence."""
    before = text[: match.start()].rstrip(" \"'“‘(")
    return bool(PLAIN.fullmatch(match[0])) and (not before or before[-1] in ".?!:…")
