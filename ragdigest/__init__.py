"""Ask questions over weekly AI-paper digests, in Korean or English, and get answers proved by quotes."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .library import Library
    from .records import Answer, Citation, Hit

from .errors import RagdigestError

__all__ = ["Answer", "Citation", "Hit", "Library", "RagdigestError"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Import on first use, so that `ragdigest --help` and training need not load the rest."""
    if name == "Library":
        from .library import Library

        return Library
    if name in ("Answer", "Citation", "Hit"):
        from . import records

        return getattr(records, name)
    raise AttributeError(name)
