"""Copies new weeks into the corpus folder and indexes them; all or nothing. Knows nothing of terminals."""

import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
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
        placed: list[tuple[Path, bytes | None]] = []
        try:
            _place(files, folder, replace, placed)
            weeks = {str(folder / name): week for name in files} if week else None
            return build([folder], index, weeks=weeks, say=say, progress=progress)
        except BaseException:
            _undo(placed, folder)
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
        elif _is(Path(item).is_dir):
            inside = [p for p in sorted(Path(item).rglob("*")) if p.is_file() and p.suffix.lower() in SUFFIXES and not any(part.startswith(".") for part in p.relative_to(item).parts)]
            if not inside:
                raise RagdigestError(f"no digest in {item}; give files of {', '.join(sorted(SUFFIXES))}")
            for path in inside:
                take(path.relative_to(item).as_posix(), path)
        elif _is(Path(item).is_file):
            if Path(item).suffix.lower() not in SUFFIXES or Path(item).name.startswith("."):
                raise RagdigestError(f"{item} is no digest ragdigest reads; give {', '.join(sorted(SUFFIXES))}")
            take(Path(item).name, Path(item))
        else:
            raise RagdigestError(f"no file or folder {item}; check the path")
    return files


def _is(ask: Callable[[], bool]) -> bool:
    """What a path says of itself; a path that cannot be is nothing."""
    try:
        return ask()
    except (OSError, ValueError):
        return False


def _place(files: dict[str, Path], folder: Path, replace: bool, placed: list[tuple[Path, bytes | None]]) -> None:
    """Copy the files into the folder, noting in `placed` what was written and what stood there before."""
    part = None
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
            placed.append((target, before))
            os.replace(part, target)
    except OSError as error:
        raise RagdigestError(f"cannot copy into {folder}: {error.strerror}; choose another with --corpus DIR") from error
    finally:
        if part is not None:
            part.unlink(missing_ok=True)


def _undo(placed: list[tuple[Path, bytes | None]], folder: Path) -> None:
    """Put back what stood there before; folders made for the new files leave with them."""
    for target, before in placed:
        if before is not None:
            target.write_bytes(before)
        elif target.is_file():
            target.unlink()
    for target, _ in placed:
        for parent in [p for p in target.parents if p.is_relative_to(folder) and p != folder]:
            with suppress(OSError):
                parent.rmdir()
