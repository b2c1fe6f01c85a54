"""Copies new weeks into the corpus folder and indexes them; all or nothing. Knows nothing of terminals."""

import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .errors import RagdigestError
from .index.layout import read_manifest
from .library import build
from .reading import SUFFIXES, read_source
from .reading.weeks import parse_week

if TYPE_CHECKING:
    from .index.build import Change


def add(
    what: Sequence[str], index: Path, corpus: Path | None = None, week: str | None = None, *, replace: bool = False,
    say: Callable[[str], None] = lambda text: None, progress=None,
) -> "Change":
    """Copy files, folders or downloads into the corpus folder and bring the index up to date.

    Every file is read before any is copied; where one cannot be read, or indexing fails, corpus
    and index stay as they were. Raises RagdigestError.
    """
    stated = parse_week(week) if week else None
    manifest = read_manifest(index)
    folder = (corpus or _corpus_of(manifest.meta["roots"] if manifest else [])).resolve()
    with tempfile.TemporaryDirectory(prefix="ragdigest-") as staging:
        files = _gather(what, Path(staging), say)
        for name, path in files.items():
            source = read_source(path, name, stated)
            for note in source.notes:
                say(f"note: {name}: {note}")
            if any(d.week is None for d in source.digests):
                say(f"note: no week known for {name}; say it with --week 2025-W37")
        placed = _place(files, folder, replace)
        try:
            weeks = {str(folder / name): week for name in files} if week else None
            return build([folder], index, weeks=weeks, say=say, progress=progress)
        except BaseException:
            _undo(placed)
            raise


def _corpus_of(roots: list[str]) -> Path:
    """The first folder that is indexed, else `corpus/`."""
    return next((Path(r) for r in roots if Path(r).is_dir()), Path("corpus"))


def _gather(what: Sequence[str], staging: Path, say: Callable[[str], None]) -> dict[str, Path]:
    """What to add: file name to where its bytes lie now."""
    from .fetching import fetch, is_url

    files: dict[str, Path] = {}

    def take(name: str, path: Path) -> None:
        if name in files:
            raise RagdigestError(f"two of the files to add are named {name}; rename one")
        files[name] = path

    for item in what:
        if is_url(item):
            say(f"fetching {item}")
            for number, got in enumerate(fetch(item)):
                path = staging / f"{len(files)}-{number}{Path(got.name).suffix}"
                path.write_bytes(got.data)
                take(got.name, path)
        elif Path(item).is_dir():
            inside = [p for p in sorted(Path(item).rglob("*")) if p.suffix.lower() in SUFFIXES and not any(part.startswith(".") for part in p.relative_to(item).parts)]
            if not inside:
                raise RagdigestError(f"no digest in {item}; give files of {', '.join(sorted(SUFFIXES))}")
            for path in inside:
                take(path.relative_to(item).as_posix(), path)
        elif Path(item).is_file():
            if Path(item).suffix.lower() not in SUFFIXES:
                raise RagdigestError(f"{item} is no digest ragdigest reads; give {', '.join(sorted(SUFFIXES))}")
            take(Path(item).name, Path(item))
        else:
            raise RagdigestError(f"no file or folder {item}; check the path")
    return files


def _place(files: dict[str, Path], folder: Path, replace: bool) -> list[tuple[Path, bytes | None]]:
    """Copy the files into the folder; what was written, with what stood there before."""
    placed: list[tuple[Path, bytes | None]] = []
    try:
        for name, path in files.items():
            target = folder / name
            before = target.read_bytes() if target.is_file() else None
            if before == path.read_bytes():
                continue
            if before is not None and not replace:
                raise RagdigestError(f"{target} is there already with other text; rename the new file, or give --replace")
            target.parent.mkdir(parents=True, exist_ok=True)
            part = target.with_name(f".{target.name}.part")
            shutil.copyfile(path, part)
            os.replace(part, target)
            placed.append((target, before))
    except OSError as error:
        _undo(placed)
        raise RagdigestError(f"cannot copy into {folder}: {error.strerror}; choose another with --corpus DIR") from error
    except RagdigestError:
        _undo(placed)
        raise
    return placed


def _undo(placed: list[tuple[Path, bytes | None]]) -> None:
    for target, before in placed:
        if before is None:
            target.unlink(missing_ok=True)
        else:
            target.write_bytes(before)
