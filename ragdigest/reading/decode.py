"""Bytes of a digest file into the text that every offset refers to. Knows nothing of digests.

Line ends and composed or decomposed Hangul stay as they are: a quote is the file's own characters.
"""

from pathlib import Path

from ..errors import RagdigestError

MAX_BYTES = 64 * 2**20
SUFFIXES = {".txt", ".md", ".markdown", ".html", ".htm", ".pdf"}


def decode_file(path: Path, name: str) -> tuple[str, bytes]:
    """The text of a digest file, and its bytes.

    Raises RagdigestError for a file that is empty, over 64 MiB, binary or unreadable.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise RagdigestError(f"{name} is {size / 2**20:.0f} MiB; digests over {MAX_BYTES // 2**20} MiB are not read: split it")
        data = path.read_bytes()
    except OSError as error:
        raise RagdigestError(f"cannot read {name}: {error.strerror}; check the path and its permissions") from error
    suffix = path.suffix.lower()
    if data.startswith(b"%PDF-") or suffix == ".pdf":
        from .pdf import pdf_text

        text = pdf_text(data, name)
    elif suffix in (".html", ".htm"):
        from .html import html_text

        text = html_text(decode_text(data, name), name)
    else:
        text = decode_text(data, name)
    if not text.strip():
        raise RagdigestError(f"{name} holds no text; remove it, or put the digest's text into it")
    return text, data


def decode_text(data: bytes, name: str) -> str:
    """UTF-8 with or without BOM, UTF-16 with BOM, else CP949 (which contains EUC-KR), else what charset-normalizer finds."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    elif b"\0" in data:
        raise RagdigestError(f"{name} is a binary file, not a digest; give txt, md, html or pdf")
    else:
        encodings = ["utf-8-sig", "cp949"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "cp949" or _plausible_korean(text):
            return text
    from charset_normalizer import from_bytes

    found = from_bytes(data[: 2**20]).best()
    if found is None:
        raise RagdigestError(f"cannot tell the encoding of {name}; save it as UTF-8")
    try:
        return data.decode(found.encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise RagdigestError(f"{name} is not whole text in {found.encoding}; save it as UTF-8") from error


def _plausible_korean(text: str) -> bool:
    """Whether a CP949 reading gave Hangul rather than the rare signs that other encodings turn into."""
    wide = [c for c in text if ord(c) > 0x7F]
    return sum("가" <= c <= "힣" or c in "“”‘’…·●○■※→—–" for c in wide) >= 0.6 * len(wide)
