"""Whatever the text or bytes, reading gives ordered spans inside the text, or a RagdigestError."""

import contextlib

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ragdigest.errors import RagdigestError
from ragdigest.passages import passages_of
from ragdigest.reading.decode import decode_text
from ragdigest.reading.forms import digests_in
from ragdigest.reading.html import html_text
from ragdigest.reading.pdf import pdf_text
from ragdigest.reading.sentences import sentence_spans
from ragdigest.reading.weeks import front_matter, week_in, week_of_name
from ragdigest.words import query_terms, terms

#: Pieces of digests in all forms, to be put together wrongly.
PIECES = [
    "# ", "## Week (July 7 - July 13) - 2025\n", "## (Dec 1 - 7)\n", "\n", "\r\n", "\n\n", "| 1) ", "| 2) ", "**Otter** - ", " | [Paper](https://arxiv.org/abs/2507.00001) |\n",
    "**1. Otter**\n", "**2. Newt**\n", "### 1. A\n", "### 2. B\n", "1. ", "2. ", "논문 소개\n", "제목\n", "수달은 산다. ", "He swims, e.g. far. ", "<br>", "●", "* ", "82.8 ", "<think>", "et al. ",
    ":one:", "---\nweek: 2025-W37\n---\n", "[", "](", "\ufeff", "ᄀ", "|", "---\n", "0월 0일 ~ 99일", "2025/99/99 ~ 0", "\t", "\x00", "\ud800", "\u2028", "\x0b", "\r", ";", "x" * 300,
]  # fmt: skip
TAGS = [
    "<p>", "</p>", "<table>", "<tr>", "<td>", "</table>", "<ol>", "<ul start=x>", "<ol start='99999999999999999999'>", "<li>", "</ol>", "<a href='https://x.y/(z)'>", "</a>", "<b>", "</b>",
    "<h1>", "</h1>", "<main>", "<template>", "<!--", "-->", "<![CDATA[", "<br>", "<svg>", "<frameset>", "text ", "1. ", "&amp;", "&#0;", "&#xd800;", "<", "수달 ", "<body", "</body>", "<math>",
]  # fmt: skip
texts = st.one_of(st.text(max_size=150), st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
pages = st.one_of(st.text(max_size=150), st.lists(st.sampled_from(TAGS), max_size=40).map("".join))
quick = settings(max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])


def ordered(spans: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether non-empty spans follow one another from `start` to `end`."""
    edges = [start, *(edge for span in spans for edge in span), end]
    return edges == sorted(edges) and all(a < b for a, b in spans)


@quick
@given(texts)
def test_entries_their_prose_and_their_passages_stand_in_order_in_the_text(text):
    for digest in digests_in(text, None)[0]:
        assert digest.entries
        assert ordered([(e.start, e.end) for e in digest.entries], 0, len(text))
        for entry in digest.entries:
            assert ordered(list(entry.body), entry.start, entry.end)
            passages = passages_of(text, entry)
            assert passages
            assert ordered([(p.start, p.end) for p in passages], entry.start, entry.end)
            for p in passages:
                assert ordered(list(p.sentences), p.start, p.end)


@quick
@given(texts)
def test_sentences_stand_in_order_in_the_text_and_lose_no_letter(text):
    spans = sentence_spans(text, 0, len(text))
    assert ordered(spans, 0, len(text))
    kept = "".join(text[a:b] for a, b in spans)
    assert [c for c in kept if "가" <= c <= "힣"] == [c for c in text if "가" <= c <= "힣"]
    assert kept.count("82.8") == text.count("82.8")


@quick
@given(st.one_of(st.binary(max_size=200), texts.map(lambda t: t.encode("utf-8", "surrogatepass"))))
def test_bytes_are_text_or_an_error(data):
    with contextlib.suppress(RagdigestError):
        assert isinstance(decode_text(data, "a.txt"), str)


@quick
@given(st.text(alphabet=st.characters(min_codepoint=1, exclude_categories=["Cs"]), max_size=200).filter(lambda t: not t.startswith("\ufeff")))
def test_utf8_gives_its_own_characters_back(text):
    assert decode_text(text.encode(), "a.txt") == text
    assert decode_text(text.encode("utf-8-sig"), "a.txt") == text


@quick
@given(pages)
def test_a_page_is_text_or_an_error(page):
    with contextlib.suppress(RagdigestError):
        assert isinstance(html_text(page, "a.html"), str)


@quick
@given(st.binary(max_size=200))
def test_a_damaged_pdf_is_text_or_an_error(data):
    with contextlib.suppress(RagdigestError):
        assert "\n\n" not in pdf_text(b"%PDF-1.4\n" + data, "a.pdf")


@quick
@given(texts)
def test_weeks_end_after_they_start_and_front_matter_ends_in_the_text(text):
    length, stated = front_matter(text)
    assert 0 <= length <= len(text)
    assert all(week.start <= week.end for week in (week_in(text), week_of_name(text), stated) if week)


@quick
@given(texts)
def test_a_text_with_a_letter_has_terms_and_so_has_its_question(text):
    assert bool(terms(text)) == bool(query_terms(text))
    assert all(query_terms(text))
    assert all(term == term.lower() for term in terms(text))
