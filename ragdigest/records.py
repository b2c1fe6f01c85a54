"""The values that flow through ragdigest, from digest to answer. Knows how to compute nothing.

Every `start` and `end` counts characters (code points) of the source's decoded text.
"""

from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any


class Lang(StrEnum):
    """Languages told apart; a text of any other language counts as English."""

    KO = "ko"
    EN = "en"


@dataclass(frozen=True)
class Week:
    """First and last day of a digest's week."""

    start: date
    end: date


@dataclass(frozen=True)
class Entry:
    """One paper's item in a digest, or (ordinal 0) the overview that opens it.

    `start:end` is the whole item; `body` lists the spans of it that are prose.
    """

    ordinal: int
    title: str
    start: int
    end: int
    body: tuple[tuple[int, int], ...]
    langs: tuple[Lang, ...]
    links: dict[str, str]
    arxiv: str | None = None


@dataclass(frozen=True)
class Digest:
    """One week's issue inside a source; `week` is None where nothing tells it."""

    title: str
    week: Week | None
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Source:
    """A digest file as read: its decoded text, what stands in it, and notes for the reader."""

    name: str
    text: str
    sha256: str
    digests: tuple[Digest, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Passage:
    """The piece that is embedded and searched: a span, its language, and its sentences' spans."""

    start: int
    end: int
    lang: Lang
    sentences: tuple[tuple[int, int], ...]
    embedded: str


@dataclass(frozen=True)
class Hit:
    """An entry found, with the quote that speaks for it: `text[start:end] == quote`.

    `versions` are ids of other entries of the same work; `why` is filled on request.
    """

    rank: int
    score: float
    id: str
    source: str
    ordinal: int
    title: str
    week_start: str | None
    week_end: str | None
    lang: str
    url: str | None
    quote: str
    start: int
    end: int
    versions: tuple[str, ...] = ()
    same_work: bool = False
    why: dict[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """The contract's HIT; `same_work` and `why` only where they say something."""
        row = asdict(self)
        row["versions"] = list(self.versions)
        if not self.same_work:
            del row["same_work"]
        if self.why is None:
            del row["why"]
        return row


@dataclass(frozen=True)
class Citation:
    """A numbered quote and the digest of the file it was read from."""

    key: str
    hit: Hit
    source_sha256: str

    def to_json(self) -> dict[str, Any]:
        row = self.hit.to_json()
        for name in ("rank", "score", "versions"):
            del row[name]
        return {"key": self.key, **row, "source_sha256": self.source_sha256}


@dataclass(frozen=True)
class Answer:
    """Sentences with `[n]` marks, or an abstention with its reason and the nearest entries.

    `note` says what else the reader should know, such as that sentences of a draft were dropped;
    `why` is filled on request.
    """

    question: str
    text: str | None
    citations: tuple[Citation, ...]
    abstained: bool
    reason: str | None
    nearest: tuple[Hit, ...]
    generator: str
    timing_ms: dict[str, float] = field(default_factory=dict)
    filters: str | None = None
    note: str | None = None
    why: dict[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        row: dict[str, Any] = {
            "question": self.question,
            "answer": self.text,
            "abstained": self.abstained,
            "reason": self.reason,
            "citations": [c.to_json() for c in self.citations],
            "generator": self.generator,
            "timing_ms": self.timing_ms,
        }
        if self.filters:
            row["filters"] = self.filters
        if self.note:
            row["note"] = self.note
        if self.why is not None:
            row["why"] = self.why
        if self.abstained:
            row["nearest"] = [h.to_json() for h in self.nearest]
        return row
