"""Finds digests and entries in decoded text, whatever the form. Knows nothing of files or indexes.

One idea serves all forms: an item opens with a mark (`**1. Title**`, `### 1. Title`,
`1.  **Title** …`, `| 1) …`, `1. …`, or a title above `논문 소개`) and runs to the next mark.
The mark that numbers the longest run 1, 2, 3 … is the form of the digest.
"""

import re
from dataclasses import dataclass, replace
from datetime import date

from ..records import Digest, Entry, Lang, Week
from . import hangul, titles, weeks
from .sentences import lang_of, sentence_spans, trimmed

NUMBER = r"(?P<n>\d{1,3})[.)]"
STYLES = {
    "row": re.compile(r"^[ \t]{0,8}\|[ \t]{0,8}" + NUMBER + r"[ \t]{0,8}(?P<rest>.*)$", re.M),
    "bold": re.compile(r"^[ \t]{0,8}\*\*[ \t]{0,8}" + NUMBER + r"[ \t]{0,8}(?P<title>[^\n]{1,300}?)[ \t]{0,8}\*\*[ \t]{0,8}\r?$", re.M),
    "run-in": re.compile(r"^[ \t]{0,8}\*\*[ \t]{0,8}" + NUMBER + r"[ \t]{0,8}(?P<title>[^\n*]{1,300})\*\*[ \t]{1,8}(?P<rest>\S[^\n]*)$", re.M),
    "heading": re.compile(r"^#{1,6}[ \t]{1,8}(?:\*\*)?" + NUMBER + r"[ \t]{1,8}(?P<title>[^\n]{1,300}?)(?:\*\*)?[ \t#]{0,8}\r?$", re.M),
    "list": re.compile(r"^[ \t]{0,8}" + NUMBER + r"[ \t]{1,8}(?P<rest>\*\*[^\n*]{1,300}\*\*[^\n]*)$", re.M),
    "plain": re.compile(r"^[ \t]{0,8}" + NUMBER + r"[ \t]{1,8}(?P<rest>\S[^\n]*)$", re.M),
}
#: Numbers a digest may leave out between two papers.
GAP = 3
INTRODUCTION = re.compile(r"^[ \t]{0,8}(?:#{1,6}[ \t]{0,8}|\*\*)?논문 ?소개(?:\*\*)?[ \t]{0,8}\r?$", re.M)
HEADING = re.compile(r"^(?:#{1,6}[ \t]{1,8}(?P<a>[^\n]{1,300}?)[ \t#]{0,8}|(?P<b>\[[^\n\]]{1,80}\][^\n]{0,200}|(?![-*+] )[^\n|]{0,60}\bof the Week\b[^\n|]{0,60}))\r?$", re.M)
ANY_HEADING = re.compile(r"^(?P<level>#{1,6})[ \t]{1,8}(?P<title>[^\n]{1,300}?)[ \t#]{0,8}\r?$", re.M)
FIRST_LINE = re.compile(r"\s*(?P<line>[^\n]{1,160})")
NOISE = re.compile(
    r"^[ \t]{0,8}(?:#{1,6}[ \t]{0,8}|\*\*)?(?:논문 ?소개|논문 ?초록(?:[ \t]?\(Abstract\))?|논문 ?링크|더 ?읽어 ?보기|초록|Abstract|원문|(?:Author|URL):[^\n]*|PyTorchKR[^\n]*|[-=*_]{3,}"
    r"|\|?[ \t:|-]{0,200}-{3,}[-:| \t]*|\|[ \t]{0,8}(?:\*\*)?(?:Paper|논문)(?:\*\*)?[ \t]*\|[^\n]*|https?://\S+"
    r"|(?:(?:\[[^\]\n]{0,200}\]\([^)\n]{0,500}\)|논문|트윗|코드|블로그|Paper|Tweet|Code|Blog)[ \t|,·]{0,8}){1,12})(?:\*\*)?[ \t]{0,8}\r?$", re.M)
FOOTER = re.compile(r"^[ \t]{0,8}(?::[a-z_]+:[^\n]*|\d+개의 좋아요)\r?$", re.M)
LINK = re.compile(r"\[(?P<label>[^\]\n]{1,120})\]\((?P<url>[^)\s]+)\)")
ADDRESS = re.compile(r"(?<![(\w])https?://[^\s<>|)\]]+")
TAG = re.compile(r"</?(?:br|b|i|em|strong|sub|sup|code|span|a|p|u)\b[^>]{0,60}>", re.I)
ARXIV = re.compile(r"(?:arxiv\.org/(?:abs|pdf|html)|huggingface\.co/papers|alphaxiv\.org/abs)/(\d{4}\.\d{4,5})", re.I)
TAIL_LINK = re.compile(r"\[[^\]\n]{0,200}\]\([^)\n]{0,500}\)$|(?<=\s)(?:논문|Paper)\s?\|\s?(?:트윗|Tweet)$")
TAIL_MARKS = " \t\r\n|,·_"


@dataclass(frozen=True)
class Mark:
    """Where an item opens, its number, its title (None: part of the text), and where its text begins and must end."""

    start: int
    number: int
    title: str | None
    body: int
    limit: int | None = None


def digests_in(text: str, named: Week | None = None, stated: Week | None = None) -> tuple[list[Digest], list[str]]:
    """All digests of a source, and notes on what had to be guessed. A week in the text wins,
    then that of the file name (`named`), then front matter, then what the user said (`stated`)."""
    text, offsets = hangul.compose(text)
    skip, written = weeks.front_matter(text)
    notes: list[str] = []
    found = []
    for title, week, start, end in sections(text, skip):
        digest, note = digest_of(text, title, week or named or written or stated, start, end)
        if digest.entries:
            found.append(replace(digest, entries=tuple(hangul.back(e, offsets) for e in digest.entries)))
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
    first = FIRST_LINE.match(text, skip)
    if not dated and first and (week := weeks.week_in(first["line"])):
        dated.append((first["line"].strip(), week, first.start("line"), first.end()))
    starts = [d[2] for d in dated]
    out = [(t, w, e, nxt) for (t, w, _, e), nxt in zip(dated, [*starts[1:], len(text)], strict=False)]
    if not out:
        return [((heads[0]["a"] or heads[0]["b"]).strip() if heads else "", None, skip, len(text))]
    if len(out) == 1:
        return [(out[0][0], out[0][1], out[0][2] if not marks_in(text, skip, starts[0]) else skip, len(text))]
    return out


def marks_in(text: str, start: int, end: int) -> list[Mark]:
    """Marks of the style with the longest run of numbers from 1 up; bare numbers only where nothing else tells papers.

    A run may leave out a few numbers, or, as Markdown lets lists, call every item 1.
    """
    best: tuple[bool, int, list[Mark]] = (False, 0, [])
    for style, pattern in STYLES.items():
        found = list(pattern.finditer(text, start, end))
        run = _ascending(found)
        if style != "plain" and len(run) == 1 and len(found) > 1 and all(m["n"] == "1" for m in found):
            run = found
        if len(run) < 2 and style == "plain":
            continue
        if (len(run) > 1 and style != "plain", len(run)) > best[:2]:
            best = (len(run) > 1 and style != "plain", len(run), [_mark(text, style, m, n) for n, m in enumerate(run, 1)])
    return best[2]


def _ascending(found: list[re.Match[str]]) -> list[re.Match[str]]:
    run: list[re.Match[str]] = []
    for m in found:
        last = int(run[-1]["n"]) if run else 0
        if last < int(m["n"]) <= last + (GAP if run else 1):
            run.append(m)
    return run


def _mark(text: str, style: str, m: re.Match[str], position: int) -> Mark:
    groups = m.groupdict()
    body = m.start("rest") if groups.get("rest") is not None else m.end()
    opens = m.start("n") if style == "row" else trimmed(text, m.start(), m.end())[0]
    return Mark(opens, max(int(m["n"]), position if m["n"] == "1" else 0), groups.get("title"), body, m.end() if style == "row" else None)


def numbered(text: str) -> bool:
    """Whether a text holds papers in a known form."""
    return bool(marks_in(text, 0, len(text)) or roundup_marks(text, 0, len(text)))


def roundup_marks(text: str, start: int, end: int) -> list[Mark]:
    """Titles above the lines `논문 소개`."""
    marks: list[Mark] = []
    for label in INTRODUCTION.finditer(text, start, end):
        stop = len(text[start : label.start()].rstrip()) + start
        opens = text.rfind("\n", start, stop) + 1 or start
        line = text[opens:stop]
        if line.strip():
            title = re.sub(r"^(?:[#*\s]|:[a-z0-9_]+:)+", "", line).strip("*# \t\r")
            marks.append(Mark(opens, len(marks) + 1, title, stop))
    return marks


def digest_of(text: str, title: str, week: Week | None, start: int, end: int) -> tuple[Digest, list[str]]:
    """The digest in `text[start:end]`, and what to tell the reader about how it was read."""
    notes: list[str] = []
    marks = roundup_marks(text, start, end) or marks_in(text, start, end)
    if not marks or _only_lists(text, marks, start, end):
        marks, how = other_marks(text, start, end)
        notes.append(f"no numbered papers under {title[:60]!r}: {f'read by {how}' if marks else 'nothing to read'}")
    stops = [*(m.start for m in marks[1:]), _before_footer(text, marks[-1].body, end) if marks else end]
    entries = [entry for mark, stop in zip(marks, stops, strict=False) if (entry := entry_of(text, mark, stop))]
    overview = overview_of(text, title, start, marks[0].start if marks else end)
    if overview:
        entries.insert(0, overview)
    return Digest(_plain(title), week, tuple(entries)), notes


def _before_footer(text: str, start: int, end: int) -> int:
    """Where the last entry ends: before a forum's closing lines, where there are any."""
    line = text.find("\n", start, end)
    found = FOOTER.search(text, line + 1, end) if line >= 0 else None
    return found.start() if found else end


def _only_lists(text: str, marks: list[Mark], start: int, end: int) -> bool:
    """Whether the numbers found are lists below headings that tell the papers."""
    bare = STYLES["plain"].match(text, text.rfind("\n", 0, marks[0].start) + 1)
    return bool(bare) and not STYLES["list"].match(text, bare.start()) and len(ANY_HEADING.findall(text, start, end)) > 1


def other_marks(text: str, start: int, end: int) -> tuple[list[Mark], str]:
    """Items of a text in no known form: its headings, else its paragraphs, whose first words serve as titles."""
    heads = list(ANY_HEADING.finditer(text, start, end))
    stops = [*(h.start() for h in heads[1:]), end]
    told = [h for h, stop in zip(heads, stops, strict=False) if sentence_spans(text, h.end(), stop)]
    if told:
        return [Mark(h.start(), n, _plain(h["title"]), h.end()) for n, h in enumerate(told, 1)], "headings"
    blocks = [m for m in re.finditer(r"\S(?:[^\n]|\n(?=[^\n]*\S))*", text[start:end]) if LETTERS.search(m[0]) and not NOISE.fullmatch(m[0])]
    return [Mark(start + m.start(), n, _opening(m[0]), start + m.start()) for n, m in enumerate(blocks, 1)], "paragraphs"


def _opening(block: str) -> str:
    """The first sentence of a paragraph, or the first words of a long one."""
    spans = sentence_spans(block, 0, len(block))
    line = _plain(block[slice(*spans[0])] if spans else block)
    return line if len(line) <= 80 else line[:80].rsplit(" ", 1)[0] + "…"


LETTERS = re.compile(r"[^\W\d_]{2}")


def entry_of(text: str, mark: Mark, stop: int) -> Entry | None:
    """The entry from `mark` to `stop`; None where it holds neither title nor text."""
    stop = min(stop, mark.limit or stop)
    close = _before_links(text, mark.body, stop)
    title, body = (mark.title, mark.body) if mark.title is not None else titles.split(text, mark.body, close)
    title = _plain(title)
    spans = tuple(prose_spans(text, body, max(close, body)))
    if not title and not spans:
        return None
    bare = body if body > mark.start else max(close, stop)
    end = spans[-1][1] if spans else mark.start + len(text[mark.start : bare].rstrip())
    if end <= mark.start:
        return None
    region = text[mark.start : stop]
    return Entry(mark.number, title, mark.start, end, spans, langs_of(text, spans, title), links_in(region), arxiv_of(region))


def _before_links(text: str, start: int, stop: int) -> int:
    """Where an item's prose ends: before the links and marks that close it."""
    while True:
        stop = start + len(text[start:stop].rstrip(TAIL_MARKS))
        link = TAIL_LINK.search(text, max(start, stop - 720), stop)
        if not link:
            return stop
        stop = link.start()


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
    for m in ADDRESS.finditer(region):
        if m[0].rstrip(".,;") not in links.values():
            links["link" + "′" * sum(k.startswith("link") for k in links)] = m[0].rstrip(".,;")
    return links


def arxiv_of(region: str) -> str | None:
    """The arXiv id of the paper link, else of the only arXiv link."""
    for label, url in links_in(region).items():
        found = ARXIV.search(url)
        if found and label.rstrip("′").lower() in ("paper", "논문", "arxiv", "abstract", "pdf", "link"):
            return found[1]
    found = set(ARXIV.findall(region))
    return found.pop() if len(found) == 1 else None


def _plain(title: str) -> str:
    """A title without Markdown marks, emoji codes and doubled blanks."""
    title = LINK.sub(lambda m: m["label"], title)
    title = re.sub(r"\*+|`|:[a-z_0-9]{2,30}:", "", TAG.sub("", title)).replace("\\", "")
    return re.sub(r"\s+", " ", title).strip(" -–—:|\t\r\n")
