"""Names that a question misspells or writes in the other script. Knows nothing of scores.

`SFR-DeepReserch` is SFR-DeepResearch, `파라씽커` is ParaThinker: a word that no passage holds is
compared with the names of the index by letters, or, from Hangul, by how both sound.
"""

from collections.abc import Iterable

from ..index.mining import folded_name
from ..words import normal

LETTERS_ALIKE, SOUNDS_ALIKE = 84, 80
INITIALS = ["k", "k", "n", "t", "t", "l", "m", "p", "p", "s", "s", "-", "c", "c", "c", "k", "t", "p", "h"]
FINALS = ["-", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "p", "l", "l", "l", "l", "m", "p", "p", "s", "s", "n", "c", "c", "k", "t", "p", "h"]
#: Latin spellings by the Korean consonant they are heard as, longest first.
SOUNDS = [
    ("tch", "c"), ("sch", "s"), ("th", "s"), ("ph", "p"), ("ch", "c"), ("sh", "s"), ("ck", "k"), ("ng", "n"), ("qu", "k"), ("ce", "s"), ("ci", "s"), ("cy", "s"), ("ge", "c"), ("gi", "c"),
    ("x", "ks"), ("b", "p"), ("f", "p"), ("v", "p"), ("p", "p"), ("c", "k"), ("k", "k"), ("g", "k"), ("q", "k"), ("d", "t"), ("t", "t"), ("j", "c"), ("z", "c"),
    ("s", "s"), ("l", "l"), ("r", "l"), ("m", "m"), ("n", "n"), ("h", "h"),
]


def sound_of(word: str) -> str:
    """Consonants as Korean hears them, doubles once: `파라씽커` and `ParaThinker` give `plsnk`."""
    heard = _hangul(word) if any("가" <= c <= "힣" for c in word) else _latin(folded_name(word))
    return "".join(c for i, c in enumerate(heard) if i == 0 or heard[i - 1] != c)


def _hangul(word: str) -> str:
    out = []
    for c in normal(word):
        code = ord(c) - 0xAC00
        if 0 <= code < 11172:
            out += [INITIALS[code // 588], FINALS[code % 28]]
        elif c.isalnum() and c.isascii():
            out.append(_latin(c))
    return "".join(out).replace("-", "")


def _latin(word: str) -> str:
    out, at = [], 0
    while at < len(word):
        rest = word[at:]
        spelled = next(((s, heard) for s, heard in SOUNDS if rest.startswith(s)), (rest[0], rest[0] if rest[0].isdigit() else ""))
        if spelled[0] == "r" and (len(rest) == 1 or rest[1] not in "aeiouy"):
            spelled = ("r", "")  # silent before a consonant and at the end
        out.append(spelled[1])
        at += 1 if spelled[0] in ("ce", "ci", "cy", "ge", "gi") else len(spelled[0])
    return "".join(out)


class Names:
    """Names to compare with, by letters and by sound; worked out once."""

    def __init__(self, names: Iterable[str]):
        self._letters: dict[str, str] = {}
        self._sounds: dict[str, str] = {}
        for name in names:
            self._letters.setdefault(folded_name(name), name)
            self._sounds.setdefault(sound_of(name), name)

    def nearest(self, word: str) -> str | None:
        """The name that a word misspells or transliterates; None where none is near enough, or two are as near.

        Words of fewer than four letters (three consonants, from Hangul) are never guessed,
        short ones only where they are nearly right.
        """
        from rapidfuzz import fuzz, process

        hangul = any("가" <= c <= "힣" for c in word)
        heard, forms = (sound_of(word), self._sounds) if hangul else (folded_name(word), self._letters)
        if len(heard) < (3 if hangul else 4):
            return None
        near = process.extract(heard, forms.keys(), scorer=fuzz.ratio, limit=2, score_cutoff=SOUNDS_ALIKE if hangul else LETTERS_ALIKE if len(heard) > 7 else 90)
        if not near or (len(near) > 1 and near[0][1] == near[1][1]) or (hangul and len(heard) < 5 and near[0][1] < 100):
            return None
        return forms[near[0][0]]
