"""Whether a sentence denies what a passage affirms, or the other way round. Knows nothing of citations.

Sentence and passage are taken apart into clauses; a clause of the sentence is held against the
clause of the passage that shares most of its words, in either language. Denials that languages
put differently (`60%에 못 미친다`, `stays below 60 %`) excuse each other.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path

from ..retrieval.glossary import Glossary
from ..retrieval.units import Unit, units_of
from .numbers import Number, missing, normalised, numbers
from .worded import Worded, share

#: Words that look like denials and are none, two denials that affirm, conditions, and what stands in brackets.
NO_DENIAL = re.compile(
    r"\([^()]{1,80}\)|\bif (?:\w+ ){0,4}(?:not|no)\b|뿐(?:만|더러)?\s?(?:이\s?)?아니라|끝없|한없|틀림없|어김없|다름없|빠짐없|남김없|거침없|끊임없|수없이|더할 나위 없|없어서는 안|않을 수 없|피할 수 없|불가피|빼놓을 수 없|(?:국한|제한|한정)되지 않|하지 않으면 안|밖에 (?:[가-힣]+지 않|[가-힣]+지 못|없)|아니면|못지않|만만[치하]지? ?않|적지 않|심상치 않|예외[가는] 아니|에 그치지 않|에 지나지 않|몇 안 되|(?:전에|적[이도]?(?=\s?없[는던이])|유례|전례)\s?없|안(?=정|전|내|쪽|에 |에서|으로)"
    r"|\bnot (?:only|just|merely|to mention)\b|\bnothing (?:but|else|more than)\b|\bno (?:more than|less than|fewer than|further than|matter|doubt|sooner)\b|\byes (?:or|and) no\b|\bnone other\b|\bcannot (?:but|be avoided)\b|\bnot (?:limited|confined|restricted) to\b|\bNo\.\s?\d",
    re.I,
)
DENIES = re.compile(
    r"않|(?<![가-힣])못(?=\s|했|하|할|한|해|합)|지[는도를]? ?못|없|아니(?!라)|아닌|아닙|아님|불가능|불필요|(?:에는?|데[에는]?) 실패[하했한합]|≠|(?<![가-힣])안 (?=[가-힣])|마라|말라|말아|지 마(?=[세십시])"
    r"|\bnot\b|n['’]t\b|\bno\b|\bnobody\b|\bnowhere\b|\bnever\b|\bnone\b|\bnothing\b|\bneither\b(?:.{1,80}?\bnor\b)?|\bnor\b|\bcannot\b|\bwithout\b|\bunable\b|\bfail(?:s|ed|ing)? to\b|\blacks?\b|\blacking\b|\bimpossible\b|\bineffective\w*\b|\bincapable\b|\binsufficient\w*\b|\bunsuitable\b|\bunreliable\b|\b\w{3,20}-free\b|\bun(?:available|able|necessary|needed|changed|affected|touched|altered|moved|harmed|disturbed)\b|\b(?:remains?|stays?|stayed|remained) the same\b",
    re.I,
)
#: Denials that only say what would follow without something.
SUPPOSES = re.compile(r"지 (?:않는|말아야|마는) (?:편|것|쪽)|지 말아야|\bshould(?:n['’]t| not)\b|[않없]으면|없이는|않는다면|없다면|\bunless\b|\bwithout\b|\bif (?:\w+ ){0,4}(?:not|no)\b", re.I)
#: Denials that describe a thing rather than deny what the clause says: `reference-free`, `손실 없는`.
DESCRIBES = re.compile(r"\b\w{3,20}-free\b|\bwithout\b|\blacking\b|없이|[않없](?:는|은|던)\s|(?<=지 )못하는\s|아닌\s", re.I)
#: What can be done and what cannot.
ABLE = re.compile(r"수 있|(?<!불)가능|\b(?:can|able to|possible|capable of)\b", re.I)
UNABLE = re.compile(r"수 없|불가능|[기지] (?:어렵|어려|힘들|힘든|못)|\b(?:cannot|can not|can['’]t|unable to|impossible|incapable of|not (?:able|possible|capable)|(?:hard|difficult) to)\b", re.I)
#: Denials in other clothes: they excuse a plain denial on the other side and ask for none.
LIKE_DENIAL = re.compile(
    r"미만|이하|기보다|끊임없|빠[져진졌]|아래|밑|미달|모자라|부족|드물|거의|겨우|대신|말고|보다는|아니라|제외|빼고|빠지|빠뜨|막[아는은을으고습았]|막히|피하|피해|거부|실패|대체|중단|멈추|그치|그쳤|금지|배제|떼어|한계|어렵|어려|힘들|무관|무시|달리|(?<![가-힣])미(?:충족|흡|비|완|지원|공개|확인|해결|사용|학습|반영|지정|포함|검증|응답)|불[명확필안]|간신히|반대(?!\s?방향|쪽|편)|잃|최소한|최소의|미미|경미|소폭|약간|근소|(?<!\d)0(?:%|점|에(?!서)|으로|[건번개회])"
    r"|\bbelow\b|\bunder (?=\d|half|one|two|three|six|a )|\bno more than\b|\bat most\b|\bless\b|\bfewer\b|\bfew\b(?!-shot)|\blittle\b|\bshort\b|\bhardly\b|\brarely\b|\bbarely\b|\bseldom\b|\bscarce\w*|\binstead\b|\brather\b|\bunlike\b|\bin place of\b|\bexcept\b|\bexclud\w+|\bavoid\w*|\bprevent\w*|\bstop\w*|\bbar(?:s|red)?\b"
    r"|\bdrop(?:s|ped)?\b|\brefus\w+|\bden(?:y|ies|ied)\b|\bfail\w*|\bmiss\w*|\babsen\w+|\bfree\b|\b\w+-free\b|\b\w+less\b|\bun(?!til|der|less|i(?![mn]))\w{3,}|\bnon-?(?!e\b)\w{3,}|\bsub-?optimal\w*|\bin(?:sufficient|complete|ability|sensitive|different|dependent|dispensable|evitable|tact)\b|\bdis(?!till)\w{4,}|\bfar from\b|\b(?:out of|beyond) reach\b|\bfrom \w+ing\b|\bbeyond\b"
    r"|\bpoor\w*|\bbadly\b|\bhard\b|\bdifficult\w*|\blimit\w*|\bignor\w+|\bneglig\w+|\blose\w*|\blost\b|\bskip\w*|\bzero\b(?!-shot)|\bnegligible\b|\bminimal\w*|\bmarginal\w*|\bslight\w*|\bmodest\w*|\bbarely\b|\bremov\w+|\breplac\w+|\beliminat\w+|\bobviat\w+|\bomit\w*|\bforg[eo]t\w*|\bfall(?:s|ing)? short\b",
    re.I,
)
VERBAL = re.compile(r"(?<=[가-힣]{2})(?:되|하|시키|당하|받|해지)$")
LIGHT = re.compile(r"\s(?:일|것|수|적|경우|바|점|길|데)$")
#: Where a denial's predicate stands: the words before it in Korean, those after it in English; its subject where the verb is left out.
DENIED_KOREAN = re.compile(r"(?<![가-힣A-Za-z\d%.-])((?:[가-힣A-Za-z\d%.-]{1,30}\s)?[가-힣A-Za-z\d%.-]{1,30}?)(?:\([^()]{1,60}\))?(?:지[는도를]?\s?(?:않|못)|\s?[이가은는도]?\s?없|[이가은는]?\s아[니닌닙님]|[이가은는도]?\s?불(?:가능|필요)|(?:에는?|하는 데[에는]?) 실패)|(?<![가-힣])(?:안\s|못\s?)([가-힣]+)")
DENIED_ENGLISH = re.compile(r"(?:\bnot|n['’]t|\bno|\bnever|\bcannot|\bunable to|\bfail(?:s|ed|ing)? to|\bwithout|\black(?:s|ing)?)\s+((?:[\w%.-]{1,40}\s?){1,4})|\b(\w{3,20})-free\b|\b(?:in|un)((?:effective|capable|sufficient|suitable|reliable)\w{0,4})|([\w%.-]{2,40}(?: [\w%.-]{1,40}){0,3}?) (?:(?:do|does|did|is|are|was|were|can|could|has|have|had|will|would)(?: not|n['’]t)|cannot)\W*$", re.I)
CLAUSE = re.compile(
    r"[,;:()–—]\s|—|\s[–—-]\s|(?<![\w-])(?:and|(?<!all )(?<!nothing )but|while|whereas|although|though|because|since|so that|which|unless|without|even though)(?![\w-])"
    r"|(?<=[가-힣](?:고|며))(?<![라다자냐]고)\s|(?<=[으하되르크있없]나)\s|(?<=지만)\s|(?<=[가-힣]면)(?<![화장측표반단방수국전평서직]면)\s|(?<=없이)\s|(?<=때문에)\s|(?<=덕분에)\s|(?<=[는은인한한던]데)\s|(?<=(?:면서|므로|도록|려고|니까|으니|아서|어서|해서|여서|라서|지자))\s",
    re.I,
)
#: What ends a piece in no place: nouns in -고, and a word with its gloss (`손실(loss) 없이`).
NOUNS = re.compile(r"(?:최고|그리고|광고|경고|보고|창고|사고|재고|(?<![가-힣])하나)$")
GLOSSED = re.compile(r"\w\([^()]*$")
#: Opens a sentence and says nothing of its own.
OPENS = re.compile(r"즉|또|또한|다만|반면|따라서|그래서|그러나|하지만|예|네|아니요|yes|no|also|however|overall|thus|so|finally|additionally|moreover|instead", re.I)
#: Least share of a clause's units that a clause of the passage must hold to be the one that speaks of the same.
MATCHED, NEAR, ASIDE, SURE, AFFIRMED, AFFIRMED_ENGLISH = 0.15, 0.7, 0.4, 0.34, 0.6, 0.5
#: Least share of a clause that a denial elsewhere in the passage must hold, how many times that of any
#: calm clause, and the share of what it denies that the clause must affirm.
DENIAL, CLEARLY, AFFIRMS = 0.3, 1.5, 0.5
#: A number after a name is a version; a clause that shares so much of the best one's share may be the number's own.
VERSION, ALIKE = re.compile(r"[A-Z][A-Za-z-]*\s$"), 0.6
#: Characters of a gloss.
GLOSS = 80


@dataclass(frozen=True)
class Clause(Worded):
    """A piece of a sentence, and where in it that stands."""

    start: int
    end: int

    @cached_property
    def numbers(self) -> list[Number]:
        return numbers(self.text)

    @cached_property
    def _bare(self) -> str:
        """The text without what only looks like a denial."""
        return NO_DENIAL.sub(" ", self.text)

    @cached_property
    def denies(self) -> bool:
        return len(DENIES.findall(self._bare)) % 2 == 1

    @cached_property
    def negated(self) -> bool:
        """Whether a denial is left when those that only describe something are put aside."""
        return self.denies and bool(DENIES.search(DESCRIBES.sub(" ", self._bare)))

    @cached_property
    def leans(self) -> bool:
        """Whether it holds a denial of any kind."""
        return bool(LIKE_DENIAL.search(self.text) or DENIES.search(self._bare))


@cache
def opposites() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    """Opposites in both languages: a clause with one side alone stands against a clause with the other alone."""
    lines = (Path(__file__).parents[1] / "data" / "opposites.tsv").read_text(encoding="utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if line and line[0] != "#")
    return tuple((re.compile(one, re.I), re.compile(other, re.I)) for one, other in pairs)


@lru_cache(maxsize=2048)
def clauses(text: str) -> tuple[Clause, ...]:
    """A sentence taken apart at its connectives; pieces of one word stay with the piece before them."""
    parts: list[Clause] = []
    at = 0
    for match in [*CLAUSE.finditer(text), None]:
        end = match.start() if match else len(text)
        part = text[at:end].strip()
        if match and (_counted_together(text, match) or (match[0].isspace() and len(part.split()) < 2)):
            continue
        if match and (NOUNS.search(part) or match[0][0] == ")" and GLOSSED.search(text, max(0, match.start() - GLOSS), match.start())):
            continue
        if parts and len(part.split()) < 2:
            parts[-1] = Clause(f"{parts[-1].text} {part}", parts[-1].start, end)
        elif part:
            parts.append(Clause(part, at, end))
        at = match.start() if match and match[0].strip().isalpha() else match.end() if match else at
    return tuple(parts)


def _counted_together(text: str, match: re.Match[str]) -> bool:
    """Whether a connective stands between two numbers: `15× and 41× lower`."""
    return bool(re.search(r"\d[x×%]?\s?$", text[max(0, match.start() - 4) : match.start()]) and re.match(r"\s?\d", text[match.end() : match.end() + 2]))


def turned(said: str, lines: Sequence[str], glossary: Glossary, passage: Sequence[str] = ()) -> bool:
    """Whether a sentence turns round what the lines say, or what a line of the whole passage denies."""
    there = [(c, at) for at, line in enumerate(lines) for c in clauses(line)]
    said_clauses = [c for c in clauses(said) if any(ch.isalnum() for ch in c.text) and not OPENS.fullmatch(c.text)]
    mine = [_Matched.of(c, u, [c for c, _ in there]) for c in said_clauses if (u := units_of(c.text, glossary))]
    for m in mine if there else []:
        near = [where for s, where in zip(m.shares, there, strict=True) if s >= MATCHED and s >= NEAR * max(m.shares)]
        matched = [c for c, _ in near]
        if m.clause.denies and near and not SUPPOSES.search(m.clause.text):
            whole = [c for c, at in there if at in {at for _, at in near}]
            around = whole if not any(c.leans for c in whole) else [] if any(c.leans and s >= ASIDE * max(m.shares) for s, (c, _) in zip(m.shares, there, strict=True)) else matched
            if _affirmed(m.clause, around, glossary, AFFIRMED if m.clause.korean else AFFIRMED_ENGLISH):
                return True
        if not m.clause.leans and any(s >= MATCHED and c.denies and _affirmed(c, [m.clause], glossary, AFFIRMED) for s, (c, _) in zip(m.shares, there, strict=True)) and not _leans_beside(m, mine):
            return True
        if matched and all(c.negated for c in matched) and not _leans_beside(m, mine):
            return True
        if max(m.shares) >= SURE and (_opposite(m.clause, matched) or _able(m.clause, matched)):
            return True
        if not _leans_beside(m, mine) and _denied_by(m, passage, glossary):
            return True
    return False


def _denied_by(m: "_Matched", passage: Sequence[str], glossary: Glossary) -> bool:
    """Whether the clause of the passage that speaks of the same far more than any calm one denies what the clause affirms."""
    there = [(_share(m.units, c), c) for line in passage for c in clauses(line)]
    best, denial = max(((s, c) for s, c in there if c.denies), key=lambda found: found[0], default=(0.0, m.clause))
    calm = max((s for s, c in there if not c.leans), default=0.0)
    return best >= DENIAL and best >= CLEARLY * calm and _affirmed(denial, [m.clause], glossary, AFFIRMS)


def misplaced(said: str, lines: Sequence[str], glossary: Glossary) -> str | None:
    """A number of the sentence in whose place the passage's clause about the same has another; None where there is none."""
    there = [(c, c.numbers) for line in lines for c in clauses(line)]
    for clause in clauses(said):
        mine = clause.numbers
        units = units_of(clause.text, glossary) if len(mine) == 1 else []
        if not units or not there:
            continue
        shares = [_share(units, c) for c, _ in there]
        found = [n for s, (_, n) in zip(shares, there, strict=True) if s >= SURE and s >= 0.9 * max(shares)]
        if VERSION.search(normalised(clause.text)[: mine[0].start]) or any(s >= ALIKE * max(shares) and not missing(mine, n) for s, (_, n) in zip(shares, there, strict=True)):
            continue
        if len(found) == 1 and len(found[0]) == 1 and found[0][0].unit == mine[0].unit and not mine[0].worded and missing(mine, found[0]):
            return normalised(clause.text)[mine[0].start : mine[0].end]
    return None


@dataclass(frozen=True)
class _Matched:
    """A clause of the sentence, how much of it each clause of the passage holds, and the one that holds most."""

    clause: Clause
    units: Sequence[Unit]
    shares: list[float]
    best: int

    @classmethod
    def of(cls, clause: Clause, units: Sequence[Unit], there: Sequence[Clause]) -> "_Matched":
        shares = [_share(units, c) for c in there]
        return cls(clause, units, shares, max(range(len(shares)), key=shares.__getitem__, default=-1))


def _leans_beside(m: _Matched, mine: Sequence[_Matched]) -> bool:
    """Whether the clause, or one that speaks of the same clause of the passage, holds a denial of any kind."""
    return any(o.clause.leans and (o is m or o.best == m.best or o.shares[m.best] > 0.02) for o in mine)


def denials(clause: Clause, text: str) -> list[tuple[int, int]]:
    """Where in a clause's text the words next to each of its denials stand: what is denied."""
    return [m.span(m.lastindex) for m in (DENIED_KOREAN if clause.korean else DENIED_ENGLISH).finditer(text)]


def denied(clause: Clause) -> list[str]:
    """What a clause denies, without the verbs that carry no meaning of their own."""
    words = [clause.text[a:b] for a, b in denials(clause, clause.text)]
    return [VERBAL.sub("", LIGHT.sub("", w)) for w in words] if clause.korean else words


def _affirmed(clause: Clause, matched: Sequence[Clause], glossary: Glossary, least: float) -> bool:
    """Whether other clauses say of the same what the clause denies: at least that share of its words, or one side of the same opposites."""
    for words in denied(clause):
        units = units_of(words, glossary) if any(c.isalnum() for c in words) else []
        for other in matched:
            if units and _share(units, other) >= least:
                return True
            if any(side.search(words) and side.search(other.text) for pair in opposites() for side in pair):
                return True
    return False


def _share(units: Sequence[Unit], clause: Clause) -> float:
    """Mean share of the units that a clause holds."""
    return sum(share(unit, clause) for unit in units) / len(units)


def _able(clause: Clause, matched: Sequence[Clause]) -> bool:
    """Whether a clause says that something can be done which the passage's clauses say cannot, or the other way round."""
    mine, theirs = (_can(clause.text), {_can(c.text) for c in matched})
    return mine is not None and theirs == {not mine}


def _can(text: str) -> bool | None:
    """What a clause says of a possibility: there is one, there is none, or nothing of the kind."""
    return False if UNABLE.search(text) else True if ABLE.search(text) else None


def _opposite(clause: Clause, matched: Sequence[Clause]) -> bool:
    """Whether a clause uses one side of a pair of opposites and the passage's only the other, both denied or neither."""
    for one, other in opposites():
        for mine, theirs in ((one, other), (other, one)):
            if mine.search(clause.text) and not theirs.search(clause.text) and all(theirs.search(c.text) and not mine.search(c.text) and c.denies == clause.denies for c in matched):
                return True
    return False
