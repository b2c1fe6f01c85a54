"""Reads a digest file into digests and entries. Knows nothing of passages, vectors or indexes."""

import hashlib
from dataclasses import replace
from pathlib import Path

from ..records import Source, Week
from . import weeks
from .decode import SUFFIXES, decode_file
from .forms import digests_in

__all__ = ["SUFFIXES", "read_source"]


def read_source(path: Path, name: str, week: Week | None = None) -> Source:
    """The digests of the file at `path`, known as `name`; `week` is what the user said of it.

    Raises RagdigestError where the file cannot be read as a digest.
    """
    text, data = decode_file(path, name)
    digests, notes = digests_in(text, weeks.week_of_name(Path(name).name), week)
    titled = [replace(d, title=d.title or Path(name).stem) for d in digests]
    return Source(name, text, hashlib.sha256(data).hexdigest(), tuple(titled), tuple(notes))
