"""Checks drafted sentences against the passages they cite. Knows nothing of language models, prompts or terminals.

A sentence stands only if each of its marks has a passage and the passages hold what it says:
its numbers, its names, its denials, and enough of its words and meaning, in either language.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np

from ..index.catalogue import EntryRow
from ..passages import visible
from ..reading.sentences import spoken_in
from ..retrieval.late import Tokens, sentence_tokens, tokens_of
from ..retrieval.retriever import Retriever
from ..retrieval.units import Unit, units_of
from . import naming
from .aligned import affirms_denied, denied_nearby
from .contrasts import swapped
from .numbers import Number, digits_in_names, missing, normalised, numbers, ordinals
from .polarity import misplaced, turned
from .worded import Worded, share

MARK = re.compile(r"\[(\d{1,4})\]")
LISTED = re.compile(r",|、|·|\band\b|\bor\b|(?<=[가-힣])[와과](?=\s)|및|그리고")
DIFFERENCE = re.compile(r"^\s?(?:%p|%?\s?포인트|점|percentage points?|points?)\s?(?:[가-힣 ]{0,8}(?:차|높|낮|앞|뒤|벌)|(?:\w+ )?(?:above|below|ahead|behind|higher|lower|more|less|gap))", re.I)
DATED = re.compile(r"\b20\d\d\b|\d ?[년월]|\bweeks? of\b|\b(?:Jan|Febr)uary|\bMarch\b|\bApril\b|\bJu(?:ne|ly)\b|\bAugust\b|\b(?:Sept|Nov|Dec)ember\b|\bOctober\b")
ALL_OR_NONE = re.compile(r"없|전혀|모두|전부|\bzero\b|\bno(?:ne|thing)?\b|\ball\b|\bevery\b|\bfully\b|\bentire", re.I)
#: What a sentence's words count beside its meaning when a line is chosen to prove it.
WORDS = 0.5
#: Least meaning and words together that a line must share; least lead another passage needs to be the right one.
LEAST, ELSEWHERE = 0.42, 0.28
LINES = 3
#: A claim has at least so many letters, and at most so many characters.
SHORTEST, LONGEST = 4, 1200


class Fault(StrEnum):
    """Why a sentence does not stand."""

    UNCITED = "no citation"
    NO_SUCH = "a citation that does not exist"
    LANGUAGE = "another language than the question's"
    NUMBER = "a number that the passage does not give"
    NAME = "a name that the passage does not give"
    TURNED = "the opposite of the passage"
    UNPROVED = "nothing in the passage that says so"
    ELSEWHERE = "a citation to the wrong passage"


@dataclass(frozen=True)
class Line(Worded):
    """A sentence that the model was shown: its span in the source, its words and its unit vector."""

    start: int
    end: int
    vector: np.ndarray

    @cached_property
    def numbers(self) -> list[Number]:
        return numbers(self.text)


@dataclass(frozen=True)
class Piece:
    """What one mark stands for: lines of an entry, in order."""

    key: str
    entry: EntryRow
    lines: tuple[Line, ...]

    @cached_property
    def text(self) -> str:
        """All that may prove a name: title and lines."""
        return "\n".join([self.entry.title, *(x.text for x in self.lines)])

    @cached_property
    def numbers(self) -> list[Number]:
        return [*numbers(self.text), *digits_in_names(self.text), *ordinals(self.text)]

    @cached_property
    def dates(self) -> list[Number]:
        """The numbers of the days of the entry's week."""
        return numbers(f"{self.entry.week_start or ''} {self.entry.week_end or ''}")


@dataclass(frozen=True)
class Claim:
    """A drafted sentence: why it fails, or the lines that prove it, by piece; `detail` names the number or name.

    `beside` is a clause of the passages that denies something the sentence speaks of, where one stands.
    """

    text: str
    fault: Fault | None
    proof: tuple[tuple[Piece, tuple[Line, ...]], ...] = ()
    detail: str = ""
    features: tuple[float, ...] = ()
    beside: str | None = None


class Checker:
    """Judges sentences over one set of passages."""

    def __init__(self, retriever: Retriever, pieces: Sequence[Piece]):
        self.retriever, self.glossary = retriever, retriever.glossary
        self.pieces = {p.key: p for p in pieces}
        self._tokens: dict[int, dict[int, Tokens]] = {}

    def check(self, sentence: str, lang: str) -> Claim:
        """Judge one sentence with its marks; `lang` is the question's."""
        keys = list(dict.fromkeys(MARK.findall(sentence)))
        said = re.sub(r"\s+(?=[.,!?。])", "", " ".join(MARK.sub(" ", visible(normalised(sentence))).split()))
        if not keys:
            return Claim(said, Fault.UNCITED)
        if any(k not in self.pieces for k in keys):
            return Claim(said, Fault.NO_SUCH, detail=", ".join(f"[{k}]" for k in keys if k not in self.pieces))
        if spoken_in(said).value != lang:
            return Claim(said, Fault.LANGUAGE)
        if sum(c.isalnum() for c in said) < SHORTEST or len(said) > LONGEST:
            return Claim(said, Fault.UNPROVED)
        cited = [self.pieces[k] for k in keys]
        units = units_of(said, self.glossary)
        lacking = self.missing_number(said, cited) or self.missing_name(said, units, cited)
        if lacking:
            return Claim(said, lacking[0], detail=lacking[1])
        return self._proved(said, units, cited)

    def missing_number(self, said: str, cited: Sequence[Piece]) -> tuple[Fault, str] | None:
        there = [n for p in cited for n in p.numbers] + [Number(float(len(cited)), 0, 0)]
        if DATED.search(said):
            there += [n for p in cited for n in p.dates]
        lacking = [n for n in missing(numbers(said), there) if said[n.start] != "둘" and not self._counted(n, said, cited)]
        return (Fault.NUMBER, said[lacking[0].start : lacking[0].end]) if lacking else None

    @staticmethod
    def _counted(number: Number, said: str, cited: Sequence[Piece]) -> bool:
        """Whether a number is the sentence's own count of what it lists, or a difference it works out, or none and all."""
        if number.value in range(2, 8) and any(number.value - 1 == len(LISTED.findall(part)) for part in re.split(r"[:;(]|[.]\s|(?<=[고며만서데]),", said.replace(", and", ","))):
            return True
        values = sorted({n.value for p in cited for n in p.numbers})
        if number.worded and number.value == 2 and not any(3 <= v <= 12 for v in values):  # `두 가지를 합친`: its own count, of no other
            return True
        if DIFFERENCE.search(said[number.end : number.end + 40]) and any(abs(abs(a - b) - number.value) < 1e-6 for a in values for b in values):
            return True
        if number.value and said[number.end : number.end + 1] not in ("%", "퍼"):
            return False
        return number.value in (0, 100) and any(ALL_OR_NONE.search(p.text) for p in cited)

    def missing_name(self, said: str, units: Sequence[Unit], cited: Sequence[Piece]) -> tuple[Fault, str] | None:
        text = "\n".join(p.text for p in cited)
        for name in naming.latin_names(said, self.retriever.true_names):
            if not naming.bears(text, name) and not naming.bears_otherwise(text, name, self.glossary) and not self._worded(name, units, cited):
                return Fault.NAME, name
        for name, wordings in naming.hangul_names(units, self.glossary):
            if not any(self.retriever.plain(w) for w in wordings) and not naming.bears_hangul_name(text, name, wordings, self.glossary):
                return Fault.NAME, name
        return None

    @staticmethod
    def _worded(name: str, units: Sequence[Unit], cited: Sequence[Piece]) -> bool:
        """Whether the term a name is part of stands in a passage in another wording: RL, 강화 학습."""
        own = [u for u in units if name.lower() in u.text.split() or u.text == name.lower()]
        return any(share(u, line) > 0.5 for u in own for p in cited for line in p.lines)

    def _proved(self, said: str, units: Sequence[Unit], cited: Sequence[Piece]) -> Claim:
        """The lines that prove a sentence, or why none do."""
        (vector,), (tokens,) = self.retriever.encoder.encode_tokens([said])
        held = {id(x): np.array([share(u, x) for u in units], np.float32) for p in cited for x in p.lines}
        near = {p.key: max((float(x.vector @ vector) + _words(held[id(x)]), i) for i, x in enumerate(p.lines)) for p in cited}
        best = max(nearness for nearness, _ in near.values())
        works = {p.entry.work for p in cited}
        others = self._nearest([x for p in self.pieces.values() if p.entry.work not in works for x in p.lines], vector, units, best + ELSEWHERE)
        proof = tuple((p, self._lines(said, p, held, near[p.key][1])) for p in cited)
        chosen = [x for _, lines in proof for x in lines]
        together = float(np.max([held[id(x)] for x in chosen], axis=0).mean()) if units else 0.0
        features = (best, others - best, together)
        if best + 0.3 * together < LEAST:
            return Claim(said, Fault.UNPROVED, features=features)
        if others - best > ELSEWHERE:
            return Claim(said, Fault.ELSEWHERE, features=features)
        lines = [x.text for x in chosen]
        other = misplaced(said, lines, self.glossary)
        if other:
            return Claim(said, Fault.NUMBER, proof, other, features)
        if swapped(said, lines, self.glossary) or turned(said, lines, self.glossary, [x.text for p in cited for x in p.lines]):
            return Claim(said, Fault.TURNED, proof, features=features)
        told, there = tokens_of(self.retriever.encoder, said, tokens), [t for p in cited for t in self._tokens_of(p)]
        if affirms_denied(told, there):
            return Claim(said, Fault.TURNED, proof, features=features)
        return Claim(said, None, proof, features=features, beside=denied_nearby(told, there))

    def _tokens_of(self, piece: Piece) -> list[Tokens]:
        """The tokens of a piece's lines, as the index has them."""
        if piece.entry.n not in self._tokens:
            self._tokens[piece.entry.n] = sentence_tokens(self.retriever.store, self.retriever.encoder, piece.entry.n)
        return [self._tokens[piece.entry.n][line.start] for line in piece.lines]

    @staticmethod
    def _nearest(lines: Sequence[Line], vector: np.ndarray, units: Sequence[Unit], least: float) -> float:
        """Meaning and words of the nearest line; words are looked at only where they could bring a line to `least`."""
        if not lines:
            return 0.0
        cosines = np.stack([x.vector for x in lines]) @ vector
        found = [float(c) + _words(np.array([share(u, x) for u in units])) for c, x in zip(cosines, lines, strict=True) if c + WORDS > least]
        return max(found, default=float(cosines.max()))

    @staticmethod
    def _lines(said: str, piece: Piece, held: dict[int, np.ndarray], first: int) -> tuple[Line, ...]:
        """The nearest line, and those that hold numbers, names or words of the sentence that it lacks, in order."""
        chosen = [piece.lines[first]]
        claimed = numbers(said)
        while len(chosen) < LINES:
            have = np.max([held[id(x)] for x in chosen], axis=0)
            lacking = missing(claimed, [n for x in chosen for n in x.numbers])

            def gain(x: Line, have: np.ndarray = have, lacking: list[Number] = lacking) -> float:
                return float(np.maximum(held[id(x)] - have, 0).sum()) + 2 * (len(lacking) - len(missing(lacking, x.numbers)))

            rest = [x for x in piece.lines if x not in chosen]
            best = max(rest, key=gain, default=None)
            if best is None or gain(best) < 1.0:
                break
            chosen.append(best)
        return tuple(sorted(chosen, key=lambda x: x.start))


def _words(shares: np.ndarray) -> float:
    """What the words of a sentence that a line holds add to its meaning."""
    return WORDS * float(shares.mean()) if len(shares) else 0.0
