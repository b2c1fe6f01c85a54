"""Finds the week a digest is about. Knows nothing of entries."""

import re
import unicodedata
from datetime import date, timedelta

from ..errors import RagdigestError
from ..records import Week

MONTHS = {m: i for i, m in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)}
_MONTH = r"(?P<m{0}>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_TO = r"\s*(?:-|–|—|~|to|〜)\s*"
ENGLISH = re.compile(
    _MONTH.format(1) + r"\s+(?P<d1>\d{1,2})(?:st|nd|rd|th)?(?:,?\s*(?P<y1>20\d\d))?" + _TO
    + "(?:" + _MONTH.format(2) + r"\s+)?(?P<d2>\d{1,2})(?:st|nd|rd|th)?(?!\d)[)\]]?(?:\s*[-–,]?\s*(?P<y2>20\d\d))?", re.I)
ENGLISH_DAY_FIRST = re.compile(
    r"(?P<d1>\d{1,2})(?:\s+" + _MONTH.format(1) + r")?(?:\s+(?P<y1>20\d\d))?" + _TO
    + r"(?P<d2>\d{1,2})\s+" + _MONTH.format(2) + r"(?:,?\s*(?P<y2>20\d\d))?", re.I)
NUMERIC = re.compile(
    r"(?P<y1>20\d\d)[./-](?P<m1>\d{1,2})[./-](?P<d1>\d{1,2})\.?" + _TO
    + r"(?:(?:(?P<y2>20\d\d)[./-])?(?P<m2>\d{1,2})[./-])?(?P<d2>\d{1,2})(?![\d./-]*\d)")
KOREAN = re.compile(
    r"(?:(?P<y1>20\d\d)년\s*)?(?P<m1>\d{1,2})월\s*(?P<d1>\d{1,2})일?" + _TO
    + r"(?:(?:(?P<y2>20\d\d)년\s*)?(?P<m2>\d{1,2})월\s*)?(?P<d2>\d{1,2})일")
ISO_WEEK = re.compile(r"(?<!\d)(?P<y>20\d\d)[-_]?W(?P<w>\d{1,2})(?!\d)", re.I)
ONE_DAY = re.compile(r"(?<!\d)(?P<y>20\d\d)[-_.]?(?P<m>\d{2})[-_.]?(?P<d>\d{2})(?!\d)")
FRONT_MATTER = re.compile(r"\A\ufeff?---\r?\n(?P<body>.*?)\r?\n---\s*?(?:\r?\n|\Z)", re.S)
FIELDS = [re.compile(rf"(?mi)^(?:{names})\s*:\s*['\"]?(?P<value>[^'\"\r\n]+)") for names in ("week|주", "date|날짜")]


def week_in(text: str, near: date | None = None) -> Week | None:
    """The first date range in a heading, such as `(December 30 - January 5) - 2025` or `[2025/07/07 ~ 13]`.

    A range without a year takes the year that puts it last before `near`; without `near` it is no week.
    """
    text = unicodedata.normalize("NFC", text)
    for pattern in (NUMERIC, KOREAN, ENGLISH, ENGLISH_DAY_FIRST):
        for match in pattern.finditer(text):
            week = _week_of(match.groupdict(), near)
            if week:
                return week
    match = ISO_WEEK.search(text)
    return iso_week(int(match["y"]), int(match["w"])) if match else None


def _week_of(parts: dict[str, str | None], near: date | None) -> Week | None:
    first_month = _month(parts.get("m1")) or _month(parts.get("m2"))
    last_month = _month(parts.get("m2")) or first_month
    if not first_month:
        return None
    first_day, last_day = int(parts["d1"]), int(parts["d2"])
    turns = (last_month, last_day) < (first_month, first_day)
    if parts.get("y1"):
        first_year = int(parts["y1"])
        last_year = int(parts["y2"]) if parts.get("y2") else first_year + turns
    elif parts.get("y2"):
        last_year = int(parts["y2"])
        first_year = last_year - turns
    elif near:
        last_year = near.year if (last_month, last_day) <= (near.month, near.day) else near.year - 1
        first_year = last_year - turns
    else:
        return None
    try:
        week = Week(date(first_year, first_month, first_day), date(last_year, last_month, last_day))
    except ValueError:
        return None
    return week if timedelta(0) <= week.end - week.start <= timedelta(31) else None


def _month(word: str | None) -> int | None:
    if not word:
        return None
    return int(word) if word.isdecimal() else MONTHS[word[:3].lower()]


def iso_week(year: int, number: int) -> Week | None:
    """Monday to Sunday of an ISO week; None where the year has no such week."""
    try:
        return Week(date.fromisocalendar(year, number, 1), date.fromisocalendar(year, number, 7))
    except ValueError:
        return None


def week_of_name(name: str) -> Week | None:
    """The week a file name tells: `2025-W37`, or the ISO week of a day such as `2025-09-14` or `20250914`."""
    match = ISO_WEEK.search(name)
    if match:
        return iso_week(int(match["y"]), int(match["w"]))
    for match in ONE_DAY.finditer(name):
        try:
            day = date(int(match["y"]), int(match["m"]), int(match["d"]))
        except ValueError:
            continue
        return _around(day)
    return None


def _around(day: date) -> Week:
    monday = day - timedelta(day.weekday())
    return Week(monday, monday + timedelta(6))


def front_matter(text: str) -> tuple[int, Week | None]:
    """Length of the YAML front matter that opens a text, and the week its `week:` or `date:` tells."""
    match = FRONT_MATTER.match(text)
    if not match:
        return 0, None
    values = [found["value"] for field in FIELDS for found in field.finditer(match["body"])]
    weeks = (week_in(value) or week_of_name(value) for value in values)
    return match.end(), next((week for week in weeks if week), None)


def parse_week(value: str) -> Week:
    """`--week`: `2025-W37`, a day of it, or a range such as `2025-09-08..2025-09-14`. Raises RagdigestError."""
    days = re.fullmatch(r"\s*(20\d\d-\d\d-\d\d)\s*(?:\.\.|~|/)\s*(20\d\d-\d\d-\d\d)\s*", value)
    if days:
        try:
            week = Week(date.fromisoformat(days[1]), date.fromisoformat(days[2]))
        except ValueError:
            week = None
        if week and week.start <= week.end:
            return week
    else:
        week = week_of_name(value) or week_in(value)
        if week:
            return week
    raise RagdigestError(f"no week in {value!r}; give it as 2025-W37, 2025-09-14 or 2025-09-08..2025-09-14")
