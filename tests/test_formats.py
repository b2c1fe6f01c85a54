"""Files of every kind: HTML and PDF made here give the Markdown's papers, damaged ones a RagdigestError that helps."""

import io
import re
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from markdown_it import MarkdownIt
from pypdf import PdfWriter
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate

from ragdigest.errors import RagdigestError
from ragdigest.reading import decode, html, pdf, read_source
from ragdigest.reading.decode import decode_text
from ragdigest.reading.forms import digests_in
from ragdigest.reading.html import html_text
from ragdigest.reading.pdf import pdf_text, reflow, without_running_lines

CORPUS = Path(__file__).parents[1] / "corpus"
FONT = "HYSMyeongJo-Medium"
pdfmetrics.registerFont(UnicodeCIDFont(FONT))
BODY = ParagraphStyle("body", fontName=FONT, fontSize=10, leading=14, spaceAfter=4)
HEAD = ParagraphStyle("head", fontName=FONT, fontSize=14, leading=20, spaceAfter=6)


def known(limit: str, *values):
    """A limit that stands: pypdf's plain text does not tell a title's end."""
    return pytest.param(*values, id=limit, marks=pytest.mark.xfail(strict=True, reason=limit))


def once(wrong: str, *values):
    """A case that was read wrongly once, with what was wrong."""
    return pytest.param(*values, id=wrong)


def papers(text: str) -> list[tuple[int, str, str]]:
    """(ordinal, title, letters of the text), without blanks and the marks that a printed page lacks."""
    bare = lambda body: re.sub(r"\*\*|<br>|[\s*●]", "", body)
    return [(e.ordinal, e.title, bare("".join(text[a:b] for a, b in e.body))) for d in digests_in(text, None)[0] for e in d.entries]


def markdown(name: str, links: str = "https://arxiv.org/abs/2507.00001") -> str:
    """A file of our corpus without front matter, its placeholder links pointing to `links`."""
    text = re.sub(r"\A---\n.*?\n---\n", "", read_source(CORPUS / name, name).text, flags=re.S)
    return re.sub(r"\]\((?:Paper|Tweet)\)", f"]({links})" if links else r"\g<0>", text)


def page(text: str, breaks: bool = True) -> str:
    rendered = MarkdownIt("commonmark", {"breaks": breaks}).enable("table").render(text)
    return f"<html><head><title>x</title></head><body><nav><a href='https://e.org'>1. Home</a></nav>{rendered}<footer>2. Imprint</footer></body></html>"


def printed(text: str) -> bytes:
    """A PDF of the text: `#` lines large, a table row as its cells' lines, no Markdown marks."""
    text = re.sub(r"(?m)^\| (\d+\).*?) \| (\[Paper.*) \|$", r"\1\n\2", text)
    text = re.sub(r"\s*<br>\s*", "\n", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", re.sub(r"(?m)^(?:\|.*|---)$|\*\*|^:\w+: ", "", text)))
    lines = [line for line in text.splitlines() if line.strip()]
    out = io.BytesIO()
    SimpleDocTemplate(out).build([Paragraph(escape(line.lstrip("# ")), HEAD if line.startswith("#") else BODY) for line in lines])
    return out.getvalue()


@pytest.mark.parametrize("name", sorted(p.name for p in CORPUS.glob("*.md")))
def test_the_html_of_a_digest_gives_its_papers(name):
    source = markdown(name)
    text = html_text(page(source), name)
    assert papers(text) == papers(source)
    assert [d.week for d in digests_in(text, None)[0]] == [d.week for d in digests_in(source, None)[0]]


@pytest.mark.parametrize(
    ("name", "links", "breaks"),
    [
        once("`<p><b>1. Title</b>\\ntext</p>` without <br> goes to trafilatura, which loses the week and writes `clean\\_memory`", "2025-W37-ko.md", "https://e.org", False),
        once("the labels of relative links stay as `| Paper, Tweet` at the end of the text", "2025-W28-en.md", "", True),
        once("the labels of relative links stay as `논문 | 트윗` at the end of the text", "2025-W39-ko.md", "", True),
    ],
)
def test_plainer_html_of_a_digest_gives_its_papers_too(name, links, breaks):
    source = markdown(name, links)
    text = html_text(page(source, breaks), name)
    assert (papers(text), digests_in(text, None)[0][0].week) == (papers(source), digests_in(source, None)[0][0].week)


@pytest.mark.parametrize(
    "name",
    [
        "2025-W28-en.md",
        "2025-W42-en.md",
        "2025-W42-ko.md",
        known("a title of two lines loses the second to its text", "2025-W37-en.md"),
        once("a title over 72 % of the width swallows the line `논문 소개`: its paper is lost", "2025-W28-ko.md"),
        once("a title over 72 % of the width swallows the first lines of its text", "2025-W37-ko.md"),
    ],
)
def test_the_pdf_of_a_digest_gives_its_papers(name):
    source = markdown(name)
    assert [p[:2] for p in papers(pdf_text(printed(source), name))] == [p[:2] for p in papers(source)]


@pytest.mark.parametrize("name", ["2025-W28-en.md", once("`Paper, Tweet` is joined to a last line that is nearly full", "2025-W42-en.md"), once("`논문 | 트윗` is joined to a last line that is nearly full", "2025-W42-ko.md")])
def test_the_pdf_of_a_digest_gives_its_text(name):
    source = markdown(name)
    assert [p[2] for p in papers(pdf_text(printed(source), name))] == [p[2] for p in papers(source)]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["1. Otter", "Otters swim in the rivers of the", "north and in the lakes of the", "south."], "1. Otter\nOtters swim in the rivers of the north and in the lakes of the south.\n"),
        (["Otters swim in long-", "winded rivers and in", "lakes."], "Otters swim in long-winded rivers and in lakes.\n"),
        (["강화 학습을 쓰는 모델이 많다 강화학", "습은 어렵고 그래서 강화학습은 느리다", "끝."], "강화 학습을 쓰는 모델이 많다 강화학습은 어렵고 그래서 강화학습은 느리다 끝.\n"),
        (["Otters swim in the rivers:", "● one river of the north", "● two rivers of the south", "2. Newts hide under stones", "| 3) Toads"], "Otters swim in the rivers:\n● one river of the north\n● two rivers of the south\n2. Newts hide under stones\n| 3) Toads\n"),
        (["Otters swim in the rivers", "", "Newts hide under the stones"], "Otters swim in the rivers\nNewts hide under the stones\n"),
        ([], ""),
        once("a label after a full last line is joined to it", ["Otters swim in the rivers of the", "north and in lakes of the south.", "Paper | Tweet"], "Otters swim in the rivers of the north and in lakes of the south.\nPaper | Tweet\n"),
        known("a long title is joined to its text", ["1. Otters of all the rivers", "They swim in the rivers of the", "north and in the lakes of the", "south."], "1. Otters of all the rivers\nThey swim in the rivers of the north and in the lakes of the south.\n"),
    ],
)
def test_lines_broken_by_the_page_are_joined_and_others_are_not(lines, expected):
    assert reflow(lines) == expected


def test_page_numbers_and_repeated_headers_leave_a_pdf():
    pages = [["Weekly digest, page 1", "Otters swim.", "82.8", "They dive.", "1"], ["Weekly digest, page 2", "Newts hide.", "- 2 -"], ["Weekly digest, page 3", "Toads sit.", "3 / 3"]]
    assert without_running_lines(pages) == ["Otters swim.", "82.8", "They dive.", "Newts hide.", "Toads sit."]


HTML = [
    ("<ol><li><b>Otter</b> - swims. <a href='https://arxiv.org/abs/2507.00001'>Paper</a></li><li><b>Newt</b> - hides &lt;think&gt; &amp; waits.</li></ol>", [(1, "Otter", "swims."), (2, "Newt", "hides<think>&waits.")]),
    ("<table><tr><th>Paper</th></tr><tr><td>1) <b>Otter</b> - swims.<ul><li>far</li><li>82.8 m</li></ul></td></tr><tr><td>2) <b>Newt</b></td></tr></table>", [(1, "Otter", "swims.far82.8m"), (2, "Newt", "")]),
    ("<h3>1. 수달</h3><p>강에서<br>산다.</p><ul><li>값 82.8</li></ul><hr><h3>2. Newt<script>3. no</script></h3><p>Hides.</p>", [(1, "수달", "강에서산다.값82.8"), (2, "Newt", "Hides.")]),
    ("<p><b>1. Otter</b></p><p>Swims.</p><p>Paper | Tweet</p><p><b>2. Newt</b></p><p>Hides.</p>", [(1, "Otter", "Swims."), (2, "Newt", "Hides.")]),
    once("trafilatura, asked for pages without numbers, drops the headings of a short page", "<h2>Otters</h2><p>Otters swim far in the rivers.</p><h2>Newts</h2><p>Newts hide under the stones.</p>", [(1, "Otters", "Ottersswimfarintherivers."), (2, "Newts", "Newtshideunderthestones.")]),
]


@pytest.mark.parametrize(("body", "expected"), HTML)
def test_the_papers_of_a_page(body, expected):
    text = html_text(f"<html><body><header>9. Logo</header>{body}<aside>3. Advertisement</aside></body></html>", "a.html")
    assert papers(text) == expected


@pytest.mark.parametrize(
    ("page", "expected"),
    [("<div>" * 20_000 + "deep words" + "</div>" * 20_000, "deep words"), ("<b>" * 5_000 + "deep words", "deep words"), ("<table><tr><td>" * 2_000 + "1) **Otter** - swims.", "1) **Otter** - swims.")],
)
def test_a_deeply_nested_page_gives_its_words(page, expected):
    assert expected in html_text(page, "a.html")


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("수달, 82.8".encode(), "수달, 82.8"),
        ("\ufeff수달".encode(), "수달"),
        ("똠방각하 펲시 뷁".encode("cp949"), "똠방각하 펲시 뷁"),
        ("수달은 “강”에서 산다\r\n● τ".encode("euc-kr"), "수달은 “강”에서 산다\r\n● τ"),
        ("수달".encode("utf-16"), "수달"),
        ("\ufeff수달".encode("utf-16-be"), "수달"),
        (b"plain", "plain"),
        once("CP949 without Hangul is taken for another encoding: `※fish§ ≒`", "| 1) **Otter** - “fish” <br> ● far | |".encode("cp949"), "| 1) **Otter** - “fish” <br> ● far | |"),
    ],
)
def test_bytes_are_decoded_to_their_own_characters(data, expected):
    assert decode_text(data, "a.txt") == expected


def raw_pdf(content: bytes, *more: bytes, trailer: bytes = b"") -> bytes:
    """A one-page PDF with this content stream and further objects from number 5 on."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>", b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R>>", b"<</Length %d>>stream\n%s\nendstream" % (len(content), content), *more]
    out, offsets = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(b"%010d 00000 n \n" % len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    size = len(objects) + 1
    return out + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, b"".join(offsets), size, trailer, len(out))


def sample_pdf(pages: int = 1) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out)
    for number in range(pages):
        canvas.drawString(50, 700, f"{number + 1}. Otters swim {number} miles.")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def locked(password: str) -> bytes:
    writer, out = PdfWriter(clone_from=io.BytesIO(sample_pdf())), io.BytesIO()
    writer.encrypt(password, "owner", algorithm="RC4-128")
    writer.write(out)
    return out.getvalue()


ZEROS: Callable[[int], bytes] = lambda n: b"<" + b"00" * n + b">"
AES = b"<</Filter/Standard/V 5/R 6/Length 256/P -4/O %b/U %b/OE %b/UE %b/Perms %b/CF<</StdCF<</CFM/AESV3>>>>/StmF/StdCF/StrF/StdCF>>" % tuple(map(ZEROS, (48, 48, 32, 32, 16)))


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.txt", b"", "holds no text"),
        ("a.md", b" \n\t\n", "holds no text"),
        ("a.html", b"<html><body><script>1</script></body></html>", "holds no text"),
        ("a.pdf", raw_pdf(b"BT ET"), "holds no text"),
        ("a.md", b"\x7fELF\x00\x01", "binary file"),
        ("a.txt", bytes(range(1, 256)), "encoding"),
        ("a.pdf", b"", "not a whole PDF"),
        ("a.pdf", b"Otters swim.", "not a whole PDF"),
        ("a.txt", b"%PDF-1.7\nOtters", "not a whole PDF"),
        ("a.pdf", sample_pdf()[:400], "not a whole PDF"),
        ("a.pdf", locked("secret"), "encrypted PDF"),
        once("pypdf's DependencyError (AES-256 without `cryptography`) comes through", "a.pdf", raw_pdf(b"BT ET", AES, trailer=b"/Encrypt 5 0 R/ID[<00><00>]"), "encrypted PDF"),
        once("pypdf's AssertionError comes through", "a.pdf", raw_pdf(b"0 0 R BT ET"), "not a whole PDF|holds no text"),
    ],
)
def test_a_file_that_is_no_digest_is_an_error_that_names_it(tmp_path: Path, name, data, message):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(RagdigestError, match=message) as error:
        read_source(tmp_path / name, name)
    assert name in str(error.value)
    assert "\n" not in str(error.value)


def test_a_pdf_locked_with_an_empty_password_opens():
    assert pdf_text(locked(""), "a.pdf") == "1. Otters swim 0 miles.\n"


@pytest.mark.parametrize("name", ["none.md", "folder.md"])
def test_a_missing_file_or_a_folder_is_an_error(tmp_path: Path, name):
    (tmp_path / "folder.md").mkdir()
    with pytest.raises(RagdigestError, match=f"cannot read {name}: .*check the path"):
        read_source(tmp_path / name, name)


def test_a_file_over_the_limit_is_not_read(tmp_path: Path, monkeypatch):
    (tmp_path / "a.md").write_bytes(b"1. Otter\n")
    monkeypatch.setattr(decode, "MAX_BYTES", 8)
    with pytest.raises(RagdigestError, match="split it"):
        read_source(tmp_path / "a.md", "a.md")
    monkeypatch.setattr(decode, "MAX_BYTES", 9)
    assert read_source(tmp_path / "a.md", "a.md").text == "1. Otter\n"


def test_a_pdf_or_page_over_its_limit_is_an_error(monkeypatch):
    monkeypatch.setattr(pdf, "MAX_PAGES", 2)
    assert pdf_text(sample_pdf(2), "a.pdf").startswith("1. Otters swim 0 miles.")
    with pytest.raises(RagdigestError, match="3 pages"):
        pdf_text(sample_pdf(3), "a.pdf")
    monkeypatch.setattr(html, "MAX_NODES", 20)
    with pytest.raises(RagdigestError, match="20 elements"):
        html_text("<p>Otter</p>" * 20, "a.html")
