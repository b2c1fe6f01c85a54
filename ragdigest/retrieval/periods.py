"""Understands the period a question asks for, in Korean or English. Knows nothing of indexes.

`2024년 3월에 나온 MoE 논문` asks for MoE papers of weeks that begin in March 2024. Months and
days without a year are the last ones up to `newest`; `last week` and `지난달` count from `today`.
"""

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from ..reading.weeks import MONTHS

NAMES = "january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec"
Y = r"(?P<y{0}>20\d\d)"
KY = r"(?:(?<!\d)(?P<y{0}>20\d\d|[1-3]\d(?=\s*년\s*\d{{1,2}}\s*월))\s*년|(?P<rel{0}>재작년|작년|지난해|올해|금년))"
TO = r"\s*(?:부터|에서|~|-|–|—)\s*"
SEASONS = {"봄": (3, 5), "여름": (6, 8), "가을": (9, 11), "spring": (3, 5), "summer": (6, 8), "fall": (9, 11), "autumn": (9, 11)}
ORDER = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
COUNT = {"한": 1, "두": 2, "세": 3, "네": 4, "one": 1, "two": 2, "three": 3, "four": 4, "six": 6, "a": 1, "couple of": 2, "few": 3}


HINT = re.compile(r"\d|지난|이번|저번|작년|올해|금년|재작년|최근|최신|\b(?:last|past|previous|this|since|after|before|until|in|during|from|latest|newest|most recent)\b", re.I)


@dataclass(frozen=True)
class Period:
    """Days from `since` to `until`, either open, and the question without the words that said so."""

    since: date | None
    until: date | None
    rest: str


@dataclass(frozen=True)
class _Clock:
    today: date
    newest: date

    def year(self, groups: dict[str, str | None], n: int, month: int | None = None) -> int:
        """The year a match names, relatively or not; else the last in which the month had begun by `newest`."""
        if groups.get(f"y{n}"):
            year = int(groups[f"y{n}"] or 0)
            return year if year > 100 else 2000 + year
        relative = groups.get(f"rel{n}")
        if relative:
            return self.today.year - {"올해": 0, "금년": 0, "작년": 1, "지난해": 1, "재작년": 2}[relative]
        return self.newest.year if month is None or month <= self.newest.month else self.newest.year - 1


Rule = tuple[re.Pattern[str], Callable[[dict[str, str | None], _Clock], tuple[date | None, date | None]]]


def period_of(question: str, today: date, newest: date) -> Period | None:
    """The period a question names first, None where it names none that exists."""
    if not HINT.search(question):
        return None
    clock = _Clock(today, newest)
    for pattern, days in rules():
        match = pattern.search(question)
        if not match:
            continue
        try:
            since, until = days(match.groupdict(), clock)
        except ValueError:
            continue
        if since and until and since > until:
            continue
        rest = question[: match.start()] + " " + question[match.end() :]
        return Period(since, until, " ".join(rest.split()))
    return None


def _month(year: int, first: int, last: int | None = None) -> tuple[date, date]:
    last = last or first
    year_end = year + (last < first)
    return date(year, first, 1), date(year_end, last, monthrange(year_end, last)[1])


def _number(word: str | None) -> int:
    word = (word or "1").lower()
    return int(word) if word.isdecimal() else COUNT.get(word, MONTHS.get(word[:3], 1))


def _ko_days(g: dict[str, str | None], clock: _Clock) -> tuple[date, date]:
    first = int(g["m1"] or 1)
    year = clock.year(g, 1, first)
    last = int(g.get("m2") or first)
    year_end = int(g["y2"]) if g.get("y2") else year + (last < first)
    return date(year, first, int(g["d1"] or 1)), date(year_end, last, int(g["d2"] or 1))


def _ko_months(g: dict[str, str | None], clock: _Clock) -> tuple[date, date]:
    first, last = int(g["m1"] or 1), int(g["m2"] or 1)
    year = clock.year(g, 1, first)
    return date(year, first, int(g.get("d1") or 1)), _month(int(g["y2"]) if g.get("y2") else year + (last < first), last)[1]


def _en_days(g: dict[str, str | None], clock: _Clock) -> tuple[date, date]:
    first = _number(g.get("m1") or g.get("m2"))
    last = _number(g.get("m2") or g.get("m1"))
    year_end = clock.year({"y1": g.get("y2") or g.get("y1")}, 1, last)
    year = int(g["y1"]) if g.get("y1") else year_end - (first > last)
    return date(year, first, int(g["d1"] or 1)), date(year_end, last, int(g["d2"] or 1))


def _en_months(g: dict[str, str | None], clock: _Clock) -> tuple[date, date]:
    first, last = _number(g["m1"]), _number(g["m2"])
    year_end = clock.year({"y1": g.get("y2") or g.get("y1")}, 1, last)
    year = int(g["y1"]) if g.get("y1") else year_end - (first > last)
    return _month(year, first)[0], _month(year_end, last)[1]


def _part(g: dict[str, str | None], clock: _Clock) -> tuple[date, date]:
    year, part = clock.year(g, 1), (g["part"] or "").lower()
    months = {"초": (1, 4), "초반": (1, 4), "초기": (1, 4), "중반": (5, 8), "중순": (5, 8), "말": (9, 12), "후반": (9, 12), "연말": (9, 12), "상반기": (1, 6), "하반기": (7, 12),
              "early": (1, 4), "mid": (5, 8), "late": (9, 12), "the start of": (1, 4), "the beginning of": (1, 4), "the end of": (9, 12), "the middle of": (5, 8), **SEASONS}
    if part in ("겨울", "winter"):
        return date(year, 12, 1), _month(year + 1, 2)[1]
    if part in ("first half", "1st half"):
        return _month(year, 1, 6)
    if part in ("second half", "2nd half"):
        return _month(year, 7, 12)
    return _month(year, *months[part])


def _quarter(g: dict[str, str | None], clock: _Clock) -> tuple[date, date]:
    quarter = ORDER.get((g["q"] or "").lower()) or int(g["q"] or 1)
    return _month(clock.year(g, 1), 3 * quarter - 2, 3 * quarter)


def _weeks_ago(g: dict[str, str | None], clock: _Clock) -> tuple[date, date]:
    """Whole weeks, months or years counted back: `지난주`, `last month`, `최근 3개월`."""
    unit, many = g["unit"] or "", g.get("n")
    today = clock.today
    if many:
        days = {"주": 7, "w": 7, "달": 30.5, "개": 30.5, "m": 30.5, "년": 365, "해": 365, "y": 365, "일": 1, "d": 1}[unit[0].lower()]
        return today - timedelta(round(days * _number(many))), today
    back = 0 if (g["which"] or "").lower() in ("이번", "이", "this") else 1
    if unit[0] in "주w":
        monday = today - timedelta(today.weekday() + 7 * back)
        return monday, monday + timedelta(6)
    if unit[0] in "달m":
        month = today.month - back or 12
        return _month(today.year - (back and today.month == 1), month)
    return _month(today.year - back, 1, 12)


def _edge(span: Callable[[dict[str, str | None], _Clock], tuple[date | None, date | None]]):
    """`since`, `before`, `이후`, `까지`: one side of a span stays open."""

    def days(g: dict[str, str | None], clock: _Clock) -> tuple[date | None, date | None]:
        since, until = span(g, clock)
        word = (g["edge"] or "").lower()
        if word in ("since", "이후", "이래", "부터", "from"):
            return since, None
        if word in ("after", "이후로", "후"):
            return (until or date.min) + timedelta(1), None
        if word in ("before", "이전", "전"):
            return None, (since or date.max) - timedelta(1)
        return None, until

    return days


def _ko_one(g: dict[str, str | None], clock: _Clock) -> tuple[date, date]:
    """A Korean day, month or year."""
    month = int(g["m1"]) if g.get("m1") else None
    year = clock.year(g, 1, month)
    if month and g.get("d1"):
        day = date(year, month, int(g["d1"] or 1))
        return day, day
    return _month(year, month) if month else _month(year, 1, 12)


def _en_one(g: dict[str, str | None], clock: _Clock) -> tuple[date, date]:
    """An English day, month or year."""
    if not g.get("m1"):
        return _month(clock.year(g, 1), 1, 12)
    month = _number(g["m1"])
    year = clock.year(g, 1, month)
    if g.get("d1"):
        day = date(year, month, int(g["d1"] or 1))
        return day, day
    return _month(year, month)


def _week_of(g: dict[str, str | None], clock: _Clock) -> tuple[date, date]:
    day = (_ko_one if (g["m1"] or "").isdecimal() else _en_one)(g, clock)[0]
    monday = day - timedelta(day.weekday())
    return monday, monday + timedelta(6)


def _iso(g: dict[str, str | None], clock: _Clock) -> tuple[date, date]:
    since = date.fromisoformat(g["a"] or "")
    return since, date.fromisoformat(g["b"]) if g.get("b") else since + timedelta(6)


def _newest(g: dict[str, str | None], clock: _Clock) -> tuple[date, date]:
    return clock.newest, clock.newest + timedelta(6)


def _iso_week(g: dict[str, str | None], clock: _Clock) -> tuple[date, date]:
    monday = date.fromisocalendar(clock.year(g, 1), int(g["w"] or 0), 1)
    return monday, monday + timedelta(6)


def _rule(pattern: str, days: Callable) -> tuple[str, Callable]:
    return pattern, days


@lru_cache(maxsize=1)
def rules() -> list[Rule]:
    """RULES compiled, when a question first hints at a period."""
    return [(re.compile(pattern, re.I), days) for pattern, days in RULES]


KO_END = r"(?:\s*(?:까지|사이에?|동안|간))*(?:의|에|에서)?(?:\s*(?:나온|발표된|공개된|소개된|다룬|실린|올라온|출시된))?"
MON = "(?P<m{0}>" + NAMES + ")"
DAY = r"(?P<d{0}>\d{{1,2}})(?:st|nd|rd|th)?"
RULES = [
    _rule(r"(?P<a>20\d\d-\d\d-\d\d)\s*(?:부터|에서|~|to|and|–|-|through|until)\s*(?P<b>20\d\d-\d\d-\d\d)" + KO_END, _iso),
    _rule(KY.format(1) + r"?\s*(?P<m1>\d{1,2})월\s*(?P<d1>\d{1,2})일?" + TO + r"(?:(?P<y2>20\d\d)년\s*)?(?:(?P<m2>\d{1,2})월\s*)?(?P<d2>\d{1,2})일" + KO_END, _ko_days),
    _rule(KY.format(1) + r"?\s*(?P<m1>\d{1,2})월(?:\s*(?P<d1>\d{1,2})일)?" + TO + r"(?:(?P<y2>20\d\d)년\s*)?(?P<m2>\d{1,2})월\s*말" + KO_END, _ko_months),
    _rule(KY.format(1) + r"?\s*(?P<m1>\d{1,2})월\s*(?P<d1>\d{1,2})일\s*(?:이\s*있는\s*|에\s*시작하는\s*|로\s*시작하는\s*|의\s*)?주(?:간|차)?(?:에|의)?" + KO_END, _week_of),
    _rule(KY.format(1) + r"?\s*(?P<m1>\d{1,2})월?" + TO + r"(?:(?P<y2>20\d\d)년\s*)?(?P<m2>\d{1,2})월" + KO_END, _ko_months),
    _rule(KY.format(1) + r"\s*(?P<part>상반기|하반기|초반|초기|초|중반|중순|연말|후반|말|봄|여름|가을|겨울)" + KO_END, _part),
    _rule(KY.format(1) + r"\s*(?P<q>[1-4])\s*(?:사)?분기" + KO_END, _quarter),
    _rule(KY.format(1) + r"?\s*(?P<m1>\d{1,2})월(?:\s*(?P<d1>\d{1,2})일)?\s*(?P<edge>이후로|이후|이래|부터|이전|까지)(?:에|의)?(?:\s*(?:나온|발표된|공개된))?", _edge(_ko_one)),
    _rule(KY.format(1) + r"\s*(?P<edge>이후로|이후|이래|부터|이전|까지)(?:에|의)?(?:\s*(?:나온|발표된|공개된))?", _edge(_ko_one)),
    _rule(KY.format(1) + r"\s*(?P<m1>\d{1,2})월(?:\s*(?P<d1>\d{1,2})일)?" + KO_END, _ko_one),
    _rule(r"(?<!\d)(?P<m1>1[0-2]|[1-9])월(?!\d)(?:에|의|달)" + KO_END, _ko_one),
    _rule(KY.format(1) + r"(?:도)?" + KO_END, _ko_one),
    _rule(r"(?:(?:가장|제일)\s*최근|최신)\s*(?:주(?:차|간)?|다이제스트)(?:의|에)?(?![가-힣])(?:\s*(?:나온|실린|올라온))?", _newest),
    _rule(r"\b(?:in|from|of)?\s*(?:the\s+)?(?:latest|newest|most recent)\s+(?:week|digest|issue)\b(?:['’]s)?", _newest),
    _rule(r"(?<![\w-])(?:" + Y.format(1) + r"-)?W(?P<w>[0-5]\d)(?![A-Za-z\d_-])(?:의|에)?(?:\s*(?:나온|실린))?", _iso_week),
    _rule(r"(?P<which>지난|이번|저번)\s*(?P<unit>주|달)(?![가-힣]*[장요])(?:에|의|간)?(?:\s*(?:나온|발표된|새로 나온))?", _weeks_ago),
    _rule(r"(?:최근|지난)\s*(?P<n>\d+|한|두|세|네)\s*(?P<unit>주|달|개월|년|해|일)(?:\s*(?:간|동안|사이에?|내에?|안에))?(?:의|에)?(?:\s*(?:나온|발표된))?", _weeks_ago),
    _rule(r"(?:between|from)\s+(?:" + MON.format(1) + r"\s+)?" + DAY.format(1) + r"(?:,?\s*" + Y.format(1) + r")?\s*(?:and|to|until|through|till|-|–)\s*(?:" + MON.format(2) + r"\s+)?" + DAY.format(2) + r",?\s*" + Y.format(2), _en_days),
    _rule(r"(?:between|from)\s+(?:the\s+)?" + DAY.format(1) + r"(?:\s+(?:of\s+)?" + MON.format(1) + r")?(?:\s+" + Y.format(1) + r")?\s*(?:and|to|until|through|till|-|–)\s*(?:the\s+)?" + DAY.format(2) + r"\s+(?:of\s+)?" + MON.format(2) + r"(?:,?\s*" + Y.format(2) + ")?", _en_days),
    _rule(r"(?:between|from)?\s*\b" + MON.format(1) + r"\s+" + DAY.format(1) + r"\s*(?:and|to|until|through|-|–)\s*(?:" + MON.format(2) + r"\s+)?" + DAY.format(2) + r"\b(?:,?\s*" + Y.format(2) + ")?", _en_days),
    _rule(r"(?:(?:between|from|in|during)\s+)?\b" + MON.format(1) + r"(?:\s+" + Y.format(1) + r")?\s*(?:and|to|until|through|-|–)\s*" + MON.format(2) + r"\s+(?:of\s+)?" + Y.format(2), _en_months),
    _rule(r"(?:(?:in|during|from|of|for|throughout)\s+)?(?:the\s+)?(?P<part>first half|second half|1st half|2nd half|the start of|the beginning of|the end of|the middle of|early|mid|late|spring|summer|fall|autumn|winter)[\s-]+(?:of\s+|in\s+)?" + Y.format(1), _part),
    _rule(r"(?:(?:in|during|from|of|for)\s+)?(?:the\s+)?(?P<q>first|second|third|fourth|[1-4](?:st|nd|rd|th))\s+quarter\s+(?:of\s+|in\s+)?" + Y.format(1), _quarter),
    _rule(r"(?:(?:in|during|from|of|for)\s+)?\bq(?P<q>[1-4])\s*(?:of\s+|in\s+)?" + Y.format(1), _quarter),
    _rule(r"(?:in\s+|during\s+|for\s+)?(?:the\s+)?week\s+(?:of|from|starting|beginning)\s+(?:on\s+)?" + MON.format(1) + r"\s+" + DAY.format(1) + r"(?:,?\s*" + Y.format(1) + ")?", _week_of),
    _rule(r"\b(?P<edge>since|after|before|until|up to|through)\s+(?:the\s+)?(?:" + DAY.format(1) + r"\s+)?" + MON.format(1) + r"\b(?:,?\s*" + Y.format(1) + ")?", _edge(_en_one)),
    _rule(r"\b(?P<edge>since|after|before|until|up to|through)\s+" + Y.format(1) + r"\b", _edge(_en_one)),
    _rule(r"(?:(?:in|during|from|of|for|the weeks? of)\s+)*\b" + MON.format(1) + r"\s+(?:of\s+)?" + Y.format(1) + r"\b", _en_one),
    _rule(r"\b(?:in|during|from)\s+(?:the\s+(?:month|weeks?)\s+of\s+)?" + MON.format(1) + r"\b(?!\s+\d)", _en_one),
    _rule(r"\b(?:in|during|from|of|throughout)\s+(?:the\s+year\s+)?" + Y.format(1) + r"\b(?!-)", _en_one),
    _rule(r"\b(?:in|over|during|from)?\s*(?:the\s+)?(?:last|past|previous)\s+(?P<n>\d+|two|three|four|six|few|couple of)\s+(?P<unit>weeks?|months?|years?|days?)\b", _weeks_ago),
    _rule(r"\b(?:in|over|during|from)?\s*(?:the\s+)?(?P<which>last|this|past|previous)\s+(?P<unit>week|month|year)(?:['’]s)?\b", _weeks_ago),
]
