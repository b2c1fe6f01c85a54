"""Downloads pages, PDFs, Markdown and feeds. Knows nothing of digests or indexes.

Only http and https, at most 32 MiB and five redirects, each of which is checked: a page on
the open internet may not send us to an address inside the user's own network.
"""

import io
import ipaddress
import re
import socket
import time
from dataclasses import dataclass
from html import escape
from urllib.parse import unquote, urljoin, urlsplit

from .errors import RagdigestError

MAX_BYTES = 32 * 2**20
MAX_REDIRECTS = 5
MAX_ITEMS = 50
TIMEOUT_S = 20.0
TOTAL_S = 120.0
FULL_TEXT = 400
SUFFIX_OF = {"text/html": ".html", "application/xhtml+xml": ".html", "application/pdf": ".pdf", "text/markdown": ".md", "text/x-markdown": ".md", "text/plain": ".txt"}
FEEDS = {"application/rss+xml", "application/atom+xml", "application/rdf+xml"}
FEED = re.compile(rb"^\s*(?:<[?!][^>]*>\s*)*+<(?:rss|feed|rdf:RDF)\b")


@dataclass(frozen=True)
class Fetched:
    """A file as downloaded: the name to save it by, and its bytes."""

    name: str
    data: bytes


def is_url(text: str) -> bool:
    """Whether an argument is an address rather than a path."""
    return re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", text) is not None


def fetch(url: str) -> list[Fetched]:
    """The page, PDF or text at an address, or the items of the feed there.

    Raises RagdigestError for another scheme, an error status, a time-out, or too much data.
    """
    until = time.monotonic() + TOTAL_S
    got = _get(url, until)
    if got.kind in FEEDS or FEED.search(got.data[:4000].removeprefix(b"\xef\xbb\xbf")):
        return _items(got, until)
    return [Fetched(_name(got.url, got.kind, got.data), got.data)]


@dataclass(frozen=True)
class _Got:
    """A body with its final address, its content type, and whether that address lies inside the user's network."""

    url: str
    kind: str
    data: bytes
    inside: bool


def _get(url: str, until: float, inside: bool | None = None) -> _Got:
    """Follow an address and its redirects; from a page that was outside, never to one inside."""
    import httpx

    try:
        with httpx.Client(timeout=TIMEOUT_S, follow_redirects=False, headers={"User-Agent": "ragdigest"}) as client:
            for _ in range(MAX_REDIRECTS + 1):
                client.timeout = httpx.Timeout(max(0.1, min(TIMEOUT_S, until - time.monotonic())))
                parts = urlsplit(url)
                if parts.scheme not in ("http", "https") or not parts.hostname:
                    raise RagdigestError(f"cannot fetch {_shown(url)}: only http and https addresses are fetched")
                here = _inside(parts.hostname)
                if inside is False and here:
                    raise RagdigestError(f"cannot fetch {_shown(url)}: a public page redirects to an address inside this network")
                inside = here
                with client.stream("GET", url) as response:
                    if response.is_redirect and response.headers.get("location"):
                        url = urljoin(url, response.headers["location"])
                        continue
                    if response.status_code >= 400:
                        raise RagdigestError(f"cannot fetch {_shown(url)}: the server answers {response.status_code}; check the address")
                    return _Got(url, response.headers.get("content-type", "").split(";")[0].strip().lower(), _body(response, url, until), here)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        raise RagdigestError(f"cannot fetch {_shown(url)}: {type(error).__name__} {error}; check the address and the network") from error
    raise RagdigestError(f"cannot fetch {_shown(url)}: more than {MAX_REDIRECTS} redirects")


def _shown(url: str) -> str:
    """An address on one printable line."""
    return url if url.isprintable() and url.isascii() else ascii(url)


def _body(response, url: str, until: float) -> bytes:
    data = bytearray()
    for chunk in response.iter_bytes():
        data += chunk
        if len(data) > MAX_BYTES:
            raise RagdigestError(f"cannot fetch {_shown(url)}: over {MAX_BYTES // 2**20} MiB; download a smaller part and add the file")
        if time.monotonic() > until:
            raise RagdigestError(f"cannot fetch {_shown(url)}: not done after {TOTAL_S:.0f} s; try again later")
    return bytes(data)


def _inside(host: str) -> bool:
    """Whether a host name leads to a private, loopback or link-local address."""
    try:
        found = {info[4][0] for info in socket.getaddrinfo(host, None)}
    except OSError:
        return False  # the request itself will say that the name is unknown
    return any(not ipaddress.ip_address(a.split("%")[0]).is_global for a in found)


def _name(url: str, kind: str, data: bytes) -> str:
    """A file name from an address: its last part, with the suffix its content asks for."""
    last = unquote(urlsplit(url).path.rstrip("/").rsplit("/", 1)[-1]) or urlsplit(url).hostname or "page"
    stem, _, suffix = last.rpartition(".")
    known = {"md": ".md", "markdown": ".md", "txt": ".txt", "html": ".html", "htm": ".html", "pdf": ".pdf"}.get(suffix.lower())
    if data.startswith(b"%PDF-"):
        known, stem = ".pdf", stem if known else last
    elif known is None or kind == "text/html":
        known, stem = _suffix(kind, data), stem if known else last
    return slug(stem or last) + known


def slug(text: str) -> str:
    """Letters, digits and dashes of a title, at most 80 of them and 200 bytes."""
    short = re.sub(r"[^\w.]+", "-", text).strip("-._")[:80]
    return short.encode()[:200].decode(errors="ignore").strip("-._") or "digest"


def _suffix(kind: str, data: bytes) -> str:
    """The suffix of a body by its content type, else by how it begins."""
    if data.startswith(b"%PDF-"):
        return ".pdf"
    return SUFFIX_OF.get(kind) or (".html" if re.search(rb"<(?:!doctype html|html|body|head)\b", data[:4000], re.I) else ".txt")


def _items(feed: _Got, until: float) -> list[Fetched]:
    """The newest items of a feed, each a page of its own, named by its day and title."""
    import feedparser

    parsed = feedparser.parse(io.BytesIO(feed.data))  # bytes alone could name a file, which feedparser would open
    if not parsed.entries:
        raise RagdigestError(f"cannot fetch {_shown(feed.url)}: a feed without items; give the address of a page")
    newest = sorted(parsed.entries, key=lambda item: _day(item) or (), reverse=True)[:MAX_ITEMS]
    out: dict[str, Fetched] = {}
    for item in newest:
        got = _item(item, feed, until)
        stem, dot, suffix = got.name.rpartition(".")
        name, number = got.name, 2
        while name in out:
            name, number = f"{stem}-{number}{dot}{suffix}", number + 1
        out[name] = Fetched(name, got.data)
    return list(out.values())


def _day(item) -> tuple[int, int, int] | None:
    when = item.get("published_parsed") or item.get("updated_parsed")
    return (when.tm_year, when.tm_mon, when.tm_mday) if when else None


def _item(item, feed: _Got, until: float) -> Fetched:
    """One item: its own text where that is whole, else the page it links to."""
    content = (item.get("content") or [item.get("summary_detail") or {}])[0]
    body, day, title = content.get("value") or "", _day(item), item.get("title") or "digest"
    name = slug(("{:04}-{:02}-{:02}-".format(*day) if day else "") + title)
    if len(re.sub(r"<[^>]*>", "", body)) < FULL_TEXT and item.get("link"):
        page = _get(urljoin(feed.url, item["link"]), until, feed.inside)
        return Fetched(name + _suffix(page.kind, page.data), page.data)
    if content.get("type") == "text/plain":
        return Fetched(f"{name}.md", f"# {title}\n\n{body}\n".encode())
    return Fetched(f"{name}.html", f'<!doctype html><meta charset="utf-8"><title>{escape(title)}</title><body><h1>{escape(title)}</h1>\n{body}</body>\n'.encode())
