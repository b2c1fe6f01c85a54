"""Scores the sentences of papers against a question. Knows nothing of abstaining or printing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ..index.catalogue import EntryRow
from ..passages import plain
from ..reading.sentences import lang_of
from ..retrieval.retriever import Retriever, Scores
from ..retrieval.units import Unit
from .worded import Worded, share

#: Weights of a sentence's score, measured on questions of our own: benchmarks/README.md.
MEANING, WORDS, PASSAGE, LEAD, NUMBER, SAME_LANG = 1.0, 0.5, 0.25, 0.06, 0.08, 0.05
#: Openings that lean on the sentence before.
LEANS = re.compile(
    r"(?:이는|이를|이로|이에|이들|이러한|이런|이와|이 (?:방법|접근|모델|연구|결과|기법|과정|방식|시스템|프레임워크)|그 결과|그러나|하지만|또한|따라서|반면|특히|즉|나아가|여기서|그리고|게다가|더 나아가|다만"
    r"|(?:This|These|That|Those|It|They|Its|Their|However|Moreover|Furthermore|In addition|Additionally|Also|Thus|Therefore|Hence|Instead|By contrast|In contrast|As a result|Such|He|She|Both)\b)"
)
ASKS_NUMBER = re.compile(
    r"몇|얼마|점수|퍼센트|비율|개수|크기|수치|정확도|배나|언제|연도|\bhow (?:many|much|large|big|long|far|often|fast)|\bwhat (?:percent|fraction|share|score|accuracy|size|number|rate|year)|\bscores?\b|\bpercent|\bwhen\b|%",
    re.I,
)
DIGIT = re.compile(
    r"\d|[일이삼사오육칠팔구십백천만]\s?(?:개|배|명|번|가지|퍼센트)|(?:두|세|네|다섯|여섯|일곱|여덟|아홉|열) (?:개|배|명|번|가지|종)|절반"
    r"|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|sixty|hundreds?|thousands?|millions?|billions?|dozens?|half|twice|double[sd]?)\b",
    re.I,
)


@dataclass(frozen=True)
class Sentence:
    """A sentence of an entry: its span, its words without Markdown, and how well it answers.

    `cosine` is its nearness to the question in meaning, `covered` the weighted share of the
    question's words it holds; `leans` says that it needs the sentence before it; `vector` is its unit row.
    """

    entry: EntryRow
    start: int
    end: int
    text: str
    order: int
    cosine: float
    covered: float
    score: float
    leans: bool
    vector: np.ndarray = field(default_factory=lambda: np.zeros(0, np.float32), repr=False, compare=False)


def held(units: Sequence[Unit], text: str) -> np.ndarray:
    """(units,) how much of each unit a text holds, 0 to 1, in its own language's wordings."""
    read = Worded(text)
    return np.array([share(unit, read, forms=False) for unit in units], np.float32)


def sentences_of(retriever: Retriever, scores: Scores, entries: Sequence[EntryRow]) -> list[Sentence]:
    """All sentences of the entries with their scores, in order."""
    raw = []
    first, rows = retriever.store.first_sentence, retriever.store.sentence_vectors
    for entry in entries:
        text = retriever.text(entry.source)
        spans = [(p, row, span) for p in retriever.store.catalogue.passages_of(entry.n) for row, span in enumerate(p.sentences, first[p.n])]
        raw += [(entry, p, order, span, plain(text[slice(*span)]), row) for order, (p, row, span) in enumerate(spans)]
    weights = scores.words.counts
    wants_number = bool(ASKS_NUMBER.search(scores.asked.text))
    out = []
    for entry, passage, order, (start, end), text, row in raw:
        lang = lang_of(text).value
        column = weights[:, 0 if lang == "ko" else 1]
        total = float(column.sum()) or 1.0
        covered = float((held(scores.words.units, text) * column).sum()) / total
        cosine = float(scores.sentence[row])
        score = MEANING * cosine + WORDS * covered + PASSAGE * float(scores.passage[passage.n]) + LEAD * (order == 0)
        score += NUMBER * (wants_number and bool(DIGIT.search(text))) + SAME_LANG * (lang == scores.asked.lang)
        out.append(Sentence(entry, start, end, text, order, cosine, covered, score, bool(LEANS.match(text)), rows[row]))
    return out
