"""Finds digests and entries in decoded text, whatever the form. Knows nothing of files or indexes.

One idea serves all forms: an item opens with a mark (`**1. Title**`, `### 1. Title`,
`1.  **Title** …`, `| 1) …`, `1. …`, or a title above `논문 소개`) and runs to the next mark.
The mark that numbers the longest run 1, 2, 3 … is the form of the digest.
"""

import re
from dataclasses import dataclass
from datetime import date

from ..records import Digest, Entry, Lang, Week
from . import titles, weeks
from .sentences import lang_of, sentence_spans, trimmed

NUMBER = r"(?P<n>\d{1,3})[.)]"
STYLES = {
    "row": re.compile(r"^[ \t]*\|[ \t]*" + NUMBER + r"[ \t]*(?P<rest>.*)$", re.M),
    "bold": re.compile(r"^[ \t]*\*\*[ \t]*" + NUMBER + r"[ \t]*(?P<title>[^\n]+?)[ \t]*\*\*[ \t]*\r?$", re.M),
    "heading": re.compile(r"^#{1,6}[ \t]+(?:\*\*)?" + NUMBER + r"[ \t]+(?P<title>[^\n]+?)(?:\*\*)?[ \t#]*\r?$", re.M),
    "list": re.compile(r"^[ \t]*" + NUMBER + r"[ \t]+(?P<rest>\*\*[^\n*]+?\*\*[^\n]*)$", re.M),
    "plain": re.compile(r"^[ \t]*" + NUMBER + r"[ \t]+(?P<rest>\S[^\n]*)$", re.M),
}
ROUNDUP = re.compile(r"^(?P<title>[^\n]+)\n\s*\n(?:[ \t]*(?:#{1,6}[ \t]*|\*\*)?)논문 ?소개(?:\*\*)?[ \t]*\r?$|^(?P<title2>[^\n]+)\n[ \t]*(?:#{1,6}[ \t]*|\*\*)?논문 ?소개(?:\*\*)?[ \t]*\r?$", re.M)
HEADING = re.compile(r"^(?:#{1,6}[ \t]+(?P<a>[^\n]+?)[ \t#]*|(?P<b>\[[^\n\]]+\][^\n]*|[^\n|]{0,60}\bof the Week\b[^\n|]{0,60}))\r?$", re.M)
ANY_HEADING = re.compile(r"^#{1,6}[ \t]+(?P<title>[^\n]+?)[ \t#]*\r?$", re.M)
NOISE = re.compile(
    r"^[ \t]*(?:#{1,6}[ \t]*|\*\*)?(?:논문 ?소개|논문 ?초록(?:[ \t]*\(Abstract\))?|논문 ?링크|더 ?읽어 ?보기|초록|Abstract|원문|Author:[^\n]*|URL:[^\n]*|PyTorchKR[^\n]*|[-=*_]{3,}"
    r"|\|?[ \t:|-]*-{3,}[-:| \t]*|\|[ \t]*(?:\*\*)?(?:Paper|논문)(?:\*\*)?[ \t]*\|[^\n]*"
    r"|(?:(?:\[[^\]\n]*\]\([^)\n]*\)|논문|트윗|코드|블로그|Paper|Tweet|Code|Blog)[ \t|,·]*)+)(?:\*\*)?[ \t]*\r?$", re.M)
FOOTER = re.compile(r"^[ \t]*(?::[a-z_]+:[^\n]*|\d+개의 좋아요)[ \t]*\r?$", re.M)
LINK = re.compile(r"\[(?P<label>[^\]\n]{1,120})\]\((?P<url>[^)\s]+)\)")
ARXIV = re.compile(r"(?:arxiv\.org/(?:abs|pdf|html)|huggingface\.co/papers|alphaxiv\.org/abs)/(\d{4}\.\d{4,5})", re.I)
TAIL_LINKS = re.compile(r"(?:[\s|,·_]*\[[^\]\n]*\]\([^)\n]*\))*[\s|,·_]*$")


@dataclass(frozen=True)
class Mark:
    """Where an item opens, its number, its title (None: part of the text), and where its text begins and must end."""

    start: int
    number: int
    title: str | None
    body: int
    limit: int | None = None


def digests_in(text: str, named: Week | None) -> tuple[list[Digest], list[str]]:
    """All digests of a source, and notes on what had to be guessed. `named` is the week the file name tells."""
    skip, stated = weeks.front_matter(text)
    notes: list[str] = []
    found = []
    for title, week, start, end in sections(text, skip):
        digest, note = digest_of(text, title, week or stated or named, start, end)
        if digest.entries:
            found.append(digest)
        notes += note
    return found, notes


def sections(text: str, skip: int) -> list[tuple[str, Week | None, int, int]]:
    """(title, week, start, end) of each week's issue; the whole text is one where headings name no two weeks."""
    heads = [h for h in HEADING.finditer(text, skip) if not STYLES["heading"].match(text, h.start())]
    dated: list[tuple[str, Week, int, int]] = []
    near: date | None = None
    for head in heads:
        title = (head["a"] or head["b"]).strip()
        week = weeks.week_in(title, near)
        if week:
            near = week.start
            if not dated or dated[-1][1] != week:
                dated.append((title, week, head.start(), head.end()))
    starts = [d[2] for d in dated]
    out = [(t, w, e, nxt) for (t, w, _, e), nxt in zip(dated, [*starts[1:], len(text)], strict=False)]
    lone = [(h["a"] or h["b"]).strip() for h in heads[:1]] or [text[skip:].strip().split("\n", 1)[0].strip()[:80]]
    if not out:
        return [(lone[0], None, skip, len(text))]
    if len(out) == 1:
        return [(out[0][0], out[0][1], out[0][2] if not marks_in(text, skip, starts[0]) else skip, len(text))]
    return out


def marks_in(text: str, start: int, end: int) -> list[Mark]:
    """Marks of the style with the longest run of numbers from 1 up; ties go to the more telling style."""
    best: list[Mark] = []
    for style, pattern in STYLES.items():
        run: list[Mark] = []
        for m in pattern.finditer(text, start, end):
            if int(m["n"]) == len(run) + 1:
                groups = m.groupdict()
                at = m.start("rest") if groups.get("rest") is not None else m.end()
                opens = trimmed(text, m.start(), m.end())[0] if style != "row" else m.start("n")
                run.append(Mark(opens, len(run) + 1, groups.get("title"), at, m.end() if style == "row" else None))
        if len(run) > len(best) and (len(run) > 1 or style != "plain"):
            best = run
    return best


def numbered(text: str) -> bool:
    """Whether a text holds papers in a known form."""
    return bool(marks_in(text, 0, len(text)) or roundup_marks(text, 0, len(text)))


def roundup_marks(text: str, start: int, end: int) -> list[Mark]:
    """Titles above the line `논문 소개`."""
    marks = []
    for m in ROUNDUP.finditer(text, start, end):
        group = "title" if m["title"] else "title2"
        title = re.sub(r"^(?:[#*\s]|:[a-z0-9_]+:)+|[*#\s]+$", "", m[group])
        marks.append(Mark(m.start(group), len(marks) + 1, title, m.end(group)))
    return marks


def digest_of(text: str, title: str, week: Week | None, start: int, end: int) -> tuple[Digest, list[str]]:
    """The digest in `text[start:end]`, and what to tell the reader about how it was read."""
    notes: list[str] = []
    marks = roundup_marks(text, start, end) or marks_in(text, start, end)
    if not marks:
        marks, how = other_marks(text, start, end)
        if marks:
            notes.append(f"no numbered papers under {title[:60]!r}: read by {how}")
    stops = [*(m.start for m in marks[1:]), _before_footer(text, marks[-1].body, end) if marks else end]
    entries = [entry for mark, stop in zip(marks, stops, strict=False) if (entry := entry_of(text, mark, stop))]
    overview = overview_of(text, title, start, marks[0].start if marks else end)
    if overview:
        entries.insert(0, overview)
    return Digest(_plain(title), week, tuple(entries)), notes


def _before_footer(text: str, start: int, end: int) -> int:
    """Where the last entry ends: before a forum's closing lines, where there are any."""
    found = FOOTER.search(text, start, end)
    return found.start() if found else end


def other_marks(text: str, start: int, end: int) -> tuple[list[Mark], str]:
    """Items of a text in no known form: its headings, else its paragraphs."""
    heads = [m for m in ANY_HEADING.finditer(text, start, end)]
    marks = [Mark(m.start(), i, _plain(m["title"]), m.end()) for i, m in enumerate(heads, 1)]
    if len(marks) > 1 or (marks and sentence_spans(text, marks[0].body, end)):
        return marks, "headings"
    blocks = [m for m in re.finditer(r"\S(?:[^\n]|\n(?!\s*\n))*", text[start:end]) if LETTERS.search(m[0])]
    return [Mark(start + m.start(), i, None, start + m.start()) for i, m in enumerate(blocks, 1)], "paragraphs"


LETTERS = re.compile(r"[^\W\d_]{2}")


def entry_of(text: str, mark: Mark, stop: int) -> Entry | None:
    """The entry from `mark` to `stop`; None where it holds neither title nor text."""
    stop = min(stop, mark.limit or stop)
    close = max(mark.body, stop - len(TAIL_LINKS.search(text[mark.body : stop])[0]))
    title, body = (mark.title, mark.body) if mark.title is not None else titles.split(text, mark.body, close)
    title = _plain(title)
    spans = tuple(prose_spans(text, body, max(close, body)))
    if not title and not spans:
        return None
    end = spans[-1][1] if spans else min(close, len(text[:body].rstrip())) if body > mark.start else close
    region = text[mark.start : stop]
    return Entry(mark.number, title, mark.start, end, spans, langs_of(text, spans, title), links_in(region), arxiv_of(region))


def overview_of(text: str, title: str, start: int, end: int) -> Entry | None:
    """The prose between a digest's heading and its first entry, worth searching though no paper's."""
    spans = [s for s in prose_spans(text, start, end) if s[1] - s[0] >= 60 and not LINK.match(text, s[0])]
    if not spans:
        return None
    return Entry(0, _plain(title), spans[0][0], spans[-1][1], tuple(spans), langs_of(text, tuple(spans), title), {}, None)


def prose_spans(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Spans of prose between noise lines (labels, rules, footers, bare links)."""
    spans, at = [], start
    for noise in [*NOISE.finditer(text, start, end), None]:
        stop = noise.start() if noise else end
        low, high = trimmed(text, at, max(at, stop))
        if high > low and re.search(r"\w", text[low:high]):
            spans.append((low, high))
        at = noise.end() if noise else end
    return spans


def langs_of(text: str, spans: tuple[tuple[int, int], ...], title: str) -> tuple[Lang, ...]:
    """Languages of an entry's paragraphs, the one with most letters first."""
    weight = {Lang.KO: 0, Lang.EN: 0}
    for start, end in spans:
        for block in re.split(r"\n\s*\n", text[start:end]):
            lang = lang_of(block)
            weight[lang] += len(block) * (2 if lang is Lang.KO else 1)  # a Hangul syllable says about two letters
    if not any(weight.values()):
        return (lang_of(title),)
    most = sum(weight.values())
    return tuple(lang for lang, size in sorted(weight.items(), key=lambda i: -i[1]) if size >= 0.12 * most)


def links_in(region: str) -> dict[str, str]:
    """Web addresses by label, in order; a placeholder such as `[논문](Paper)` is no address."""
    links: dict[str, str] = {}
    for m in LINK.finditer(region):
        label, url = m["label"].strip(" *_"), m["url"]
        if url.startswith(("http://", "https://")):
            while label in links:
                label += "′"
            links[label] = url
    return links


def arxiv_of(region: str) -> str | None:
    """The arXiv id of the paper link, else of the only arXiv link."""
    for label, url in links_in(region).items():
        found = ARXIV.search(url)
        if found and label.rstrip("′").lower() in ("paper", "논문", "arxiv", "abstract", "pdf"):
            return found[1]
    found = set(ARXIV.findall(region))
    return found.pop() if len(found) == 1 else None


def _plain(title: str) -> str:
    """A title without Markdown marks, emoji codes and doubled blanks."""
    title = LINK.sub(lambda m: m["label"], title)
    title = re.sub(r"\*+|`|:[a-z_0-9]{2,30}:|<[^>]{1,20}>", "", title).replace("\\", "")
    return re.sub(r"\s+", " ", title).strip(" -–—:|\t\r\n")
