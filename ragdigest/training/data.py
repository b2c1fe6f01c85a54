"""Reads the training text. Knows nothing of models.

Two kinds: Korean-English pairs taken from translated documentation (not in this
repository; licences in the model card) and ideas written by hand for this project
(`ragdigest/training/data/`).
"""

import csv
import json
import random
import zlib
from dataclasses import dataclass
from pathlib import Path

from ..errors import RagdigestError

AUTHORED = Path(__file__).parent / "data"
GLOSSARY = Path(__file__).parents[1] / "data" / "glossary.tsv"
PAIR_FILES = ("pairs.tsv", "title_body_ko.tsv", "title_body_en.tsv")
#: Chance that a row of a source is kept: general programming text and machine
#: translation teach less about papers than the rest does.
SOURCE_SHARE = {"python-docs": 0.30, "react-docs": 0.35, "fastapi-docs": 0.5, "d2l": 0.5, "tensorflow-docs": 0.75}
PARAGRAPH_CHARS = 420


@dataclass(frozen=True)
class Idea:
    """One idea in several wordings: `docs` as a digest says it, `queries` as a reader asks.

    Each is a pair (Korean wordings, English wordings); either may be empty.
    """

    docs: tuple[tuple[str, ...], tuple[str, ...]]
    queries: tuple[tuple[str, ...], tuple[str, ...]]


def read_tsv(path: Path) -> list[dict[str, str]]:
    """Rows of a tab-separated file with a header line."""
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def parallel_pairs(folder: Path, seed: int) -> list[tuple[str, str]]:
    """Korean-English pairs of translated documentation, thinned by source.

    Raises RagdigestError where the files are not there.
    """
    missing = [name for name in PAIR_FILES if not (folder / name).is_file()]
    if missing:
        raise RagdigestError(
            f"no {missing[0]} in {folder}; the parallel text comes from the translated documentation "
            "named in ragdigest/encoders/bundled/README.md: align it to TSV columns ko, en, source, level"
        )
    rng = random.Random(seed)
    pairs: dict[tuple[str, str], None] = {}
    for row in read_tsv(folder / "pairs.tsv"):
        general = row["source"] in SOURCE_SHARE
        if general and (row["level"] == "term" or rng.random() > SOURCE_SHARE[row["source"]]):
            continue
        pairs[row["ko"][:PARAGRAPH_CHARS], row["en"][:PARAGRAPH_CHARS]] = None
    return list(pairs)


def headings(folder: Path) -> list[Idea]:
    """Heading -> paragraph pairs, each an idea in one language."""
    ideas = []
    for name, korean in (("title_body_ko.tsv", True), ("title_body_en.tsv", False)):
        for row in read_tsv(folder / name):
            doc, query = (row["body"][:PARAGRAPH_CHARS],), (row["heading"],)
            if row["source"] != "d2l" or not korean:
                ideas.append(Idea((doc, ()), (query, ())) if korean else Idea(((), doc), ((), query)))
    return ideas


def paraphrases(folder: Path) -> list[Idea]:
    """Korean sentences that say the same: entailed pairs of KorNLI, pairs of KorSTS's training part scored 4 of 5 or more.

    Empty where the files are not there.
    """
    same = []
    for name, left, right in (("ko-nli-pos.tsv", "premise", "hypothesis"), ("ko-sts.tsv", "sentence1", "sentence2")):
        if (folder / name).is_file():
            same += [(r[left], r[right]) for r in read_tsv(folder / name) if "score" not in r or (r["split"] == "train" and float(r["score"]) >= 4)]
    return [Idea(((doc,), ()), ((query,), ())) for doc, query in same if doc != query]


def parallel_wordings(ideas: list[Idea]) -> list[tuple[str, str]]:
    """Korean and English wordings of an idea that say the same: passages and sentences, not what readers ask."""
    return [pair for idea in ideas for pair in zip(*idea.docs, strict=False) if all(pair)]


def authored_ideas(folder: Path = AUTHORED) -> list[Idea]:
    """The ideas written for this project, in file and line order."""
    ideas = []
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            ideas.append(idea_of(json.loads(line)))
    return ideas


def passages(ideas: list[Idea], most: int = 4000) -> list[str]:
    """About `most` wordings in both languages, spread evenly over the ideas that are asked for."""
    asked = [idea for idea in ideas if any(idea.queries)]
    return [w for idea in asked[:: max(1, 2 * len(asked) // most)] for side in idea.docs for w in side]


def held_out(ideas: list[Idea]) -> tuple[list[Idea], list[Idea]]:
    """(kept out of training, trained on): by a checksum of the idea's wording, so that added ideas move none."""
    held, rest = [], []
    for idea in ideas:
        text = next(w for side in idea.docs for w in side)
        (held if zlib.crc32(text.encode()) % 16 == 0 else rest).append(idea)
    return held, rest


def idea_of(row: dict[str, str]) -> Idea:
    """One line of an authored file. Raises KeyError for a line of an unknown form."""
    if "passage_ko" in row:
        asks = tuple(tuple(row[k] for k in (f"q_{lang}", f"alt_{lang}", f"how_{lang}") if k in row) for lang in ("ko", "en"))
        return Idea(((row["passage_ko"],), (row["passage_en"],)), asks)
    if "ko_formal" in row:
        return Idea(
            ((row["ko_formal"],), (row["en_formal"],)),
            ((row["ko_casual"], row["ko_query"]), (row["en_casual"], row["en_query"])),
        )
    if "ko_def" in row:
        terms = tuple(row["ko_term"].split("|")), tuple(row["en_term"].split("|"))
        return Idea(((row["ko_def"],), (row["en_def"],)), terms)
    return Idea(((row["ko"],), (row["en"],)), ((), ()))


def glossary_pairs(path: Path = GLOSSARY) -> list[tuple[str, str]]:
    """Every Korean variant of a term with every English one."""
    pairs = []
    for line in path.read_text(encoding="utf-8").splitlines():
        korean, english = line.split("\t")[:2]
        pairs += [(k, e) for k in korean.split("|") for e in english.split("|")]
    return pairs
