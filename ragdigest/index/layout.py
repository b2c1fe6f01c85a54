"""What an index folder holds, and how a change becomes visible at once. Knows no contents.

    manifest.json         names the current generation, its files' sizes and SHA-256; written last
    gen-000007/           one complete, never-changing generation
    writer.lock           held by the one process that writes

A writer fills a hidden folder, flushes it, renames it to `gen-N` and then replaces the manifest.
Killed anywhere before that last step, it leaves the old generation current and whole.
"""

import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..errors import RagdigestError

FORMAT = 1
#: Raised whenever reading, cutting, term making or a file's contents change: old rows are then not taken over, and not searched.
RECIPE = 7
MANIFEST = "manifest.json"
LOCK = "writer.lock"
#: Every file of a generation, once.
CATALOGUE, VECTORS, SENTENCES, TOKENS, POSTINGS, COLUMNS = "catalogue.sqlite", "vectors.faiss", "sentences.faiss", "tokens.npy", "postings.npz", "columns.npz"
FILES = (CATALOGUE, VECTORS, SENTENCES, TOKENS, POSTINGS, COLUMNS)


@dataclass(frozen=True)
class Manifest:
    """The current generation and what it was built with."""

    generation: int
    files: dict[str, dict[str, Any]]
    meta: dict[str, Any]

    def folder(self, root: Path) -> Path:
        return root / f"gen-{self.generation:06d}"


def _checksum(body: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def read_manifest(root: Path) -> Manifest | None:
    """The manifest, None where there is no index. Raises RagdigestError for a damaged or foreign one."""
    path = root / MANIFEST
    try:
        raw = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise RagdigestError(f"cannot read {path}: {error.strerror}; check its permissions") from error
    try:
        row = json.loads(raw)
        stated = row.pop("checksum")
        if row["format"] != FORMAT:
            raise RagdigestError(f"the index at {root} has format {row['format']}, this ragdigest reads {FORMAT}; run: ragdigest index --rebuild PATH")
        if raw != _manifest_bytes(row) or stated != _checksum(row):
            raise ValueError("checksum")
        return Manifest(row["generation"], row["files"], row["meta"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise RagdigestError(f"{path} is damaged or no ragdigest index; run: ragdigest index --rebuild PATH") from error


def _manifest_bytes(body: dict[str, Any]) -> bytes:
    return json.dumps({**body, "checksum": _checksum(body)}, ensure_ascii=False, indent=1).encode()


def current(root: Path) -> Manifest:
    """The manifest of an index that must be there. Raises RagdigestError where it is not."""
    manifest = read_manifest(root)
    if manifest is None:
        raise RagdigestError(f"no index at {root}; run: ragdigest index corpus/" + ("" if str(root) == "indexes/default" else f" --index {root}"))
    return manifest


@contextmanager
def writer(root: Path, wait_s: float = 20.0) -> Iterator[None]:
    """Hold the folder's one writing place, waiting up to `wait_s` for another writer.

    Raises RagdigestError where the folder cannot be written or the other writer goes on.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        lock = (root / LOCK).open("w")
    except OSError as error:
        raise RagdigestError(f"cannot write the index folder {root}: {error.strerror}; choose another with --index DIR") from error
    with lock:
        until = time.monotonic() + wait_s
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if time.monotonic() > until:
                    raise RagdigestError(f"another ragdigest is writing {root}; wait for it to end, then run this again") from None
                time.sleep(0.05)
        yield


@contextmanager
def new_generation(root: Path, meta: dict[str, Any]) -> Iterator[Path]:
    """A folder to fill with FILES; on leaving the block without an error it becomes the current generation.

    Call under `writer`. Raises RagdigestError where the disk is full or a file is missing.
    """
    manifest = None
    with suppress(RagdigestError):  # a damaged index may be rebuilt
        manifest = read_manifest(root)
    numbers = [int(p.name[4:]) for p in root.glob("gen-*") if p.name[4:].isdecimal()]
    number = max([0, *numbers]) + 1
    for left in root.glob(".writing-*"):
        shutil.rmtree(left, ignore_errors=True)
    work = root / f".writing-{number}"
    try:
        work.mkdir()
        yield work
        files = {name: _sealed(work / name) for name in FILES}
        os.replace(work, root / f"gen-{number:06d}")
        _flush_folder(root)
        body = {"format": FORMAT, "generation": number, "files": files, "meta": meta}
        _write_sealed(root / MANIFEST, _manifest_bytes(body))
    except OSError as error:
        shutil.rmtree(work, ignore_errors=True)
        raise RagdigestError(f"could not write the index at {root}: {error.strerror or error}; the old index stands") from error
    except BaseException:
        shutil.rmtree(work, ignore_errors=True)
        raise
    keep = {number, manifest.generation if manifest else number}
    for old in numbers:  # the last generation stays, so that a reader in the middle of opening it is not disturbed
        if old not in keep:
            shutil.rmtree(root / f"gen-{old:06d}", ignore_errors=True)


def _sealed(path: Path) -> dict[str, Any]:
    """Flush a finished file to the disk; its size and checksum."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        return {"bytes": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}


def _write_sealed(path: Path, data: bytes) -> None:
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(part, path)
    _flush_folder(path.parent)


def _flush_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def damage(root: Path) -> list[str]:
    """What is wrong with the current generation's files, byte for byte; empty where nothing is."""
    manifest = current(root)
    wrong = []
    for name, stated in manifest.files.items():
        path = manifest.folder(root) / name
        if not path.is_file():
            wrong.append(f"{name} is missing")
        elif path.stat().st_size != stated["bytes"]:
            wrong.append(f"{name} has {path.stat().st_size} bytes, not {stated['bytes']}")
        elif _sealed(path)["sha256"] != stated["sha256"]:
            wrong.append(f"{name} differs from what was written")
    return wrong
