"""Mines terms and names out of the digests themselves. Texts in, counted terms out; knows nothing of queries.

Terms are those that stand with their translation in parentheses:

`강화 학습(reinforcement learning)`, `Retrieval-Augmented Generation(RAG)`, `검색 증강 생성(RAG)`.
Names are models, benchmarks, datasets, methods and organisations: words with an inner capital or a
digit, abbreviations, and capitalised words that do not merely open a sentence.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from ..words import PARTS, normal, stem

PARENTHESIS = re.compile(r"\s?\(([^()\n]{2,60})\)")
LEFT = re.compile(r"[\w가-힣\-·]+(?: [\w가-힣\-·]+){0,5}$")
HANGUL_WORD = re.compile(r"[가-힣]+")
ENGLISH = re.compile(r"[A-Za-z][A-Za-z’'/+.\-]*(?: [A-Za-z][A-Za-z’'/+.\-]*){0,4}$")
ABBREVIATION = re.compile(r"[A-Z][A-Za-z]{0,2}[A-Z][A-Za-z\-]{0,6}s?$")
COINED = re.compile(r"[A-Z]\w*[A-Z]|\d|e\.g|i\.e")
#: Endings of a word that is no part of a term.
NOT_NOUN = re.compile(r"(?:하는|하고|하며|하여|되는|되어|적으로|있는|없는|위한|통한|대한|같은|높은|낮은|또는|이러한|이런|이들|더)$|(?<=[가-힣]{2})(?:한|된|의|를|을|는|은|이|가|와|과|에|로|에서|으로|및)$|^(?:및|이|그|각|더|대해|번)$")


@dataclass(frozen=True)
class MinedTerm:
    """A Korean term, its English one (or an abbreviation), how often they stand together, and one place (source, offset)."""

    korean: str
    english: str
    count: int
    source: str
    offset: int


def mine(texts: Iterable[tuple[str, str]]) -> list[MinedTerm]:
    """Terms of (source, text) pairs, most frequent first.

    How far left a Korean term reaches is settled by counting: of `높은 강화 학습(reinforcement
    learning)` the words that stand before the parenthesis again and again are the term.
    """
    seen: dict[str, list[tuple[list[str], str, str, int]]] = defaultdict(list)
    for source, text in texts:
        for match in PARENTHESIS.finditer(text):
            left = LEFT.search(text, max(0, match.start() - 50), match.start())
            english = match[1].split(",")[0].strip()
            words = left[0].split() if left else []
            if words and HANGUL_WORD.fullmatch(words[-1]) and ENGLISH.fullmatch(english) and (ABBREVIATION.fullmatch(english) or not COINED.search(english)):
                seen[_folded(english)].append((words[-4:], english, source, match.start()))
    out = []
    for places in seen.values():
        korean = _term([words for words, *_ in places], places[0][1])
        here = [p for p in places if korean and "".join(p[0]).endswith(korean.replace(" ", ""))]
        if here and korean and (len(korean) > 1 or len(here) > 2):  # a lone syllable is the end of something longer: 되찾는 힘(recall)
            spelled = Counter(english for _, english, *_ in here).most_common(1)[0][0]
            out.append(MinedTerm(korean, spelled, len(here), here[0][2], here[0][3]))
    return sorted(out, key=lambda t: (-t.count, t.korean))


def _folded(english: str) -> str:
    return " ".join(stem(w) for w in PARTS.findall(normal(english)))


def _term(lefts: list[list[str]], english: str) -> str | None:
    """The words right before the parenthesis that make the term, None where they make none.

    As many as the English has (for an abbreviation, capitals), and one more where nearly all
    of three places or more agree on it.
    """
    capitals = sum(c.isupper() for c in english)
    wanted = capitals if ABBREVIATION.fullmatch(english) else len(PARTS.findall(english))
    counts = [Counter(" ".join(words[-size:]) for words in lefts if len(words) >= size and _nouns(words[-size:])) for size in range(1, 5)]
    best, share = None, 0.0
    for size, found in enumerate(counts, 1):
        for words, count in found.most_common(1):
            here = count / len(lefts)
            longer_agreed = size > wanted and count >= 3 and here >= 0.9
            if (size <= wanted and here >= 0.5 * share) or longer_agreed:
                best, share = words, max(share, here)
    if best and wanted >= 2 and len(best.split()) < wanted - (wanted > 2) and len(best.replace(" ", "")) < 2 * wanted:
        return None  # half a compound
    if best is None or (ABBREVIATION.fullmatch(english) and len(best.split()) < min(wanted, 2) and len(best) < 4):
        return None
    return best


def _nouns(words: list[str]) -> bool:
    """Whether words can make a Korean term: Hangul, and none with a particle or a verb's ending but the last."""
    return all(HANGUL_WORD.fullmatch(w) for w in words) and not any(NOT_NOUN.search(w) for w in words)


def abbreviations(texts: Iterable[tuple[str, str]]) -> dict[str, str]:
    """English abbreviations by what they stand for: words right before `(RAG)` whose initials spell it, most frequent first."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for _, text in texts:
        for match in re.finditer(r"\(([A-Z][A-Za-z]{0,2}[A-Z]{1,5})s?\)", text):
            words = re.findall(r"[A-Za-z]+", text[max(0, match.start() - 80) : match.start()].rsplit(".", 1)[-1])
            letters = match[1].lower()
            spelled = words[-len(letters) :]
            if "".join(w[0] for w in spelled).lower() == letters and not text[match.start() - 1].isdigit():
                counts[match[1]][" ".join(spelled).lower()] += 1
    return {short: found.most_common(1)[0][0] for short, found in sorted(counts.items())}


NAME = re.compile(r"[A-Za-zα-ωΑ-Ω][\w]*(?:[-.+/][A-Za-z0-9]+)*")
MARKED = re.compile(r".*[a-z0-9].*[A-Z]|.*[A-Z].*[A-Z]|.*[A-Za-zα-ω].*\d|.*[α-ω]-")
UNNAMED = frozenset(["AI", "LLM", "LLMs", "ML", "NLP", "API", "GPU", "CPU", "QA", "vs", "Paper", "Tweet"])


def names(text: str) -> list[str]:
    """The names in a text, each once, in order: `ParaThinker`, `GPT-4o`, `τ-bench`, `GAIA`, `Anthropic`."""
    found: dict[str, None] = {}
    for match in NAME.finditer(text):
        word = match[0].rstrip("-.+/")
        if any("가" <= c <= "힣" for c in word):
            word = re.split("[가-힣]", word)[0].rstrip("-.+/_")
        if len(word) < 2 or word in UNNAMED:
            continue
        if MARKED.match(word) or (word[0].isupper() and len(word) > 2 and not _opens(text, match.start())):
            found[word] = None
    return list(found)


def _opens(text: str, at: int) -> bool:
    """Whether the word at `at` opens a sentence, a clause after a colon, or a line."""
    before = text[:at].rstrip(" \t\"'“‘(*")
    return not before or before[-1] in ".?!:;\n–—-|•●"


def folded_name(name: str) -> str:
    """A name without case and marks."""
    return "".join(c for c in name.lower() if c.isalnum())
