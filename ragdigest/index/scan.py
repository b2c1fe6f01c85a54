"""Lists the digest files below the indexed paths. Knows nothing of what is in them."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import RagdigestError
from ..reading import SUFFIXES


@dataclass(frozen=True)
class Found:
    """A digest file: its name in the index, where it lies, and what tells that it changed."""

    name: str
    path: Path
    size: int
    mtime_ns: int


def scan(roots: Sequence[Path]) -> tuple[list[Found], list[str]]:
    """Digest files in order of name, and notes on files of other kinds.

    A source is named by its path below its root; where two roots hold the same name, the
    later one's is led by its folder's name. Raises RagdigestError for a root that is gone.
    """
    names: dict[str, Found] = {}
    seen: set[Path] = set()
    other = 0
    for root in roots:
        if not root.exists():
            raise RagdigestError(f"{root} is not there; the index stands as it was. Bring it back, or run: ragdigest index --rebuild PATH")
        base = root if root.is_dir() else root.parent
        for path in _files(root):
            if path in seen:
                continue
            seen.add(path)
            if path.suffix.lower() not in SUFFIXES:
                other += 1
                if path == root:
                    raise RagdigestError(f"{path.name} is no digest ragdigest reads; give {', '.join(sorted(SUFFIXES))}")
                continue
            name = path.relative_to(base).as_posix()
            if name in names:
                name = f"{base.name}/{name}"
            if name in names:
                raise RagdigestError(f"two sources are named {name}; rename {path} or its folder")
            stat = path.stat()
            names[name] = Found(name, path, stat.st_size, stat.st_mtime_ns)
    notes = [f"{other} files of other kinds were not read"] if other else []
    if not names:
        raise RagdigestError(f"no digest below {', '.join(map(str, roots))}; give files of {', '.join(sorted(SUFFIXES))}")
    return sorted(names.values(), key=lambda f: f.name), notes


def _files(root: Path) -> list[Path]:
    """The file itself, or all files below a folder but hidden ones, in order."""
    if root.is_file():
        return [root]
    out = []
    for folder, inner, files in os.walk(root):
        inner[:] = sorted(d for d in inner if not d.startswith("."))
        out += [Path(folder, f) for f in sorted(files) if not f.startswith(".")]
    return out
