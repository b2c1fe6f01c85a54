"""Names in a sentence, and whether a text bears them in either script. Knows nothing of citations.

A name is a word with a capital, or letters with digits: models, benchmarks, datasets, organisations.
"""

import re
from collections.abc import Collection
from functools import lru_cache

from ..retrieval.glossary import Glossary
from ..retrieval.spelling import sound_of
from ..retrieval.units import Unit
from ..words import bare_korean
from .numerals import WORDED

LATIN = re.compile(r"(?<![A-Za-z\d])[A-Za-z][A-Za-z\d]{0,60}(?:[-.+_/@][A-Za-z\d]{1,60}){0,8}\+{0,3}|(?<![A-Za-z\d])\d{1,9}[A-Za-z][A-Za-z\d]{0,30}-[A-Za-z\d-]{1,60}")
HANGUL_WORD = re.compile(r"[가-힣]{2,}")
#: A name half in Hangul: 챗GPT, 블룸버그GPT.
HALF_HANGUL = re.compile(r"([가-힣]+)(.+)")
#: Capitals that name nothing a source would have to say.
COMMON = frozenset(["ai", "llm", "llms", "ml", "nlp", "api", "apis", "id", "ids", "url", "urls", "gpu", "gpus", "cpu", "pdf", "faq", "rag", "ok", "i", "a", "the", "no", "ii", "iii", "vs", *["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"]])
UNITS = frozenset(["GB", "MB", "KB", "TB", "GHz", "MHz", "Hz", "kHz", "ms", "GiB", "MiB", "FLOPs", "TFLOPs"])
PLAIN = re.compile(r"[A-Z][a-z]+$")
#: Consonants two words must share before sounding alike says that they are one name.
HEARD = 3
#: Fewest letters of a name that two exchanged letters do not make another.
MISTYPED = 6


def latin_names(sentence: str, known: Collection[str] = ()) -> list[str]:
    """Names in Latin letters, in order, with Hangul right before them; a plain word that opens an English sentence is one only if `known` (lower case) has it."""
    found = []
    for match in LATIN.finditer(sentence):
        for part in _named_parts(match[0].removesuffix("'s")):
            if WORDED.fullmatch(part) or part in UNITS:
                continue
            opens = not sentence[: match.start()].strip(" \"'“‘(*") and not re.match(r"\s?[가-힣]", sentence[match.end() :])
            if part.lower() not in COMMON and not (PLAIN.fullmatch(part) and opens and part.lower() not in known):
                before = re.search(r"[가-힣]*$", sentence[max(0, match.start() - 12) : match.start()]) if match[0].startswith(part) else None
                found.append(before[0] + part if before else part)
    return found


def _named_parts(token: str) -> list[str]:
    """A token that is a name; of a compound such as `RL-tuned` the part that is."""
    if not any(c.isupper() for c in token) and not (any(c.isdigit() for c in token) and "-" in token):
        return []
    parts = token.split("-")
    if token.islower():
        return [token]
    if len(parts) > 1 and any(p.islower() and len(p) > 3 for p in parts):
        return [p for p in parts if any(c.isupper() for c in p) and len(p) > 1]
    return [token]


@lru_cache(maxsize=4096)
def _pattern(name: str) -> re.Pattern[str]:
    """A name with any or no signs between its letters; one that ends in a letter may be followed by a version."""
    letters = [c for c in name.lower() if c.isalnum()]
    after = re.escape("+" * (len(name) - len(name.rstrip("+")))) + (r"(?![a-z\d]|\.\d)" if letters and letters[-1].isdigit() else r"(?!(?!s\b)[a-z])")
    return re.compile(r"(?<![a-z\d])" + r"[\W_]{0,2}".join(map(re.escape, letters[:60])) + after)


def bears(text: str, name: str) -> bool:
    """Whether a text has a Latin name, however hyphened: `Llama 3.1 8B` bears Llama-3.1-8B and Llama."""
    return bool(_pattern(name).search(text.lower()))


def bears_otherwise(text: str, name: str, glossary: Glossary) -> bool:
    """Whether a text has a Latin name in other words: in Hangul, as the glossary spells it or as it sounds, or written out.

    Half in Hangul it may be all in Latin letters there; two letters of it may stand there in the wrong order.
    """
    half = HALF_HANGUL.fullmatch(name)
    if half:
        ends = re.compile(rf"([a-z]{{1,30}}){re.escape(half[2].lower())}(?![a-z\d])")
        return bears(text, half[2]) or any(sound_of(half[1])[:1] == sound_of(m[1])[:1] for m in ends.finditer(text.lower()))
    if _mistyped(text, name):
        return True
    squeezed = text.replace(" ", "")
    if any(k.replace(" ", "") in squeezed or any(bears(text, e) for e in glossary.english(k)) for k in glossary.korean(name)):
        return True
    heard = sound_of(name)
    return len(heard) >= HEARD and any(sound_of(form) == heard for word in HANGUL_WORD.findall(text) for form in {word, bare_korean(word)})


def _mistyped(text: str, name: str) -> bool:
    """Whether a text has the letters of a name in another order: Cluade."""
    return len(name) >= MISTYPED and any(len(w) == len(name) and w[0] == name[0] and sorted(w) == sorted(name) for w in re.findall(r"[A-Za-z]+", text))


def hangul_names(units: Collection[Unit], glossary: Glossary) -> list[tuple[str, list[str]]]:
    """Korean units whose every English wording is a name: (`구글`, [`Google`])."""
    out = []
    for unit in units:
        wordings = [] if unit.latin else glossary.english(unit.text)
        if wordings and all(any(c.isupper() for c in w) and not w.isupper() for w in wordings):
            out.append((unit.text, wordings))
    return out


def bears_hangul_name(text: str, name: str, wordings: Collection[str], glossary: Glossary) -> bool:
    """Whether a text has a Hangul name, in Hangul (any spelling of it) or in Latin letters."""
    squeezed = text.replace(" ", "")
    spellings = {name, *(k for w in wordings for k in glossary.korean(w))}
    return any(s.replace(" ", "") in squeezed for s in spellings) or any(bears(text, w) or _mistyped(text, w) for w in wordings)
