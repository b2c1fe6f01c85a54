"""Korean and English names of the same thing, both ways. Knows nothing of indexes.

A line of the file is `Korean|variants<TAB>English|variants<TAB>domain`.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from ..errors import RagdigestError
from ..words import bare_korean, normal, stem

SHIPPED = Path(__file__).parents[1] / "data" / "glossary.tsv"
LONGEST = 4


def korean_key(term: str) -> str:
    """A Korean term without blanks, so that `강화 학습` and `강화학습` are one."""
    return "".join(_folded(term).translate(MARKS).split())


def english_key(term: str) -> str:
    """An English term as stems."""
    return " ".join([stem(w) for w in _folded(term).translate(MARKS).split()])


MARKS = {ord(c): " " for c in "-·/.,'’()+_"}


def _folded(term: str) -> str:
    """Lower case; the slow way only where a term has signs that are more than letters."""
    return term.lower() if term.isascii() or unicodedata.is_normalized("NFKC", term) else normal(term)


class Glossary:
    """Terms by key; `korean` gives English variants of a Korean term, `english` Korean variants of an English one."""

    def __init__(self, lines: Iterable[tuple[list[str], list[str]]] = ()):
        self._english_of: dict[str, list[str]] = defaultdict(list)
        self._korean_of: dict[str, list[str]] = defaultdict(list)
        self._same: dict[str, list[str]] = defaultdict(list)
        for korean, english in lines:
            self.add(korean, english)

    def add(self, korean: Iterable[str], english: Iterable[str]) -> None:
        """All variants of one term; those that say nothing new are left out."""
        korean, english = list(korean), list(english)
        for k in korean:
            known = self._english_of[korean_key(k)]
            known += [e for e in english if e not in known]
        for e in english:
            known = self._korean_of[english_key(e)]
            known += [k for k in korean if k not in known]

    def add_abbreviation(self, short: str, full: str) -> None:
        """An English abbreviation and what it stands for, each for the other."""
        for one, other in ((short, full), (full, short)):
            known = self._same[english_key(one)]
            known += [other] if other not in known else []

    def same(self, english: str) -> list[str]:
        """English wordings of an English term."""
        return self._same.get(english_key(english), [])

    def english(self, korean: str) -> list[str]:
        return self._english_of.get(korean_key(korean), [])

    def korean(self, english: str) -> list[str]:
        return self._korean_of.get(english_key(english), [])

    def find_korean(self, words: list[str], at: int) -> tuple[int, str] | None:
        """The longest known term that the words from `at` on spell: (words used, term); particles at its end do not matter."""
        for size in range(min(LONGEST, len(words) - at), 0, -1):
            joined = "".join(words[at : at + size])
            for form in (joined, bare_korean(joined)):
                if form in self._english_of:
                    return size, form
        return None

    def find_english(self, stems: list[str], at: int) -> tuple[int, str] | None:
        """The longest known term that the stems from `at` on spell."""
        for size in range(min(LONGEST, len(stems) - at), 0, -1):
            joined = " ".join(stems[at : at + size])
            if joined in self._korean_of or joined in self._same:
                return size, joined
        return None


def read_glossary(path: Path) -> list[tuple[list[str], list[str]]]:
    """Lines of a glossary file. Raises RagdigestError for a line that is not of its form."""
    lines = []
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise RagdigestError(f"cannot read the glossary {path} ({error}); give a UTF-8 TSV") from error
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = line.split("\t")
        if len(fields) < 2 or not fields[0].strip() or not fields[1].strip():
            raise RagdigestError(f"{path}:{number} is not 'Korean<TAB>English': {line[:60]!r}")
        lines.append(([k.strip() for k in fields[0].split("|") if k.strip()], [e.strip() for e in fields[1].split("|") if e.strip()]))
    return lines


@lru_cache(maxsize=1)
def shipped() -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """The glossary in the package."""
    return tuple((tuple(k), tuple(e)) for k, e in read_glossary(SHIPPED))
