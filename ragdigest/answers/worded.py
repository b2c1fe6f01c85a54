"""How much of a unit of meaning a piece of text holds, in the text's own language. Knows nothing of sentences or citations."""

from dataclasses import dataclass
from functools import cached_property

from ..reading.sentences import lang_of
from ..retrieval.units import Unit
from ..words import terms


@dataclass(frozen=True)
class Worded:
    """A text with its terms and language, worked out once."""

    text: str

    @cached_property
    def words(self) -> frozenset[str]:
        return frozenset(terms(self.text))

    @cached_property
    def korean(self) -> bool:
        return lang_of(self.text).value == "ko"


def share(unit: Unit, text: Worded, forms: bool = True) -> float:
    """How much of a unit a text holds, 0 to 1, by the wording it holds most of; `forms` lets English words stand in other forms."""
    wordings = unit.ko if text.korean else unit.en
    return max((r.trust * (sum(t in text.words or (forms and _in_another_form(t, text)) for t in r.terms) / len(r.terms)) ** 2 for r in wordings), default=0.0)


def _in_another_form(term: str, text: Worded) -> bool:
    """Whether a text has an English term in another of its forms: compare, comparable."""
    return term.isascii() and len(term) > 4 and any(_forms(term, w) for w in text.words if w[:4] == term[:4])


def _forms(one: str, other: str) -> bool:
    """Whether two English words may be forms of one: alike for three fifths of the longer."""
    alike = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return alike >= 0.6 * max(len(one), len(other))
