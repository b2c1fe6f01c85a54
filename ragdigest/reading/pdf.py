"""Text of a PDF, with pages joined and lines reflowed. Knows nothing of digests.

pypdf in plain mode keeps Hangul exact and columns in order. What is added here: running
headers and page numbers leave, and lines broken by the page width are joined again.
"""

import io
import logging
import re
import unicodedata
from collections import Counter

from ..errors import RagdigestError

MAX_PAGES = 2000
BLOCK = re.compile(r"^\s*(?:#{1,6}\s|\d{1,3}[.)]\s|[●•▪*-]\s|\|)")
LABEL = re.compile(r"논문 ?(?:소개|링크|초록.{0,12})|더 ?읽어 ?보기|(?:논문|Paper)\s?[|,].{0,40}|-{3,}")
HANGUL_EDGES = re.compile(r"([가-힣]+)$"), re.compile(r"^([가-힣]+)")


def pdf_text(data: bytes, name: str) -> str:
    """The extracted text of a PDF. Raises RagdigestError for an encrypted, damaged or over-long one."""
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise RagdigestError(f"{name} is an encrypted PDF; save it without a password")
        if len(reader.pages) > MAX_PAGES:
            raise RagdigestError(f"{name} has {len(reader.pages)} pages; PDFs over {MAX_PAGES} pages are not read: split it")
        pages = [page.extract_text().splitlines() for page in reader.pages]
    except RagdigestError:
        raise
    except Exception as error:  # a damaged file makes pypdf raise whatever it trips over
        if "cryptography" in str(error):
            raise RagdigestError(f"{name} is an encrypted PDF; save it without encryption") from error
        raise RagdigestError(f"{name} is not a whole PDF ({type(error).__name__}); download or export it again") from error
    return reflow(without_running_lines(pages))


def without_running_lines(pages: list[list[str]]) -> list[str]:
    """All lines but page numbers and the headers or footers that most pages repeat."""
    edges = Counter(_shape(line) for page in pages for line in {*page[:2], *page[-2:]})
    running = {shape for shape, count in edges.items() if count >= max(3, 0.6 * len(pages))}
    lines = []
    for page in pages:
        last = len(page) - 1
        for number, line in enumerate(page):
            at_edge = number < 2 or number > last - 2
            if not (at_edge and (_shape(line) in running or re.fullmatch(r"\s*[-–]?\s*\d{1,4}(?:\s*/\s*\d+)?\s*[-–]?\s*", line))):
                lines.append(line)
    return lines


def _shape(line: str) -> str:
    return re.sub(r"\d+", "0", line.strip())


def reflow(lines: list[str]) -> str:
    """One line a paragraph or item: a line runs on into the next where the next one's first word did not fit on it."""
    widths = sorted(_width(line.strip()) for line in lines if line.strip())
    full = 0.94 * widths[int(0.97 * (len(widths) - 1))] if widths else 0
    known = Counter(re.findall(r"[가-힣]+", "\n".join(lines)))
    out: list[str] = []
    last = ""
    for line in lines:
        text = line.strip()
        if not text:
            last = ""
            continue
        fits = _width(last) + 1 + _width(text.split(" ", 1)[0]) < full
        alone = BLOCK.match(text) or LABEL.fullmatch(text) or LABEL.fullmatch(last.strip())
        if last and not fits and not alone:
            out[-1] += _glue(last, line, out[-1], known) + text
        else:
            out.append(text)
        last = line.rstrip("\n")
    return "\n".join(out) + "\n" if out else ""


def _width(text: str) -> int:
    """Columns a text takes; Hangul takes two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _glue(before: str, line: str, joined: str, known: Counter) -> str:
    """The blank between two lines: none after a hyphen, or where the halves of a Hangul word meet elsewhere whole."""
    if before.endswith(" ") or line.startswith(" "):
        return "" if joined.endswith(" ") else " "
    if re.search(r"[A-Za-z]-$", joined):
        return ""
    left, right = HANGUL_EDGES[0].search(joined), HANGUL_EDGES[1].search(line.strip())
    if left and right and known[left[1] + right[1]]:
        return ""
    return " "
