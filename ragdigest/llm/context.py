"""Chooses what the model is shown within a budget of tokens. Knows nothing of prompts or servers.

Few papers whole, many as their one best sentence, so that more papers fit: the idea of REFRAG
(Lin et al. 2025), which expands few chunks and compresses the rest, done with sentences.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..answers.checking import Line, Piece
from ..answers.orders import instructs
from ..answers.sentences import Sentence, sentences_of
from ..passages import sentence_texts
from ..retrieval.retriever import Retriever, Scores

#: Share of the budget for whole papers; most papers in all; tokens of a piece's heading beside its title.
WHOLE, MOST, HEADING = 0.6, 24, 14
#: A paper is worth its sentence while its score is at least this share of the best.
WORTH = 0.45


@dataclass(frozen=True)
class Context:
    """What is shown, how many tokens it takes, and how many sentences were withheld as orders to the model."""

    pieces: tuple[Piece, ...]
    tokens: int
    withheld: int


def tokens(text: str) -> int:
    """About how many tokens a model counts: one a Hangul syllable, one for 3.6 other characters."""
    hangul = len(re.findall("[가-힣]", text))
    return hangul + round((len(text) - hangul) / 3.6)


def context_of(retriever: Retriever, scores: Scores, ranked: Sequence[int], budget: int) -> Context:
    """Pieces for the best works: whole while WHOLE of the budget lasts, then single sentences while the budget lasts."""
    rows = retriever.store.catalogue.entries_by_number(ranked)
    keep = [n for n in ranked[:MOST] if scores.entry[n] >= WORTH * scores.entry[ranked[0]]] or list(ranked[:1])
    share = WHOLE / 2 if scores.asked.wants_list and not scores.asked.compares else WHOLE
    pieces: list[Piece] = []
    spent = withheld = 0
    single = False
    for n in keep:
        sentences = sentences_of(retriever, scores, [rows[n]])
        allowed = [s for s in sentences if not instructs(s.text)]
        withheld += len(sentences) - len(allowed)
        heading = HEADING + tokens(rows[n].title)
        cost = heading + sum(tokens(s.text) for s in allowed)
        single = single or bool(pieces and spent + cost > share * budget)
        if single or cost > budget:
            allowed = _within(allowed, 1 if single else len(allowed), budget - spent - heading)
            cost = heading + sum(tokens(s.text) for s in allowed)
        if allowed and spent + cost <= budget:
            pieces.append(Piece(str(len(pieces) + 1), rows[n], tuple(line_of(s) for s in allowed)))
            spent += cost
    return Context(tuple(pieces), spent, withheld)


def _within(sentences: list[Sentence], most: int, room: int) -> list[Sentence]:
    """The best sentences that fit, in order of the text."""
    chosen: list[Sentence] = []
    for s in sorted(sentences, key=lambda s: -s.score):
        if len(chosen) < most and sum(tokens(c.text) for c in (*chosen, s)) <= room:
            chosen.append(s)
    return sorted(chosen, key=lambda s: s.order)


def line_of(sentence: Sentence) -> Line:
    """A scored sentence as the check of a draft reads it."""
    return Line(sentence.text, sentence.start, sentence.end, sentence.vector)


def piece_of(retriever: Retriever, entry, key: str) -> Piece:
    """An entry whole, for a check that no question led to."""
    store = retriever.store
    first, rows = store.first_sentence, store.sentence_vectors
    lines = [
        Line(text, a, b, row)
        for p in store.catalogue.passages_of(entry.n)
        for text, (a, b), row in zip(sentence_texts(p.quote, p.start, p.sentences), p.sentences, rows[first[p.n] : first[p.n + 1]], strict=True)
    ]
    return Piece(key, entry, tuple(lines))
