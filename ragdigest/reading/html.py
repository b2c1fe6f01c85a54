"""An HTML page as light Markdown, so that one set of digest forms reads both. Knows nothing of digests.

Walks without recursion, since pages may nest a hundred thousand deep.
"""

import re

from ..errors import RagdigestError
from .forms import numbered

SKIP = {"script", "style", "nav", "footer", "header", "aside", "form", "noscript", "template", "svg", "button", "iframe", "head", "select"}
BLOCKS = {"p", "div", "section", "article", "main", "ul", "ol", "table", "blockquote", "pre", "figure", "tbody", "thead", "body", "dl", "dt", "dd"}
MAX_NODES = 2_000_000


def html_text(page: str, name: str) -> str:
    """Main text of a page with `#` headings, list marks, `|` table rows, `**bold**` and `[label](url)` kept.

    Raises RagdigestError for a page without a body or with more than two million nodes.
    """
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(page)
    root = tree.css_first("main") or tree.css_first("article") or tree.body
    if root is None:
        raise RagdigestError(f"{name} is not an HTML page; give a page with a body")
    walk = _Walk(name)
    walk.run(root)
    text = tidy("".join(walk.out))
    ours = root.tag in ("main", "article") or numbered(text) or len(re.findall(r"(?m)^#{1,6} ", text)) > 1
    return text if ours else main_text(page) or text


def main_text(page: str) -> str | None:
    """What trafilatura takes for the text of a page that holds no numbered papers; None where it finds none."""
    import trafilatura

    return trafilatura.extract(page, output_format="markdown", include_links=True, include_tables=True, include_formatting=True)


class _Walk:
    """Collects text and marks in document order; inside a table row nothing breaks the line."""

    def __init__(self, name: str):
        self.name = name
        self.out: list[str] = []
        self.lists: list[int | None] = []
        self.rows = 0

    def run(self, root) -> None:
        stack, seen = [(root, True)], 0
        while stack:
            node, opening = stack.pop()
            seen += 1
            if seen > MAX_NODES:
                raise RagdigestError(f"{self.name} has over {MAX_NODES} elements; give a smaller page")
            if node.tag == "-text":
                self.out.append(re.sub(r"\s+", " ", node.text_content or ""))
            elif node.tag in SKIP or node.tag.startswith(("-", "_", "!")):
                continue
            elif opening:
                self.out.append(self.open(node))
                stack.append((node, False))
                child, children = node.child, []
                while child is not None:
                    children.append((child, True))
                    child = child.next
                stack.extend(reversed(children))
            else:
                self.out.append(self.close(node))

    def open(self, node) -> str:
        tag = node.tag
        if tag == "tr":
            self.rows += 1
            return "\n| "
        if tag in ("b", "strong"):
            return "**"
        if tag == "a":
            return "[" if _href(node) else ""
        if self.rows:
            return " <br> " if tag in ("br", "li") else " " if tag in BLOCKS else ""
        if re.fullmatch("h[1-6]", tag):
            return "\n\n" + "#" * int(tag[1]) + " "
        if tag in ("ol", "ul"):
            first = node.attributes.get("start") or "1"
            self.lists.append((int(first) if first.isdecimal() else 1) if tag == "ol" else None)
            return "\n"
        if tag == "li":
            return self.item()
        return {"br": "\n", "hr": "\n\n---\n\n"}.get(tag, "\n\n" if tag in BLOCKS else "")

    def item(self) -> str:
        number = self.lists[-1] if self.lists else None
        if number is None:
            return "\n* "
        self.lists[-1] = number + 1
        return f"\n{number}. "

    def close(self, node) -> str:
        tag = node.tag
        if tag == "tr":
            self.rows -= 1
            return "\n"
        if tag in ("td", "th"):
            return " | "
        if tag in ("b", "strong"):
            return "**"
        if tag == "a":
            return f"]({_href(node)})" if _href(node) else ""
        if self.rows:
            return " " if tag in BLOCKS else ""
        if tag in ("ol", "ul") and self.lists:
            self.lists.pop()
        return "\n\n" if tag in BLOCKS or re.fullmatch("h[1-6]", tag) else ""


def _href(node) -> str | None:
    """The address of a link, with blanks and brackets escaped; None for one within the page or to no document."""
    href = (node.attributes.get("href") or "").strip()
    if not href or href.startswith(("#", "javascript:", "mailto:", "data:")):
        return None
    return re.sub(r"[\s()]", lambda m: f"%{ord(m[0]):02X}", href)


def tidy(text: str) -> str:
    """Blanks folded, at most one empty line in a row, empty marks removed."""
    text = re.sub(r"\*\*(\s*)\*\*", r"\1", text)
    text = re.sub(r"[ \t\xa0]+", " ", text)
    text = re.sub(r" ?\n ?", "\n", text)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
