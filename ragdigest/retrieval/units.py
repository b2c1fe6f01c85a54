"""A question as units of meaning, each with how a Korean and an English passage would word it.

Words can only speak where a rendering in the passage's language is known: a Korean word
without a translation says nothing about an English passage, neither for nor against it.
"""

from dataclasses import dataclass

from ..words import PARTS, RUN, STOP, bare_korean, hangul_terms, latin_terms, normal, query_runs, says_nothing, stem
from .glossary import Glossary

MAX_UNITS = 48
TRANSLATED = 0.8


@dataclass(frozen=True)
class Rendering:
    """One wording of a unit: its text, its terms, and how far it is trusted."""

    text: str
    terms: tuple[str, ...]
    trust: float = 1.0


@dataclass(frozen=True)
class Unit:
    """A word or term of the question and its wordings; `name` marks Latin words and numbers in it."""

    text: str
    ko: tuple[Rendering, ...]
    en: tuple[Rendering, ...]
    latin: bool


def units_of(question: str, glossary: Glossary) -> list[Unit]:
    """The units of a question in order, each once; function words only where nothing else is left."""
    runs = query_runs(question)
    found = _units(runs, glossary, strict=True) or _units(runs, glossary, strict=False)
    return list({u.text: u for u in found}.values())[:MAX_UNITS]


def _units(runs: list[str], glossary: Glossary, strict: bool) -> list[Unit]:
    units: list[Unit] = []
    at = 0
    while at < len(runs):
        korean = "가" <= runs[at][0] <= "힣"
        stretch = at
        while stretch < len(runs) and ("가" <= runs[stretch][0] <= "힣") == korean:
            stretch += 1
        block = runs[at:stretch]
        units += _korean_units(block, glossary, strict) if korean else _latin_units(block, glossary, strict)
        at = stretch
    return units


def _korean_units(words: list[str], glossary: Glossary, strict: bool) -> list[Unit]:
    units, at = [], 0
    while at < len(words):
        known = glossary.find_korean(words, at)
        if known and not (strict and (all(says_nothing(w) for w in words[at : at + known[0]]) or known[1] in STOP)):
            units.append(_korean_unit(known[1], glossary))
            at += known[0]
            continue
        if not strict or not says_nothing(words[at]):
            units.append(_korean_unit(bare_korean(words[at]) if strict else words[at], glossary))
        at += 1
    return units


def _korean_unit(word: str, glossary: Glossary) -> Unit:
    own = Rendering(word, tuple(hangul_terms(word)))
    return Unit(word, (own,), _translations(glossary.english(word)), latin=False)


def _translations(variants: list[str]) -> tuple[Rendering, ...]:
    """Wordings in the other language: Hangul as bigrams, Latin words by their first form."""
    found = {}
    for text in variants[:8]:
        parts = tuple(t for run in RUN.findall(normal(text)) for t in (hangul_terms(run) if "가" <= run[0] <= "힣" else latin_terms(run)[:1]))
        if parts:
            found.setdefault(parts, Rendering(text, parts, TRANSLATED))
    return tuple(found.values())


def english_forms(word: str) -> list[str]:
    """Other forms a glossary may list an English verb or noun by: generalised, generalize, generalization."""
    word = word.replace("isation", "ization").replace("ising", "izing").replace("ised", "ized").removesuffix("s") if "is" in word else word
    bases = [word]
    for ending in ("ing", "ed", "ion", "es", "er"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            base = word.removesuffix(ending)
            bases += [base, base + "e", *([base[:-1]] if base[-1] == base[-2] else [])]
    bases += [b[:-3] + "ize" for b in bases if b.endswith("ise")]
    return list(dict.fromkeys(form for b in bases for form in (b, b.removesuffix("e") + "ing", b.removesuffix("e") + "ion", b.removesuffix("e") + "ation", b + "ment") if len(b) >= 4 and form != word))


def _latin_units(words: list[str], glossary: Glossary, strict: bool) -> list[Unit]:
    stems = [" ".join(stem(p) for p in PARTS.findall(w)) for w in words]
    units, at = [], 0
    while at < len(words):
        known = glossary.find_english(stems, at)
        if known and not (strict and all(w in STOP for w in words[at : at + known[0]])):
            size, term = known
            own = Rendering(" ".join(words[at : at + size]), tuple(latin_terms(w)[0] for w in words[at : at + size]))
            same = _translations(glossary.same(term))
            units.append(Unit(own.text, (own, *same, *_translations(glossary.korean(term))), (own, *same), latin=True))
            at += size
            continue
        other = next((f for f in english_forms(words[at]) if glossary.korean(f)), None) if words[at] not in STOP else None
        if other:
            own = Rendering(words[at], tuple(latin_terms(words[at])[:1]))
            units.append(Unit(words[at], (own, *_translations(glossary.korean(other))), (own, Rendering(other, tuple(latin_terms(other)[:1]), TRANSLATED)), latin=True))
        elif not strict or words[at] not in STOP:
            forms = latin_terms(words[at])
            renderings = (Rendering(words[at], (forms[0],)), *([Rendering(forms[1], (forms[1],), 0.95), Rendering(words[at], tuple(forms[2:]), 0.7)] if len(forms) > 2 else []))
            units.append(Unit(words[at], renderings, renderings, latin=True))
        at += 1
    return units
