"""Downloads, from a server on loopback: what comes back and by which name, and every fault as one RagdigestError."""

import io
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO
from unittest.mock import patch

import pytest
from conftest import digest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from ragdigest import fetching
from ragdigest.errors import RagdigestError
from ragdigest.fetching import Fetched, fetch, is_url
from ragdigest.reading import SUFFIXES

ZEBRA, YAK = "Zebra compresses caches by 82.8 percent. " * 8, "Yak routes layers to agents. " * 10
MARKDOWN = digest("2025-09-08 ~ 14", ("Zebra", ZEBRA), ("Yak", YAK)).encode()
ITEMS = f"<p><strong>1. Zebra</strong><br>{ZEBRA}</p>\n<p><strong>2. Yak</strong><br>{YAK}</p>"
PAGE = f"<html><head><title>Weekly</title></head><body><h1>Papers of the week (2025-09-08 ~ 14)</h1>{ITEMS}</body></html>".encode()
FULL_RSS = f"<item><title>Week 37</title><pubDate>Fri, 12 Sep 2025 09:00:00 GMT</pubDate><description>Short.</description><content:encoded><![CDATA[{ITEMS}]]></content:encoded><link>/gone</link></item>"
FULL_ATOM = f'<entry><title>Week 37</title><updated>2025-09-12T09:00:00Z</updated><link href="/gone"/><content type="html"><![CDATA[{ITEMS}]]></content></entry>'
OK = b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n"


class Site(ThreadingHTTPServer):
    """A server on loopback. A page is bytes, or a function that writes the whole reply to the wire."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[bytes | Callable[[BinaryIO], None], int, dict[str, str]]] = {}
        self.asked: list[str] = []
        super().__init__(("127.0.0.1", 0), Pages)

    def put(self, path: str, body: bytes | Callable[[BinaryIO], None] = b"", kind: str = "text/html", status: int = 200, **headers: str) -> str:
        """Serve a page; its address."""
        self.pages[path] = body, status, {"Content-Type": kind, **headers}
        return f"http://127.0.0.1:{self.server_port}{path}"

    def rss(self, *items: str, path: str = "/feed", kind: str = "application/rss+xml", head: str = "") -> str:
        return self.put(path, f"{head}<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/'><channel><title>Weekly</title>{''.join(items)}</channel></rss>".encode(), kind)

    def atom(self, *entries: str) -> str:
        return self.put("/atom", f"<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'>{''.join(entries)}</feed>".encode(), "text/xml")


class Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        body, status, headers = self.server.pages.get(self.path, (b"gone", 404, {}))
        with suppress(OSError):  # the client may hang up
            if callable(body):
                body(self.wfile)
                return
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@contextmanager
def serving() -> Iterator[Site]:
    with Site() as site, patch.dict(os.environ, NO_PROXY="127.0.0.1,localhost"):
        threading.Thread(target=site.serve_forever, args=(0.01,), daemon=True).start()
        yield site
        site.shutdown()


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


def known(limit: str, *values: object):
    """A limit that stands: httpx has no time-out for headers as a whole."""
    return pytest.param(*values, id=limit, marks=pytest.mark.xfail(strict=True, reason=limit))


def once(wrong: str, *values: object):
    """A row of a table that was wrong once, with what was wrong."""
    return pytest.param(*values, id=wrong)


def printed(*lines: str) -> bytes:
    """A PDF of these lines."""
    out = io.BytesIO()
    canvas = Canvas(out)
    for number, line in enumerate(lines):
        canvas.drawString(60, 780 - 16 * number, line)
    canvas.save()
    return out.getvalue()


PDF = printed("Papers of the week (2025-09-08 ~ 14)", "1. Zebra - It compresses caches.", "2. Yak - It routes layers.")


def refused(url: str) -> str:
    """The message of the one error that fetching raises: one line, opening alike."""
    with pytest.raises(RagdigestError) as caught:
        fetch(url)
    message = str(caught.value)
    assert message.startswith("cannot fetch ") and len(message.splitlines()) == 1 and message.isprintable()
    return message


def item(title: str, body: str = "", link: str = "", day: str = "") -> str:
    return f"<item><title>{title}</title><description>{body}</description><link>{link}</link>" + (f"<pubDate>{day}</pubDate>" if day else "") + "</item>"


@pytest.mark.parametrize(("path", "kind", "data", "name"), [
    ("/", "text/html", b"", "127.0.0.1.html"),
    ("/%EC%A3%BC%EA%B0%84.html", "text/html", b"", "주간.html"),
    ("/w37.markdown", "text/plain", b"", "w37.md"),
    ("/blob/w37.md", "text/html", b"", "w37.html"),
    ("/page.php?f=../../etc/passwd", "text/html", b"", "page.php.html"),
    ("/GPT-4.1", "text/html", b"", "GPT-4.1.html"),
    ("/..%2F..%2Fetc%2Fpasswd", "text/plain", b"", "etc-passwd.txt"),
    ("/..%5C..%5Cw.md", "text/plain", b"", "w.md"),
    ("/%2E%2E", "text/html", b"", "digest.html"),
    ("/.bashrc", "text/plain", b"", "bashrc.txt"),
    ("/a%00b%0A.md", "text/plain", b"", "a-b.md"),
    ("/" + "a" * 300 + ".md", "text/plain", b"", "a" * 80 + ".md"),
    ("/login.pdf", "text/html", b"<html>", "login.html"),
    ("/x", "", b"<!-- x --><html><p>Hi.</p>", "x.html"),
    once("a page without <html> (which HTML lets one leave out) and without content type is taken for text", "/x", "", b"<!DOCTYPE html><p>Hi.</p>", "x.html"),
])
def test_names_of_saved_files(site: Site, path: str, kind: str, data: bytes, name: str) -> None:
    assert fetch(site.put(path, data, kind)) == [Fetched(name, data)]


@given(last=st.text(st.characters(exclude_categories=["Cs"]), max_size=120), kind=st.sampled_from([*fetching.SUFFIX_OF, "", "image/png"]))
def test_no_address_makes_an_unsafe_name(last: str, kind: str) -> None:
    """Property: whatever an address or a feed's title holds, the name is one visible path part that ragdigest reads."""
    for name in (fetching._name(f"http://h/{last}", kind, b""), fetching.slug(last) + ".html"):
        assert Path(name).name == name and name[0] not in ".-" and "\\" not in name and name.isprintable() and Path(name).suffix in SUFFIXES


def test_a_title_in_ornamental_letters_makes_a_file_name() -> None:
    assert len(fetching.slug("𝐖" * 100).encode()) < 240


def test_items_with_links_alone_are_fetched_each_in_its_own_form(site: Site) -> None:
    site.put("/w37.pdf", PDF, "application/pdf"), site.put("/w36.md", MARKDOWN, "text/markdown"), site.put("/w35", PAGE)
    feed = site.rss(item("Week 37", "Read on.", "/w37.pdf", "Fri, 12 Sep 2025 09:00:00 GMT"), item("../Week: 36/52", link="/w36.md"), item("Week 35", link="/w35"))
    assert fetch(feed) == [Fetched("2025-09-12-Week-37.pdf", PDF), Fetched("Week-36-52.md", MARKDOWN), Fetched("Week-35.html", PAGE)]
    atom = site.atom('<entry><title>Week 35</title><updated>2025-08-29T00:00:00Z</updated><summary>Short.</summary><link href="/w35"/></entry>')
    assert fetch(atom) == [Fetched("2025-08-29-Week-35.html", PAGE)]


@pytest.mark.parametrize(("items", "kind", "head", "name"), [
    ([FULL_RSS], "text/html", "", "2025-09-12-Week-37.html"),
    ([FULL_RSS], "application/rss+xml", "<?xml version='1.0'?><?xml-stylesheet href='s.xsl'?>", "2025-09-12-Week-37.html"),
    ([item("Weekly news")], "application/rss+xml", "", "Weekly-news.html"),
    once("a feed with a stylesheet line (Blogger, Jekyll), served as text/xml, is saved as a .txt of XML", [FULL_RSS], "text/xml", "<?xml version='1.0'?><?xml-stylesheet href='s.xsl'?>", "2025-09-12-Week-37.html"),
    once("a feed with a byte-order mark, served as text/xml, is saved as a .txt of XML", [FULL_RSS], "text/xml", "\ufeff", "2025-09-12-Week-37.html"),
    once("a linked PDF served as octet-stream is named .html: _items looks at the content type alone", [item("Week 37", link="/w37.pdf")], "text/html", "", "Week-37.pdf"),
])
def test_names_of_a_feeds_items(site: Site, items: list[str], kind: str, head: str, name: str) -> None:
    site.put("/w37.pdf", PDF, "application/octet-stream")
    assert [got.name for got in fetch(site.rss(*items, kind=kind, head=head))] == [name]


def test_items_of_one_title_get_names_of_their_own(site: Site) -> None:
    assert len({got.name for got in fetch(site.rss(item("Weekly", ZEBRA * 2), item("Weekly", YAK * 2)))}) == 2


def test_of_a_long_feed_the_newest_items_are_taken(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "MAX_ITEMS", 1)
    feed = site.rss(item("Old", ZEBRA * 2, day="Fri, 05 Sep 2025 09:00:00 GMT"), item("New", YAK * 2, day="Fri, 12 Sep 2025 09:00:00 GMT"))
    assert [got.name for got in fetch(feed)] == ["2025-09-12-New.html"]


def test_a_redirect_within_the_server_is_followed_and_names_the_file(site: Site) -> None:
    site.put("/end/w37.html", PAGE)
    assert fetch(site.put("/go", status=302, Location="end/w37.html")) == [Fetched("w37.html", PAGE)]


def test_five_redirects_are_followed_and_a_sixth_is_not(site: Site) -> None:
    for number in range(6):
        site.put(f"/{number}", status=301, Location=f"/{number + 1}")
    site.put("/6", PAGE)
    assert fetch(site.put("/1", status=301, Location="/2"))[0].data == PAGE
    assert "more than 5 redirects" in refused(site.put("/0", status=301, Location="/1"))


@pytest.mark.parametrize(("target", "says"), [
    ("/loop", "more than 5 redirects"),
    ("file:///etc/passwd", "file:///etc/passwd: only http and https"),
    ("ftp://127.0.0.1/w37.md", "ftp://127.0.0.1/w37.md: only http and https"),
    ("javascript:alert(1)", "check the address"),
    ("http://[::1", "check the address"),
])
def test_bad_redirects_are_refused(site: Site, target: str, says: str) -> None:
    assert says in refused(site.put("/loop", status=302, Location=target))


@pytest.mark.parametrize("serve", [
    lambda s, secret: s.put("/go", status=302, Location=secret),
    once("every link of a feed starts afresh: a public feed makes us read http://169.254.169.254/ or a router's pages", lambda s, secret: s.rss(item("Week 37", link=secret), path="/go")),
])
def test_a_public_page_may_not_lead_inside(site: Site, monkeypatch: pytest.MonkeyPatch, serve: Callable[[Site, str], str]) -> None:
    monkeypatch.setattr(fetching, "_inside", lambda host: host != "localhost")
    url = serve(site, site.put("/secret", PAGE)).replace("127.0.0.1", "localhost")
    assert "to an address inside this network" in refused(url) and site.asked == ["/go"]


@pytest.mark.parametrize(("host", "inside"), [
    ("127.0.0.1", True), ("10.1.2.3", True), ("172.16.0.1", True), ("192.168.0.1", True), ("169.254.169.254", True), ("100.64.0.1", True), ("0.0.0.0", True),
    ("2130706433", True), ("0x7f.1", True), ("::1", True), ("fe80::1", True), ("fd00::1", True), ("::ffff:127.0.0.1", True), ("8.8.8.8", False), ("2001:4860:4860::8888", False),
])
def test_addresses_inside_and_outside(host: str, inside: bool) -> None:
    assert fetching._inside(host) is inside


@pytest.mark.parametrize("status", [404, 410, 500, 503])
def test_error_statuses_are_named_with_the_address(site: Site, status: int) -> None:
    url = site.put("/w37.md", MARKDOWN, status=status)
    for asked in (url, site.rss(FULL_RSS, item("Week 36", link="/w37.md"))):
        assert refused(asked) == f"cannot fetch {url}: the server answers {status}; check the address"


def test_a_feed_without_items_is_refused(site: Site) -> None:
    assert "a feed without items; give the address of a page" in refused(site.rss())


def test_an_endless_body_is_cut_off(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(wire: BinaryIO) -> None:
        wire.write(OK)
        while wire.write(b"x" * 65536):
            pass

    monkeypatch.setattr(fetching, "MAX_BYTES", 2**20)
    assert len(fetch(site.put("/just", b"x" * 2**20))[0].data) == 2**20
    for body in (b"x" * (2**20 + 1), endless):
        assert "over 1 MiB" in refused(site.put("/more", body))


def dripping(first: bytes, drop: bytes) -> Callable[[BinaryIO], None]:
    """A reply that takes 0.6 s."""
    return lambda wire: [wire.write(first), *((time.sleep(0.02), wire.write(drop)) for _ in range(30)), wire.write(b"\r\n\r\n")]


@pytest.mark.parametrize("reply", [dripping(OK, b"x"), known("TOTAL_S is looked at between pieces of the body alone: a server that drips headers holds us for days", dripping(OK[:-2] + b"X: ", b"x"))])
def test_a_slow_reply_is_given_up_in_time(site: Site, monkeypatch: pytest.MonkeyPatch, reply: Callable[[BinaryIO], None]) -> None:
    monkeypatch.setattr(fetching, "TOTAL_S", 0.15)
    begun = time.monotonic()
    refused(site.put("/slow", reply))
    assert time.monotonic() - begun < 0.5


def test_a_silent_server_is_given_up(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "TIMEOUT_S", 0.1)
    assert "ReadTimeout" in refused(site.put("/silent", lambda wire: time.sleep(0.5)))


@pytest.mark.parametrize("reply", [b"", b"nonsense\r\n\r\n", OK[:-2] + b"Content-Length: 99\r\n\r\nshort", OK[:-2] + b"Content-Encoding: gzip\r\n\r\nno gzip"])
def test_broken_replies_are_refused(site: Site, reply: bytes) -> None:
    assert "check the address and the network" in refused(site.put("/broken", lambda wire: wire.write(reply)))


@pytest.mark.parametrize("url", [
    "file:///etc/passwd", "ftp://127.0.0.1/x", "http://", "http:///path", "http://127.0.0.1:port/", "http://127.0.0.1:0/", "http://a..b/", "http://127.0.0.1:1/" + "a" * 70_000,
    once("ValueError of urlsplit is not caught", "http://[::1"),
    once("ValueError of urlsplit is not caught", "http://[zz]/"),
    once("the address is printed as it came, over two lines or with control characters", "http://127.0.0.1:1/a\nb"),
    once("the address is printed as it came; a lone surrogate cannot be printed at all", "http://127.0.0.1:1/\ud800"),
])
def test_addresses_that_lead_nowhere_are_refused(url: str) -> None:
    assert is_url(url) and refused(url)


def test_a_feed_is_never_read_from_the_users_own_files(site: Site, tmp_path: Path) -> None:
    (tmp_path / "own.xml").write_text(f"<rss><channel>{item('Own')}</channel></rss>", encoding="utf-8")
    assert "a feed without items" in refused(site.put("/feed", str(tmp_path / "own.xml").encode(), "application/rss+xml"))


def test_a_page_that_opens_with_many_comments_is_fetched_at_once(site: Site) -> None:
    begun = time.monotonic()
    assert fetch(site.put("/x", b"<!-- -->" * 23 + b"<html><p>Hi.</p>"))[0].name == "x.html"
    assert time.monotonic() - begun < 0.4


def test_paths_are_not_addresses() -> None:
    assert [p for p in ("HTTP://e.org", "w37.md", "/a/b", "C:/w37.md", "C:\\w37.md", "a+b://", "1://x", "./http:/x") if is_url(p)] == ["HTTP://e.org", "a+b://"]
