"""Numbers in Korean and English prose, by value: `1만 6천`, `16,000`, `16K` and `sixteen thousand` are one.

Knows nothing of sentences or sources. Numbers inside names (GPT-4o, A800, 7B of Qwen3-7B) are none.
"""

import re
import unicodedata
from dataclasses import dataclass

ONES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
TENS = dict(zip(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], range(20, 100, 10), strict=True))
ENGLISH = {**{w: n for n, w in enumerate(ONES) if n > 1}, **TENS, **{f"{t}{j}{w}": v + n for t, v in TENS.items() for n, w in enumerate(ONES[:10]) if n for j in "- "}}
WORDED = {"half": 0.5, "halves": 0.5, "halved": 0.5, "twice": 2, "double": 2, "doubles": 2, "doubled": 2, "doubling": 2, "triple": 3, "triples": 3, "tripled": 3, "thrice": 3, "quarter": 0.25, "dozen": 12, "twofold": 2, "threefold": 3, "fourfold": 4}
FRACTIONS = {"half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fourth": 4, "fourths": 4, "fifth": 5, "fifths": 5, "tenth": 10, "tenths": 10}
NATIVE = {"두": 2, "둘": 2, "세": 3, "셋": 3, "석": 3, "네": 4, "넷": 4, "넉": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9}
KOREAN = {**NATIVE, "열": 10, **{f"열{w}": 10 + n for w, n in {"한": 1, "하나": 1, **NATIVE}.items()}, "스무": 20, "스물": 20, **{f"스물{w}": 20 + n for w, n in {"한": 1, **NATIVE}.items()}, "서른": 30, "마흔": 40, "쉰": 50}
SINO = {"이": 2, "삼": 3, "사": 4, "오": 5, "육": 6, "칠": 7, "팔": 8, "구": 9, "십": 10}
SCALES = {"백": 100, "천": 1e3, "만": 1e4, "억": 1e8, "조": 1e12, "hundred": 100, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "k": 1e3, "K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}

DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
NAMED = re.compile(r"[A-Za-z가-힣]*[A-Za-z](?:[A-Za-z.]*[-_.]?\d[A-Za-z\d]*)(?:[-_.]+[A-Za-z\d]+)*|@\d+|(?<=[A-Za-z])[-_]\d[\w.]*")
KOREAN_RUN = re.compile(rf"(?:(?:{DIGITS})\s?(?:[백천]?[만억조]|[백천])(?=[\s\d가-힣.,)]|$)\s?)+(?:(?:{DIGITS})(?![\d.]*[%A-Za-z]))?")
PARTS = re.compile(rf"({DIGITS})?\s?([만억조천백]?)")
LATIN_SCALED = re.compile(rf"({DIGITS})\s?-?(hundred|thousand|million|billion|trillion)\b|({DIGITS})([kKMBT])(?![A-Za-z])", re.A)
PLAIN = re.compile(rf"(?<![\d.])(?:{DIGITS})")
WORD = re.compile(r"\b(" + "|".join(sorted(map(re.escape, [*ENGLISH, *WORDED]), key=len, reverse=True)) + r")\b(?:[ -](hundred|thousand|million|billion|trillion)\b)?", re.I)
PART_OF = re.compile(r"\b(a|one|two|three|four)[ -](half|halves|thirds?|quarters?|fourths?|fifths?|tenths?)\b", re.I)
IN_TEN = re.compile(r"\b(\d+|" + "|".join(ONES[1:]) + r") (?:\w+ )?(?:in|out of) (?:every )?(ten|a hundred|10|100)\b", re.I)
OF_PARTS = re.compile(r"(\d+|[이삼사오육칠팔구십])\s?분의\s?(\d+|[일이삼사오육칠팔구])")
HANGUL = re.compile(r"(?<![가-힣])(" + "|".join(sorted(KOREAN, key=len, reverse=True)) + r")(?=\s|개|가지|배|명|번|종|단계|층|편|곳|달|주(?!의|로|요)|해|시간|장(?!점|치|면)|쪽|갈래|축|[은는이가을를로의와과도,.]\s?|$)")
HALF = re.compile(r"절반|반으로|(?<![가-힣])반(?=[을이만의])")
BOTH = re.compile(r"(?:두|둘|the two)(?:(?!\.\s).){0,14}(?:모두|다(?=\s)|각각|both)|둘 다|\bthe (?:two|three|four)\b", re.I)
HEDGE = re.compile(r"(?:약|대략|거의|얼추|about|around|roughly|nearly|almost|over|more than|less than|fewer than|close to|under|up to|some|approximately|~|≈)\s*$|^\s?\S{0,3}\s?(?:조금 |약간 |살짝 )?(?:가까|가량|남짓|정도|넘|이상|이하|미만|쯤|안팎|못 미|못미|달하|or so)", re.I)
SMALL = 20


@dataclass(frozen=True)
class Number:
    """A value and where it stands; `worded` where it is spelled out, `hedged` where it is said to be rough."""

    value: float
    start: int
    end: int
    worded: bool = False
    hedged: bool = False


def numbers(text: str) -> list[Number]:
    """The numbers of a text in order; `one`, `한` and ordinals are none."""
    text = unicodedata.normalize("NFKC", text)
    left = NAMED.sub(lambda m: " " * len(m[0]), text)
    found: list[Number] = []

    def take(pattern: re.Pattern[str], value_of, worded: bool = False) -> None:
        nonlocal left
        for m in pattern.finditer(left):
            value = value_of(m)
            if value is not None:
                hedged = bool(HEDGE.search(text[max(0, m.start() - 14) : m.start()]) or HEDGE.search(text[m.end() : m.end() + 10]))
                found.append(Number(float(value), m.start(), m.end(), worded, hedged))
        left = pattern.sub(lambda m: " " * len(m[0]), left)

    take(OF_PARTS, lambda m: _small(m[2]) / _small(m[1]) if _small(m[1]) else None, True)
    take(IN_TEN, lambda m: (_digits(m[1]) if m[1].isdigit() else ONES.index(m[1].lower())) / {"ten": 10, "10": 10}.get(m[2].lower(), 100), True)
    take(KOREAN_RUN, _korean_run)
    take(LATIN_SCALED, lambda m: _digits(m[1] or m[3]) * SCALES[m[2].lower() if m[2] else m[4]])
    take(PLAIN, lambda m: _digits(m[0]))
    take(PART_OF, lambda m: {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4}[m[1].lower()] / FRACTIONS[m[2].lower()], True)
    take(BOTH, lambda m: None)
    take(WORD, lambda m: {**ENGLISH, **WORDED}[m[1].lower()] * (SCALES[m[2].lower()] if m[2] else 1), True)
    take(HANGUL, lambda m: KOREAN[m[1]], True)
    take(HALF, lambda m: 0.5, True)
    return sorted(found, key=lambda n: n.start)


def digits_in_names(text: str) -> list[Number]:
    """The numbers that names hold, as a reader may write them apart: 512 of GSM8K-512, 3.1 and 8 billion of Llama-3.1-8B."""
    return [Number(_digits(d[1]) * SCALES.get(d[2], 1), m.start(), m.end()) for m in NAMED.finditer(text) for d in re.finditer(r"(\d+(?:\.\d+)*?)([KMBT]?)(?![\d.])", m[0]) if d[1].count(".") < 2]


def _digits(text: str) -> float:
    return float(text.replace(",", ""))


def _small(text: str) -> float:
    return float(text) if text.isdigit() else {"일": 1, **SINO}.get(text, 0)


def _korean_run(match: re.Match[str]) -> float:
    """`3억 4천만`: parts below 만 add up until a 만, 억 or 조 multiplies them."""
    total, part = 0.0, 0.0
    run = re.sub(r"([천백])\s?(?=[만억조])", r"\1", match[0])
    for m in PARTS.finditer(run):
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
    """The claimed numbers that are not among those of a source.

    A half is fifty per cent; a number said to be rough may be the source's, rounded; a small
    count may be one that the source shows without saying (see `counted`), so those are not judged here.
    """
    values = {n.value for n in there} | {100 * n.value for n in there if n.worded and 0 < n.value < 1}
    return [n for n in claimed if not any(_same(n, v) for v in values) and not (n.worded and 0 < n.value < 1 and any(n.value * v in values for v in values if v > 1))]


def _same(claimed: Number, value: float) -> bool:
    c = claimed.value
    if abs(c - value) <= 1e-9 * max(1.0, abs(value)):
        return True
    if claimed.worded and (abs(100 * c - value) < 1e-6 or (0 < c < 1 and abs(100 * c - value) < 0.5)):
        return True
    c = 100 * c if claimed.worded and 0 < c < 1 and value > 1 else c
    return claimed.hedged and value != 0 and abs(c - value) / abs(value) < 0.06 and _rounded(c)


def _rounded(value: float) -> bool:
    """Whether a value has at most two significant figures, as rough numbers do."""
    return float(f"{value:.2g}") == value
