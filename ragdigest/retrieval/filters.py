"""Which entries a question may see. Knows nothing of scores."""

from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase

import numpy as np

from ..errors import RagdigestError
from ..index.build import BITS
from ..index.store import Store


@dataclass(frozen=True)
class Filters:
    """Weeks that touch `since` to `until`, entries with text in `lang`, sources whose name fits `source`."""

    since: date | None = None
    until: date | None = None
    lang: str | None = None
    source: str | None = None

    @classmethod
    def parse(cls, since: str | None = None, until: str | None = None, lang: str | None = None, source: str | None = None) -> "Filters":
        """From what a user typed. Raises RagdigestError for a day or language that is none."""
        if lang is not None and lang not in BITS:
            raise RagdigestError(f"no language {lang!r}; give ko or en")
        days = []
        for name, value in (("--since", since), ("--until", until)):
            try:
                days.append(date.fromisoformat(value) if value else None)
            except ValueError:
                raise RagdigestError(f"{name} {value!r} is no day; give it as 2025-09-08") from None
        if days[0] and days[1] and days[0] > days[1]:
            raise RagdigestError(f"--since {since} lies after --until {until}; swap them")
        return cls(days[0], days[1], lang, source)

    def within(self, since: date | None, until: date | None) -> "Filters":
        """These filters with a period of the question's own; what the user gave wins."""
        return replace(self, since=self.since or since, until=self.until or until)

    def mask(self, store: Store) -> np.ndarray | None:
        """(entries,) which may be found; None where all may. A week counts by its first day."""
        columns = store.columns
        keep = np.ones(len(columns.entry_source), bool)
        if self.since:
            keep &= columns.entry_first_day >= self.since.toordinal()
        if self.until:
            keep &= (columns.entry_first_day <= self.until.toordinal()) & (columns.entry_first_day > 0)
        if self.lang:
            keep &= (columns.entry_langs & BITS[self.lang]) > 0
        if self.source:
            names = [r[0] for r in store.catalogue.rows("SELECT name FROM sources ORDER BY n")]
            fits = np.array([fnmatchcase(n, self.source) or fnmatchcase(n.rsplit("/", 1)[-1], self.source) for n in names], bool)
            keep &= fits[columns.entry_source]
        return None if keep.all() else keep

    def undated(self, store: Store) -> str:
        """How many entries a period shuts out because their text names no week, in words to add; empty where none."""
        count = int((store.columns.entry_first_day == 0).sum()) if self.since or self.until else 0
        return f"; {count} {'entry names' if count == 1 else 'entries name'} no week (ragdigest add FILE --week WEEK gives one)" if count else ""

    def __str__(self) -> str:
        parts = []
        if self.since or self.until:
            parts.append(f"weeks {self.since or '…'} … {self.until or 'now'}")
        if self.lang:
            parts.append(f"language {self.lang}")
        if self.source:
            parts.append(f"source {self.source}")
        return ", ".join(parts)
