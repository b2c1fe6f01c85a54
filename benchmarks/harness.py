"""What the benchmarks share: an index of the two collections, and our own questions. Not part of the package."""

import json
import os
from pathlib import Path

from ragdigest import Library
from ragdigest.library import build

QUESTIONS = Path(__file__).parent / "questions"


def collections() -> list[Path]:
    """The folders that hold the digests; named by RAGDIGEST_COLLECTIONS, separated by `:`."""
    named = os.environ.get("RAGDIGEST_COLLECTIONS")
    if not named:
        raise SystemExit("set RAGDIGEST_COLLECTIONS to the folders with the five digests and the README, separated by ':'")
    return [Path(p) for p in named.split(":")]


def library(root: Path, **options) -> Library:
    """The index at `root`, brought up to date."""
    build(collections(), root, **options)
    return Library.open(root)


def own(root: Path) -> Library:
    """The index of this repository's own `corpus/`, brought up to date."""
    build([Path(__file__).parents[1] / "corpus"], root)
    return Library.open(root)


def questions(*names: str) -> list[dict]:
    """Lines of the question files, with the file's name as `set`."""
    return [{**json.loads(line), "set": name} for name in names for line in (QUESTIONS / f"{name}.jsonl").read_text(encoding="utf-8").splitlines() if line.strip()]


class Gold:
    """Entry numbers and works by the names questions use."""

    def __init__(self, lib: Library):
        self.entries = lib.store.catalogue.entries()
        self.works = lib.store.columns.entry_work
        self._number = {}
        for e in self.entries:
            self._number[e.source, e.ordinal] = e.n
            if e.week_start:
                self._number[e.week_start, e.ordinal] = e.n

    def entry(self, gold: dict) -> int:
        return self._number[gold.get("file", gold.get("start")), gold["ordinal"]]

    def works_of(self, question: dict) -> set[int]:
        return {int(self.works[self.entry(g)]) for g in question["gold"]}
