"""Weeks of headings, file names, front matter and `--week`; every expected day was read off a calendar."""

import unicodedata
from datetime import date, timedelta
from pathlib import Path

import pytest

from ragdigest.errors import RagdigestError
from ragdigest.reading import read_source
from ragdigest.reading.forms import digests_in
from ragdigest.reading.weeks import front_matter, parse_week, week_in, week_of_name
from ragdigest.records import Week

MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"]


def days(week: Week | None) -> str | None:
    return f"{week.start}..{week.end}" if week else None


def once(wrong: str, *values):
    """A case that was read wrongly once, with what was wrong."""
    return pytest.param(*values, id=wrong)


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("Top Papers of the Week (July 7 - July 13) - 2025", "2025-07-07..2025-07-13"),
        ("Top Papers of the Week (Jan 9-15) - 2023", "2023-01-09..2023-01-15"),
        ("Top Papers of the Week (Jan 30-Feb 5) 2023", "2023-01-30..2023-02-05"),
        ("Sept 8–14, 2025", "2025-09-08..2025-09-14"),
        ("September 8th to 14th, 2025", "2025-09-08..2025-09-14"),
        ("22–28 September 2025", "2025-09-22..2025-09-28"),
        ("29 September – 5 October 2025", "2025-09-29..2025-10-05"),
        ("[2025/07/07 ~ 13] 이번 주 논문", "2025-07-07..2025-07-13"),
        ("[2025/07/28 ~ 08/03] 이번 주 논문", "2025-07-28..2025-08-03"),
        ("주간 논문 (2025-09-08 ~ 2025-09-14)", "2025-09-08..2025-09-14"),
        ("주간 논문 2025.09.08 ~ 09.14", "2025-09-08..2025-09-14"),
        ("주간 논문 · 2025년 9월 22일 ~ 28일", "2025-09-22..2025-09-28"),
        ("주간 논문 2025년 9월 29일~10월 5일", "2025-09-29..2025-10-05"),
        ("Digest 2025-W37", "2025-09-08..2025-09-14"),
        ("Digest of 128 papers, July 7 - 13, 2025", "2025-07-07..2025-07-13"),
        once("Korean dates are looked for in composed Hangul only", unicodedata.normalize("NFD", "주간 논문 2025년 9월 22일 ~ 28일"), "2025-09-22..2025-09-28"),
    ],
)
def test_a_heading_tells_its_week(heading, expected):
    assert days(week_in(heading)) == expected


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("(December 30 - January 5) - 2025", "2024-12-30..2025-01-05"),
        ("(December 29, 2025 - January 4, 2026)", "2025-12-29..2026-01-04"),
        ("30 December 2024 – 5 January 2025", "2024-12-30..2025-01-05"),
        ("[2024/12/30 ~ 2025/01/05]", "2024-12-30..2025-01-05"),
        ("[2024/12/30 ~ 01/05]", "2024-12-30..2025-01-05"),
        ("2025년 12월 29일 ~ 2026년 1월 4일", "2025-12-29..2026-01-04"),
        ("2025년 12월 29일 ~ 1월 4일", "2025-12-29..2026-01-04"),
        ("2020-W53", "2020-12-28..2021-01-03"),
        ("2025-W01", "2024-12-30..2025-01-05"),
    ],
)
def test_a_week_over_new_year_ends_in_the_later_year(heading, expected):
    assert days(week_in(heading)) == expected


@pytest.mark.parametrize(
    "heading",
    ["Weekly papers", "GPT-4 in 2025", "July 7 - July 13", "9월 22일 ~ 28일", "(Feb 30 - Mar 5) - 2025", "2025/13/01 ~ 07", "2025-W53", "2025-W60", "2025-09-14 ~ 2025-09-08", "Jan 1 - Dec 31, 2024"],
)
def test_a_heading_without_a_whole_week_tells_none(heading):
    assert week_in(heading) is None


@pytest.mark.parametrize(
    ("heading", "near", "expected"),
    [
        ("(December 25 - December 31)", date(2024, 1, 1), "2023-12-25..2023-12-31"),
        ("(Dec 18-24)", date(2023, 12, 25), "2023-12-18..2023-12-24"),
        ("(Dec 30 - Jan 5)", date(2025, 1, 6), "2024-12-30..2025-01-05"),
        ("(Feb 26 - Mar 3)", date(2024, 3, 4), "2024-02-26..2024-03-03"),
        ("12월 25일 ~ 31일", date(2024, 1, 1), "2023-12-25..2023-12-31"),
    ],
)
def test_a_heading_without_a_year_is_the_last_such_week_before_the_one_above(heading, near, expected):
    assert days(week_in(heading, near)) == expected


def test_two_years_of_headings_in_descending_order_get_their_years():
    mondays = [date(2024, 1, 8) - timedelta(7 * i) for i in range(110)]
    texts = []
    for number, monday in enumerate(mondays):
        sunday = monday + timedelta(6)
        year = " - 2024" if number == 0 else ""
        texts.append(f"## Papers of the Week ({MONTHS[monday.month - 1]} {monday.day} - {MONTHS[sunday.month - 1]} {sunday.day}){year}\n\n| 1) **Otter** - swims. | |\n")
    found, _ = digests_in("\n".join(texts), None)
    assert [d.week for d in found] == [Week(m, m + timedelta(6)) for m in mondays]
    assert found[-1].week.start == date(2021, 12, 6)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("2025-W37.md", "2025-09-08..2025-09-14"),
        ("2025-W37-ko.txt", "2025-09-08..2025-09-14"),
        ("papers_2025w37.html", "2025-09-08..2025-09-14"),
        ("2025-09-14.md", "2025-09-08..2025-09-14"),
        ("digest-2025-09-08-en.md", "2025-09-08..2025-09-14"),
        ("20250914.txt", "2025-09-08..2025-09-14"),
        ("2025-01-01.md", "2024-12-30..2025-01-05"),
        ("2025-13-01.md", None),
        ("2025-W60.md", None),
        ("arxiv-2509.01234.txt", None),
        ("week37.md", None),
        ("000_0cf1b9.txt", None),
    ],
)
def test_a_file_name_tells_its_week(name, expected):
    assert days(week_of_name(name)) == expected


@pytest.mark.parametrize(
    ("text", "rest", "expected"),
    [
        ("---\nweek: 2025-W37\n---\nOtters.", "Otters.", "2025-09-08..2025-09-14"),
        ("---\r\ntitle: x\r\ndate: '2025-09-14'\r\n---\r\nOtters.", "Otters.", "2025-09-08..2025-09-14"),
        ("\ufeff---\n날짜: 2025-09-14\n---\nOtters.", "Otters.", "2025-09-08..2025-09-14"),
        ("---\nweek: 2025-09-08 ~ 2025-09-14\n---\n", "", "2025-09-08..2025-09-14"),
        ("---\nupdate: 2025-09-14\n---\nOtters.", "Otters.", None),
        ("---\nweek: 37\n---\nOtters.", "Otters.", None),
        ("Otters.\n---\nweek: 2025-W37\n---\n", "Otters.\n---\nweek: 2025-W37\n---\n", None),
        once("only the first of `date:` and `week:` is read, even where it tells no week", "---\ndate: soon\nweek: 2025-W37\n---\n", "", "2025-09-08..2025-09-14"),
        once("`date:` (when it was published) beats `week:` where it stands first", "---\ndate: 2025-09-15\nweek: 2025-W37\n---\n", "", "2025-09-08..2025-09-14"),
    ],
)
def test_front_matter_tells_the_week_and_where_the_text_begins(text, rest, expected):
    length, week = front_matter(text)
    assert (text[length:], days(week)) == (rest, expected)


@pytest.mark.parametrize("value", ["2025-W37", "2025-09-14", "2025-09-08..2025-09-14", "2025-09-08 ~ 2025-09-14", " 2025-09-08/2025-09-14 "])
def test_the_week_option_takes_a_week_a_day_or_a_range(value):
    assert days(parse_week(value)) == "2025-09-08..2025-09-14"


@pytest.mark.parametrize("value", ["", "next week", "37", "2025-W54", "2025-02-30..2025-03-02", "2025-09-14..2025-09-08"])
def test_the_week_option_names_a_value_it_cannot_read_and_what_to_give(value):
    with pytest.raises(RagdigestError) as error:
        parse_week(value)
    assert repr(value) in str(error.value)
    assert "2025-W37" in str(error.value)


HEADING = "# Papers (2025-07-07 ~ 2025-07-13)\n\n"
ITEMS = "**1. Otter**\nOtters swim.\n\n**2. Beaver**\nBeavers build.\n"
FRONT = "---\nweek: 2025-W20\n---\n\n"
NAME_WINS = "the file name stands below front matter and --week; the issue puts it above them"


@pytest.mark.parametrize(
    ("name", "text", "option", "expected"),
    [
        ("2025-W37.md", FRONT + HEADING + ITEMS, "2025-W30", "2025-07-07"),
        ("a.md", FRONT + HEADING + ITEMS, None, "2025-07-07"),
        ("a.md", HEADING + ITEMS, "2025-W30", "2025-07-07"),
        ("2025-W37.md", ITEMS, None, "2025-09-08"),
        ("2025-09-14.md", "# Papers (September 8 - September 14)\n\n" + ITEMS, None, "2025-09-08"),
        ("a.md", FRONT + ITEMS, None, "2025-05-12"),
        ("a.md", ITEMS, "2025-W30", "2025-07-21"),
        ("a.md", ITEMS, None, None),
        once(NAME_WINS, "2025-W37.md", FRONT + ITEMS, None, "2025-09-08"),
        once(NAME_WINS, "2025-W37.md", ITEMS, "2025-W30", "2025-09-08"),
    ],
)
def test_the_heading_then_the_file_name_then_front_matter_or_the_option_tell_the_week(tmp_path: Path, name, text, option, expected):
    (tmp_path / name).write_text(text, encoding="utf-8")
    (digest,) = read_source(tmp_path / name, name, parse_week(option) if option else None).digests
    assert (str(digest.week.start) if digest.week else None) == expected
