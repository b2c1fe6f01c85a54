"""What kind of question it is: its language, its names, whether it asks for a list. Knows nothing of indexes."""

import re
from dataclasses import dataclass

from ..errors import RagdigestError
from ..reading.sentences import spoken_in
from ..words import RUN, normal

KINDS = r"(?:논문|연구|모델|서베이|거|것)[들은을이는를가]{0,2}"
LIST = re.compile(
    r"논문들|(?:연구|모델)들[은을이]? ?(?:알려|찾아|보여|정리|있|뭐|\W*$)|목록|리스트|나열|(?:어떤|무슨) 논문(?![이인였]|더)|(?:모아|뽑아|골라|추려) ?(?:줘|주|봐|달|\W*$)|(?:전부|모두|다) ?(?:알려|찾아|보여|모아|정리|나열|골라)|(?:전부|모두)\W*$"
    rf"|{KINDS} (?:다|전부|모두)(?![가-힣])|{KINDS} (?:좀 )?정리(?:해|\W*$|\s?좀)|{KINDS} ?몇 ?(?:편|건|개)|몇 ?편(?:이[나야지]?|인[가지]\S{{0,2}}|일까\S?|이에요|이죠)?(?: ?(?:있|나왔|돼|되)\S{{0,3}})?\W*$"
    r"|(?:쓰는|쓴|사용하는|사용한|이용하는|활용하는|활용한|보고하는|보고한|평가하는|평가한|다루는|다룬|내놓은|낸|만든) (?:논문|연구)[은을이가]? ?(?:뭐|무엇|알려|찾아|보여|있|추천|\W*$)(?!였|더)"
    r"|\b(?:which|what) (?:\w+ ){0,2}(?:works|studies)\b|\ball (?:of )?(?:the )?(?:[\w-]+ ){0,2}(?:works|entries|stuff|ones)\b|^\W*list\b|\blist (?:of (?:all|the|\w+ papers)|all|every|them|please)\b|\blist\W*$|\bpapers\b(?! (?:did|does))|\bevery (?:paper|study|entry)\b"
    r"|\bwhich ones\b|\bhow many (?:[\w-]+ ){0,3}(?:works|studies|surveys|entries)\b|\banything on\b|\bwhat do we have (?:on|about)\b",
    re.I,
)
#: A kind of paper: `서베이 논문 알려줘`; a verb before it (`요약하는 논문`), whose last sound is n or l, means one paper.
KIND = re.compile(r"(\S) (?:논문|연구)[은을이는를가]? ?(?:좀 |더 |또 )?(?:뭐 ?있|뭐뭐|알려|보여|추천|있(?:어|나|니|을까|는지))")
N_OR_L = (4, 8)
NOUNS_IN_N = re.compile(r"(?:추론|토큰|훈련|버전|인간|편향|확산|모델) (?:논문|연구)")
COMPARE = re.compile(r"비교|차이|각각|다른가|달라|다르|어느 쪽|누가 더|중에?서? .*더 |[뭐무]엇?[이가] 더 |\bcompar|\bversus\b|\bvs\b|\bdiffer|\beach\b|\bboth\b", re.I)
NAME = re.compile(r"(?<![^\W_])[^\W\d_가-힣]*[A-Z][^\W_가-힣]*(?:[-.+/][^\W_가-힣]+)*|[^\W\d_가-힣]+\d[^\W_가-힣]*")
#: A capital that only opens a sentence, and capitals that name nothing.
PLAIN = re.compile(r"[A-Z][a-z]+(?:['’][a-z]+)?$")
MAX_QUERY = 4000
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
    names = {run for m in NAME.finditer(text) if not _opens(text, m) for run in RUN.findall(normal(m[0])) if len(run) > 1 and run not in COMMON}
    compares = len(names) > 1 and bool(COMPARE.search(text))
    return Question(text, spoken_in(text).value, frozenset(names), compares or bool(LIST.search(text)) or _asks_for_a_kind(text), compares)


def _asks_for_a_kind(text: str) -> bool:
    """Whether a Korean question asks for a kind of paper rather than for the one that does something."""
    return any(not ("가" <= m[1] <= "힣" and (ord(m[1]) - ord("가")) % 28 in N_OR_L) or NOUNS_IN_N.search(text) for m in KIND.finditer(text))


def _opens(text: str, match: re.Match[str]) -> bool:
    """Whether a capitalised word may owe its capital to opening an English sentence."""
    if spoken_in(text).value == "ko":
        return False
    before = text[: match.start()].rstrip(" \"'“‘(")
    return bool(PLAIN.fullmatch(match[0])) and (not before or before[-1] in ".?!:…")


def as_asked(name: str, question: str) -> str:
    """A folded name as the question spells it."""
    at = question.lower().find(name)
    return question[at : at + len(name)] if at >= 0 else name


def checked(query: str) -> str:
    """The query without surrogates and control characters, at most 4,000 characters of it.

    Raises RagdigestError where no letter or digit is left.
    """
    kept = "".join(c if c.isprintable() and not "\ud800" <= c <= "\udfff" else " " for c in query[: 4 * MAX_QUERY])
    kept = " ".join(kept.split())[:MAX_QUERY]
    if not any(c.isalnum() for c in kept):
        raise RagdigestError(f"no word in the question {kept[:40]!r}; ask with at least one letter or number")
    return kept
