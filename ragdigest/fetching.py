"""Downloads pages, PDFs, Markdown and feeds. Knows nothing of digests or indexes.

Only http and https, at most 32 MiB and five redirects, each of which is checked: a page on
the open internet may not send us to an address inside the user's own network.
"""

import ipaddress
import re
import socket
from dataclasses import dataclass
from urllib.parse import unquote, urljoin, urlsplit

from .errors import RagdigestError

MAX_BYTES = 32 * 2**20
MAX_REDIRECTS = 5
MAX_ITEMS = 50
TIMEOUT_S = 20.0
TOTAL_S = 120.0
FULL_TEXT = 400
SUFFIX_OF = {"text/html": ".html", "application/xhtml+xml": ".html", "application/pdf": ".pdf", "text/markdown": ".md", "text/x-markdown": ".md", "text/plain": ".txt"}
FEEDS = {"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"}


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
    address, kind, data = _get(url)
    if kind in FEEDS or re.match(rb"\s*(?:<\?xml[^>]*\?>\s*)?(?:<!--.*?-->\s*)*<(?:rss|feed|rdf:RDF)\b", data[:2000], re.S):
        return _items(address, data)
    return [Fetched(_name(address, kind, data), data)]


def _get(url: str) -> tuple[str, str, bytes]:
    """(final address, content type, body)."""
    import time

    import httpx

    inside = None
    until = time.monotonic() + TOTAL_S
    try:
        with httpx.Client(timeout=TIMEOUT_S, follow_redirects=False, headers={"User-Agent": "ragdigest"}) as client:
            for _ in range(MAX_REDIRECTS + 1):
                parts = urlsplit(url)
                if parts.scheme not in ("http", "https") or not parts.hostname:
                    raise RagdigestError(f"cannot fetch {url!r}: only http and https addresses are fetched")
                here = _inside(parts.hostname)
                if inside is False and here:
                    raise RagdigestError(f"cannot fetch {url!r}: a public page redirects to an address inside this network")
                inside = here
                with client.stream("GET", url) as response:
                    if response.is_redirect and response.headers.get("location"):
                        url = urljoin(url, response.headers["location"])
                        continue
                    if response.status_code >= 400:
                        raise RagdigestError(f"cannot fetch {url}: the server answers {response.status_code}; check the address")
                    return url, response.headers.get("content-type", "").split(";")[0].strip().lower(), _body(response, url, until)
    except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as error:
        raise RagdigestError(f"cannot fetch {url}: {type(error).__name__} {error}; check the address and the network") from error
    raise RagdigestError(f"cannot fetch {url}: more than {MAX_REDIRECTS} redirects")


def _body(response, url: str, until: float) -> bytes:
    import time

    data = bytearray()
    for chunk in response.iter_bytes():
        data += chunk
        if len(data) > MAX_BYTES:
            raise RagdigestError(f"cannot fetch {url}: over {MAX_BYTES // 2**20} MiB; download a smaller part and add the file")
        if time.monotonic() > until:
            raise RagdigestError(f"cannot fetch {url}: not done after {TOTAL_S:.0f} s; try again later")
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
        known, stem = SUFFIX_OF.get(kind, ".html" if b"<html" in data[:4000].lower() else ".txt"), stem if known else last
    return slug(stem or last) + known


def slug(text: str) -> str:
    """Letters, digits and dashes of a title, at most 80 of them."""
    return re.sub(r"[^\w.]+", "-", text).strip("-._")[:80] or "digest"


def _items(url: str, data: bytes) -> list[Fetched]:
    """The newest items of a feed, each a page of its own, named by its day and title."""
    import feedparser

    feed = feedparser.parse(data)
    if not feed.entries:
        raise RagdigestError(f"cannot fetch {url}: a feed without items; give the address of a page")
    out = []
    for item in feed.entries[:MAX_ITEMS]:
        body = (item.get("content") or [{}])[0].get("value") or item.get("summary") or ""
        day = item.get("published_parsed") or item.get("updated_parsed")
        title = item.get("title") or "digest"
        name = slug((f"{day.tm_year:04}-{day.tm_mon:02}-{day.tm_mday:02}-" if day else "") + title)
        if len(re.sub(r"<[^>]*>", "", body)) < FULL_TEXT and item.get("link"):
            _, kind, page = _get(urljoin(url, item["link"]))
            out.append(Fetched(name + SUFFIX_OF.get(kind, ".html"), page))
        else:
            head = title.replace("&", "&amp;").replace("<", "&lt;")
            out.append(Fetched(f"{name}.html", f'<!doctype html><meta charset="utf-8"><title>{head}</title><body><h1>{head}</h1>\n{body}</body>\n'.encode()))
    return out
