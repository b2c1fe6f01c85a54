"""Numbers in Korean and English prose, by value: `1만 6천`, `16,000`, `16K` and `sixteen thousand` are one.

Knows nothing of sentences or sources. Numbers inside names (GPT-4o, A800, 7B of Qwen3-7B) are none.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from .numerals import COUNTERS, HANGUL, MAGNITUDES, MONTHS, ORDINAL, ORDINALS, SCALE, SINO, SINO_RUN, WORDED, WORDS, english_value, sino_value

DIGITS = r"\d{1,3}(?:,\d{3}){1,6}(?:\.\d{1,12})?|\d{1,30}(?:\.\d{1,12})?"
SCALES = {**SCALE, "백": 100, "천": 1e3, "만": 1e4, "억": 1e8, "조": 1e12, "k": 1e3, "K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}
NAMED = re.compile(r"(?<![A-Za-z가-힣])(?![a-z]{1,30}\.\d)[가-힣]{0,12}[A-Za-z][A-Za-z.]{0,30}[-_.]?\d[A-Za-z\d]{0,30}(?:[-_.]{1,2}[A-Za-z\d]{1,30}){0,6}|@\d{1,9}|(?<=[A-Za-z])[-_]\d[\w.]{0,20}")
KOREAN_RUN = re.compile(rf"(?<![\d.,])(?:(?:{DIGITS})\s?(?:[백천]?[만억조](?![각합건차점족])|[백천])(?![A-Za-z%])\s?){{1,5}}(?:(?:{DIGITS})(?![\d.]{{0,9}}[%A-Za-z]))?")
PARTS = re.compile(rf"({DIGITS})?\s?([만억조천백]?)")
LATIN_SCALED = re.compile(rf"(?<![\d.,])(?:({DIGITS})\s?-?((?i:hundred|thousand|million|billion|trillion))\b|({DIGITS})([kKMBT])(?![A-Za-z]))", re.A)
PLAIN = re.compile(rf"(?<!\d)(?<!\d[.,])(?:{DIGITS}|(?<![A-Za-z])\.\d{{1,12}})")
POWER = re.compile(r"(?<!\d)10\^(\d{1,2})")
FRACTIONS = {"half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fourth": 4, "fourths": 4, "fifth": 5, "fifths": 5, "tenth": 10, "tenths": 10}
PART_OF = re.compile(r"\b(a|one|two|three|four)[ -](half|halves|third|thirds|quarters?|fourths?|fifths?|tenths?)\b(?! (?!of\b)[a-z])", re.I)
OF_PARTS = re.compile(r"(\d{1,3}|[이삼사오육칠팔구십])\s?분의\s?(\d{1,3}|[일이삼사오육칠팔구])")
IN_TEN = re.compile(r"\b(\d{1,3}|" + "|".join(WORDS) + r") (?:\w{1,20} )?(?:in|out of|of) (?:every )?(ten|a hundred|10|100)\b", re.I)
OF_TEN = re.compile(r"(?<![가-힣])(열|10|100|백) ?(번|명|개|건|문제|가지)(?: ?중에?| 가운데|에)(?:서)? ?(\d{1,3}|" + "|".join(k for k in HANGUL if len(k) < 3) + r") ?\2")
HALF = re.compile(r"절반|(?<![가-힣])반으로|(?<![가-힣])반(?=[을이만의])")
BOTH = re.compile(r"(?:두|둘|the two)(?:(?!\.\s).){0,14}(?:모두|다(?=\s)|각각|both)|둘 다|\bthe (?:two|three|four)\b|\b(?:half|double)-(?=[a-z])", re.I)
#: Hedges, before or after the place of a number (and its unit), which stands as a NUL.
OVER = re.compile(r"(?:over|more than|above|at least|exceed(?:s|ed|ing)?)\s*\0|\0\s?(?:or more|and (?:more|above|up)\b|\+)|\0\s?\S{0,3}\s?(?:넘(?!지)|이상|초과|웃[돌도돕돈])", re.I)
UNDER = re.compile(
    r"(?:under|less than|fewer than|below|up to|at most|short of|\b(?:not|n['’]t|no|never) (?:\w+ )?(?:over|more than|above|exceed\w*|pass|reach))\s*\0"
    r"|\0\s?\S{0,3}\s?(?:조금 |약간 |살짝 |채 )?(?:이하|미만|못 ?미|못 ?넘|안 (?:되|돼|걸|넘)|넘지|밑[돌도돕돈]|모자라)", re.I
)
ABOUT = re.compile(r"(?:약|대략|거의|얼추|about|around|roughly|nearly|almost|close to|some|approximately|~|≈)\s*\0|\0\s?\S{0,3}\s?(?:가까|가량|남짓|정도|쯤|안팎|달하|or so)", re.I)
PLACE = re.compile(r"(?:\b(?:stage|step|phase|part|level|rank|place|tier|round)s? |#|제)\0|\0\s?(?:차|단계|위(?!원)|번째|순위|등급|회차|라운드|(?:st|nd|rd|th)\b)", re.I)
UNIT = re.compile(r"(?:\s?(?:to|and|or|[-–~]|내지)\s?\d[\d.,]{0,12})?\s?(?:(%|퍼센트|percent|per cent)(?!\s?p|포인트| point)|(배|x\b|×(?![A-Za-z])|times\b|-?fold\b))", re.I)


@dataclass(frozen=True)
class Number:
    """A value and where it stands in the NFKC text; `worded` where it is spelled out.

    `unit` is `%`, `x` (times), `.` (a place in an order) or nothing; `hedge` is `~` (about), `>` (more than), `<` (less than) or nothing.
    """

    value: float
    start: int
    end: int
    worded: bool = False
    unit: str = ""
    hedge: str = ""


def normalised(text: str) -> str:
    """The text that offsets of numbers refer to: NFKC, powers as `10^6`, halves as `0.5`."""
    text = re.sub(r"(?<=\d)[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3}", lambda m: "^" + unicodedata.normalize("NFKC", m[0]), text.replace("½", "0.5").replace("¼", "0.25"))
    return unicodedata.normalize("NFKC", text)


def numbers(text: str) -> list[Number]:
    """The numbers of a text in order; `one`, `한` and ordinals are none."""
    text = normalised(text)
    left = NAMED.sub(lambda m: " " * len(m[0]), text)
    found: list[Number] = []

    def take(pattern: re.Pattern[str], value_of: Callable[[re.Match[str]], float | None], worded: bool = False) -> None:
        nonlocal left
        matches = list(pattern.finditer(left))
        for m in matches:
            value = value_of(m)
            if value is not None:
                found.append(_number(float(value), m, text, worded))
        if matches:
            left = pattern.sub(lambda m: " " * len(m[0]), left)

    take(POWER, lambda m: 10.0 ** int(m[1]))
    take(MAGNITUDES, lambda m: 10.0 ** (int(m[1]) if m[1].isdigit() else max(1, english_value(m[1]))), True)
    take(OF_PARTS, lambda m: _small(m[2]) / _small(m[1]) if _small(m[1]) else None, True)
    take(IN_TEN, lambda m: (_digits(m[1]) if m[1].isdigit() else english_value(m[1])) / {"ten": 10, "10": 10}.get(m[2].lower(), 100), True)
    take(OF_TEN, lambda m: (_digits(m[3]) if m[3].isdigit() else HANGUL[m[3]]) / {"열": 10, "10": 10}.get(m[1], 100), True)
    take(KOREAN_RUN, _korean_run)
    take(LATIN_SCALED, lambda m: _digits(m[1] or m[3]) * SCALES[m[2].lower() if m[2] else m[4]])
    take(PLAIN, lambda m: _digits(m[0]))
    take(MONTHS, lambda m: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"].index(m[1][:3].lower()) + 1)
    take(PART_OF, lambda m: (1 if m[1].lower() == "a" else english_value(m[1])) / FRACTIONS[m[2].lower()], True)
    take(BOTH, lambda m: None)
    take(WORDED, lambda m: english_value(m[0]) if m[0].lower() != "one" else None, True)
    take(SINO_RUN, sino_value, True)
    take(COUNTERS, lambda m: HANGUL[m["word"]], True)
    take(HALF, lambda m: 0.5, True)
    return sorted(found, key=lambda n: n.start)


def _number(value: float, m: re.Match[str], text: str, worded: bool) -> Number:
    """A number with its unit and hedge, read from what stands around it."""
    before, after = text[max(0, m.start() - 16) : m.start()], text[m.end() : m.end() + 14]
    unit = UNIT.match(after)
    around = f"{before}\0{after[unit.end() :] if unit else after}"
    under, over = UNDER.search(around), OVER.search(around)
    hedge = "" if under and over else "<" if under else ">" if over else "~" if ABOUT.search(around) else ""
    return Number(value, m.start(), m.end(), worded, ("%" if unit[1] else "x") if unit else "." if PLACE.search(around) else "", hedge)


def ordinals(text: str) -> list[Number]:
    """Places in an order that are spelled out: a text may say `1단계` of what it calls the first stage."""
    return [Number(float(ORDINALS[(m[1] or m[2]).lower()]), m.start(), m.end(), True, ".") for m in ORDINAL.finditer(normalised(text))]


def digits_in_names(text: str) -> list[Number]:
    """The numbers that names hold, as a reader may write them apart: 512 of GSM8K-512, 3.1 and 8 billion of Llama-3.1-8B."""
    return [Number(_digits(d[1]) * SCALES.get(d[2], 1), m.start(), m.end()) for m in NAMED.finditer(normalised(text)) for d in re.finditer(r"(\d+(?:\.\d+)*?)([KMBT]?)(?![\d.])", m[0]) if d[1].count(".") < 2]


def _digits(text: str) -> float:
    return float(text.replace(",", ""))


def _small(text: str) -> float:
    return float(text) if text.isdigit() else SINO.get(text, 0)


def _korean_run(match: re.Match[str]) -> float:
    """`3억 4천만`: parts below 만 add up until a 만, 억 or 조 multiplies them."""
    total, part = 0.0, 0.0
    for m in PARTS.finditer(re.sub(r"([천백])\s?(?=[만억조])", r"\1", match[0])):
        if m[1] is None and not m[2]:
            continue
        scale = SCALES.get(m[2], 1)
        if scale >= 1e4:
            total += (part + (_digits(m[1]) if m[1] else 0)) * scale
            part = 0.0
        else:
            part += _digits(m[1] or "1") * scale
    return total + part


def missing(claimed: list[Number], there: list[Number]) -> list[Number]:
    """The claimed numbers that are not among those of a source, value and unit.

    A half is fifty per cent, and may be half of another number of the source; a number said to be
    rough may be the source's, rounded, on the side that it says.
    """
    values = {n.value for n in there}
    return [n for n in claimed if not any(_same(n, t) for t in there) and not (n.worded and 0 < n.value < 1 and any(n.value * v in values for v in values if v > 1))]


def _figures(value: float) -> int:
    """Significant figures of a number as written: 1 of 90, 2 of 91, 3 of 0.912."""
    return len(f"{abs(value):.9g}".replace(".", "").strip("0"))


def _same(claimed: Number, there: Number) -> bool:
    if claimed.unit and there.unit and claimed.unit != there.unit:
        return False
    if there.unit == "." != claimed.unit and there.worded:
        return False
    if claimed.unit == "x" and not there.unit and not there.worded and there.value.is_integer():
        return False  # `10 benchmarks` are no `10 times`
    c, v = claimed.value, there.value
    if abs(c - v) <= 1e-9 * max(1.0, abs(v)):
        return {claimed.hedge, there.hedge} != {"<", ">"}
    for one, part in ((claimed, c), (there, v)):
        if one.worded and 0 < part < 1:
            c, v = (100 * c if one is claimed else c), (100 * v if one is there else v)
            if abs(c - v) < 0.5:
                return True
    near = v != 0 and abs(c - v) / abs(v) < 0.06 and float(f"{c:.2g}") == c and _figures(c) < _figures(v)
    return near and {"": False, "~": True, ">": v >= c, "<": v <= c}[claimed.hedge]
