"""Numerals as words: Korean native and Sino-Korean, English. Knows nothing of digits or sentences."""

import re

ONES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
TENS = dict(zip(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], range(20, 100, 10), strict=True))
SCALE = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12, "dozen": 12}
WORDS = [*ONES[1:], *TENS]
VALUES = {**{w: n for n, w in enumerate(ONES)}, **TENS}
OTHER = {"half": 0.5, "halves": 0.5, "halved": 0.5, "twice": 2, "double": 2, "doubles": 2, "doubled": 2, "doubling": 2, "tripled": 3, "thrice": 3, "quarter": 0.25}
_WORD = "|".join(sorted([*WORDS, *SCALE], key=len, reverse=True))
#: A run of number words that is more than `one`, a multiple (`threefold`), or one of OTHER.
WORDED = re.compile(rf"\b(?:{'|'.join(OTHER)})\b|\b(?:{'|'.join(WORDS)})-?fold\b|\b(?:an? )?(?:{_WORD})(?:(?:[ -]|(?<=hundred) and |(?<=thousand) and )(?:{_WORD})){{0,8}}\b", re.I)
MONTHS = re.compile(r"\b(January|February|March|April|June|July|August|September|October|November|December|May(?=,? \d))\b(?! (?:of|on) the\b)")

ORDINALS = {w: n for n, w in enumerate(["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"], 1)} | {w: n for n, w in enumerate(["첫", "두", "세", "네", "다섯", "여섯", "일곱", "여덟", "아홉", "열"], 1)}
#: A place in an order, spelled out: `first stage`, `두 번째 단계`.
ORDINAL = re.compile(rf"\b({'|'.join(w for w in ORDINALS if w.isascii())})\b|(?<![가-힣])({'|'.join(w for w in ORDINALS if not w.isascii())}) ?번?째", re.I)

NATIVE = {"두": 2, "둘": 2, "세": 3, "셋": 3, "석": 3, "네": 4, "넷": 4, "넉": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9}
HANGUL = {**NATIVE, "열": 10, **{f"열{w}": 10 + n for w, n in {"한": 1, "하나": 1, **NATIVE}.items()}, "스무": 20, "스물": 20, **{f"스물{w}": 20 + n for w, n in {"한": 1, **NATIVE}.items()}, "서른": 30, "마흔": 40, "쉰": 50}
COUNTER = r"개|가지|배|명|번(?!째)|종|단계|층|편|곳|달|주(?![의로요])|해|시간|장(?![점치면])|쪽|갈래|축|건|점|라운드|문항|모델|벤치마크|과제|논문|방법|분야|언어|에이전트|데이터셋|도구|경로|기준|모듈|갈래|차원|부류|범주|영역|설정|조건|팀|차례|군데|줄|구간"
#: Short native numerals need what they count, or stand alone before a noun; longer ones and 둘, 셋, 넷 may take particles.
COUNTERS = re.compile(
    rf"(?<![가-힣])(?P<word>(?:{'|'.join(sorted((k for k in HANGUL if len(k) > 1), key=len, reverse=True))}|둘|셋|넷)(?=\s|{COUNTER}|[은는이가을를로의과와도,.]|입니다|이다|$)"
    rf"|(?!세종)(?:두|세|석|네|넉|열)(?=\s?(?:{COUNTER}))|(?:두|세)(?=\s[가-힣A-Za-z]))"
)
SINO = {"일": 1, "이": 2, "삼": 3, "사": 4, "오": 5, "육": 6, "칠": 7, "팔": 8, "구": 9, "십": 10}
SINO_RUN = re.compile(rf"(?<![가-힣])((?:[이삼사오육칠팔구]?[천백십]){{1,3}}[일이삼사오육칠팔구]?)([만억조]?)(한|두|세|네)?\s?(?={COUNTER}|퍼센트|%|년|달러|토큰|만(?![가-힣])|$|[은는이가을를의으])")


#: `an order of magnitude`, `two orders of magnitude`.
MAGNITUDES = re.compile(r"\b(an?|one|two|three|[1-6])[ -]orders?[ -]of[ -]magnitude", re.I)


def english_value(text: str) -> float:
    """The value of number words: `four hundred thousand`, `a hundred and one`, `tenfold`, `half`."""
    text = text.lower()
    if text in OTHER:
        return OTHER[text]
    total, part = 0.0, 0.0
    for word in re.split(r"[ -]+", text.replace("fold", "")):
        if word in VALUES:
            part += VALUES[word]
        elif word in SCALE:
            part = max(part, 1) * SCALE[word]
            if SCALE[word] >= 1000:
                total, part = total + part, 0.0
    return total + part


def sino_value(match: re.Match[str]) -> float:
    """`백`, `오십`, `백만`, `백한`: the value of a Sino-Korean numeral."""
    value, part = 0.0, 0.0
    for c in match[1]:
        if c in "천백십":
            value += (part or 1) * {"천": 1000, "백": 100, "십": 10}[c]
            part = 0.0
        else:
            part = SINO[c]
    value = (value + part) * {"만": 1e4, "억": 1e8, "조": 1e12}.get(match[2], 1)
    return value + {"한": 1, "두": 2, "세": 3, "네": 4}.get(match[3] or "", 0)
