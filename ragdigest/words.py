"""Text into terms for word search. Knows nothing of scores or indexes.

Hangul runs become syllable bigrams, which find a word with or without its particles and
blanks and beat a morphological analyser on our questions; Latin words, numbers and names
stay whole and, where they are compounds, in parts.
"""

import re
import unicodedata
from hashlib import blake2b
from pathlib import Path

RUN = re.compile(r"[가-힣]+|[^\W_가-힣]+(?:[.\-+/'’][^\W_가-힣]+)*\+*")
DIGITS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
PARTS = re.compile(r"[^\W_]+")
VERSIONED = re.compile(r"([a-z]{3,})\d[\d.]*")
NUMBER = re.compile(r"\d+(?:\.\d+)*")
PARTICLES = re.compile(
    "(?:에서의|에서는|에서도|으로는|으로의|으로써|이라는|이라고|이라도|에게서|까지의|부터의|이었나|이었지|였는지|였나요|인가요|한가요|하나요|했나요|되나요|됐나요|있나요|있었나|있었지"
    "|하면서|하는지|하도록|하려면|하려고|하려는|하니까|하더라|하더니|할수록|했는지|했다고|했다는|했어요|했습니다|한다는|한다고|한다면|합니다|되면서|되는지|되도록|될수록|됐는지|된다는|된다고|된다면|됩니다|시키는|시키면|시켰던"
    "|하면|하던|하자|하며|하여|하지|할까|할지|했다|했고|해도|해요|되면|되며|되고|되지|될까|될지|됐다|됐던|됐고|돼서|돼도|시킨|시켜"
    "|하는|하기|해서|해야|했던|했지|했나|했어|한다|되는|되어|된다|됐어|에서|에게|으로|까지|부터|보다|처럼|이나|라는|라고|이란|이랑|하고|마다|조차|밖에|에는|에도|인지"
    "|와의|과의|로는|로의|로써|들은|들이|들을|들의|들|은|는|이|가|을|를|의|에|도|와|과|로|만|란|나|랑|한|할|된|될|인)$"
)
WISH = re.compile(r"보고\s?싶[가-힣]*")
LATIN_PARTICLE = re.compile(r"(?<=[^\W_가-힣])" + PARTICLES.pattern.removesuffix("$") + "(?![가-힣])")
BRITISH_Z = re.compile(r"([iy])s(?=(?:e|ed|er|ing|able|ation|ational)$)")
BRITISH_OR = re.compile(r"(?<=[a-z]{3})our(?=(?:ed|ing|able|ite|al|less)?$)")
BRITISH_L = re.compile(r"(?<=[aeiou])ll(?=(?:ed|er|ing)$)")
STOP = frozenset(
    word for line in (Path(__file__).parent / "data" / "stopwords.txt").read_text(encoding="utf-8").splitlines() if line[:1] != "#" for word in line.split()
)
#: Korean words that only ask or request, in any ending: `있을까`, `뭐있어`, `몇편이나`, `나왔지`, `정리해주라`.
REQUEST = re.compile(
    "있(?:[가-힣]{0,2}(?:나|니|지|죠|어|요|까|음|던|라|데|면|는지|네|냐|고|던가)|다|음)|뭐뭐|뭐[가-힣]?(?:있|였|더)[가-힣]{0,4}|무엇[가-힣]{0,4}|몇(?:편|개|가지|건)?[가-힣]{0,3}|(?:편|건|개|가지)(?:이[가-힣]{0,2}|인[가-힣]{1,2}|나|정도)?"
    "|나(?:왔|온|오)(?:[가-힣]{0,3})|싶[가-힣]{1,4}|궁금[가-힣]{0,4}|(?:좀|다|쪽|쪽에|쪽의|쪽은|거|거야|것들[이은을]?|관련(?:된|한)?(?:거|것)?|관련논문|돼|되나|있긴|낸|쓴|쓰인|썼던|됐어|됐던)"
    "|[가-힣]{0,2}(?:알려|보여|찾아|모아|뽑아|골라|추려|추천해|정리해|소개해|설명해|말해|가르쳐|리스트업해|해)(?:줘[가-힣]{0,2}|주[가-힣]{1,4}|줄[가-힣]{1,2}|달라[가-힣]{0,2}|봐[가-힣]{0,2}|줬[가-힣]{1,4})|해줘|리스트(?:업)?|목록[가-힣]?"
)


def normal(text: str) -> str:
    """Compatibility-composed, lower case, thousands commas dropped."""
    return DIGITS.sub("", unicodedata.normalize("NFKC", text).lower())


def terms(text: str) -> list[str]:
    """All terms of a passage, repeated as often as they stand in it."""
    out: list[str] = []
    for run in RUN.findall(normal(text)):
        out += hangul_terms(run) if "가" <= run[0] <= "힣" else latin_terms(run)
    return out


def hangul_terms(run: str) -> list[str]:
    """Syllable bigrams; a lone syllable is its own term."""
    return [run[i : i + 2] for i in range(len(run) - 1)] or [run]


def latin_terms(run: str) -> list[str]:
    """The word's stem; for a compound such as `gpt-4o` the whole, without its marks, and its parts; for `aime24` also `aime`."""
    run = run.replace("’", "'").removesuffix("'s")
    parts = PARTS.findall(run)
    if len(parts) < 2:
        versioned = VERSIONED.fullmatch(run)
        return [stem(run), versioned[1]] if versioned else [stem(run)]
    if NUMBER.fullmatch(run):
        return [run]
    return [run, "".join(parts), *(stem(p) for p in parts)]


def stem(word: str) -> str:
    """Plural endings off and British spelling made American, nothing more: `studies` study, `boxes` box, `generalises` generalize."""
    if len(word) > 4 and word.endswith("ies"):
        word = word[:-3] + "y"
    elif len(word) > 4 and word.endswith(("ches", "shes", "xes", "sses")):
        word = word[:-2]
    elif len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    return word if len(word) < 6 else BRITISH_Z.sub(r"\1z", BRITISH_OR.sub("or", BRITISH_L.sub("l", word)))


def query_terms(text: str) -> list[list[str]]:
    """The words of a question that can speak, each as its terms; never empty where the text has a word.

    Function words and question forms leave, Korean particles come off the end of words.
    """
    return content_terms(text) or [hangul_terms(r) if "가" <= r[0] <= "힣" else latin_terms(r) for r in query_runs(text)]


def content_terms(text: str) -> list[list[str]]:
    """The words of a question that say something of papers, each as its terms; none for `논문 뭐 있어?`."""
    return [t for run in query_runs(text) if (t := _content(run))]


def query_runs(text: str) -> list[str]:
    """The runs of a question; a particle right after a Latin name (`GPT-4o가`) is none, nor is `보고 싶어`, which would be a report."""
    return RUN.findall(LATIN_PARTICLE.sub(" ", WISH.sub(" ", normal(text))))


def _content(run: str) -> list[str]:
    if not "가" <= run[0] <= "힣":
        return [] if run in STOP else latin_terms(run)
    return [] if says_nothing(run) else hangul_terms(bare_korean(run))


def says_nothing(word: str) -> bool:
    """Whether a word of a question says nothing about papers, with or without its particle."""
    return word in STOP or bool(REQUEST.fullmatch(word)) or bare_korean(word) in STOP


def bare_korean(word: str) -> str:
    """A Korean word without its last particle, where at least two syllables stay."""
    found = PARTICLES.search(word)
    return word[: found.start()] if found and found.start() >= 2 else word


def term_hash(term: str) -> int:
    """64-bit key of a term; with 10^6 terms two agree once in 37 million indexes."""
    return int.from_bytes(blake2b(term.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
