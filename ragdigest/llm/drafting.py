"""Answers drafted by a model and kept to what their citations prove. Knows nothing of terminals.

The draft is read as it streams; each sentence is checked before anyone sees it.
"""

import re
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from textwrap import shorten

from ..answers import extractive
from ..answers.checking import Checker, Claim, Line, Piece
from ..answers.support import STRICTNESS
from ..passages import visible
from ..reading.sentences import sentence_spans
from ..records import Answer, Citation
from ..retrieval.filters import Filters
from ..retrieval.questions import checked
from ..retrieval.retriever import Retriever, Scores
from . import prompts
from .client import Client, ModelError
from .context import MOST, Context, context_of
from .fencing import apart, stripped, with_marks

#: Stands before the citations of a sentence whose passage denies something near; characters of that shown in the note.
DOUBTED, SHOWN = "⚠", 90
#: Lines of one entry this close are one quote.
GAP = 12
#: How sure it must be that the digests answer before a model is asked.
LENIENT = 0.12
#: A sentence under way is looked at where a piece may end one, once it is long each STEP characters; PENDING is the most it may have.
STEP, PENDING = 400, 4000
ENDS = re.compile(r"[\s.!?。…\]】］]")
Say = Callable[[str], None]


@dataclass
class Draft:
    """What stands so far: sentences with final marks, their citations, why others fell, and what is denied beside those that stand."""

    retriever: Retriever
    text: str = ""
    citations: list[Citation] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)
    beside: list[str] = field(default_factory=list)

    def add(self, claim: Claim) -> str:
        """Take a proved claim in; gives the sentence with its final marks."""
        keys = list(dict.fromkeys(self._key(piece, span) for piece, lines in claim.proof for span in spans_of(lines)))
        sentence = f"{claim.text} {DOUBTED + ' ' if claim.beside else ''}" + "".join(f"[{k}]" for k in sorted(keys, key=int))
        if claim.beside:
            self.beside.append(claim.beside)
        self.text = f"{self.text} {sentence}".strip()
        return sentence

    def _key(self, piece: Piece, span: tuple[int, int]) -> str:
        for c in self.citations:
            if c.hit.id == piece.entry.id and c.hit.start <= span[0] and span[1] <= c.hit.end:
                return c.key
        self.citations.append(extractive.citation(self.retriever, len(self.citations) + 1, piece.entry, *span))
        return self.citations[-1].key


def spans_of(lines: Iterable[Line]) -> list[tuple[int, int]]:
    """The spans of lines, those that stand together as one."""
    spans: list[tuple[int, int]] = []
    for line in lines:
        if spans and 0 <= line.start - spans[-1][1] <= GAP:
            spans[-1] = (spans[-1][0], line.end)
        else:
            spans.append((line.start, line.end))
    return spans


def sentences_in(pieces: Iterable[str]) -> Iterator[str]:
    """The sentences of a stream, each as soon as the next begins; what goes on for more than PENDING characters is cut."""
    pending, read = "", 0
    for piece in pieces:
        pending += piece
        if (not ENDS.search(piece) or (len(pending) - read < STEP and len(pending) > STEP)) and len(pending) < PENDING:
            continue
        pending = with_marks(pending)
        spans = sentence_spans(pending, 0, len(pending))
        if len(spans) > 1 and pending[spans[-1][0]] not in "[［【":
            yield from (pending[a:b] for a, b in spans[:-1])
            pending = pending[spans[-1][0] :]
        elif len(pending) >= PENDING:
            yield pending
            pending = ""
        read = len(pending)
    pending = with_marks(pending)
    yield from (pending[a:b] for a, b in sentence_spans(pending, 0, len(pending)))


def answer(
    retriever: Retriever, client: Client, question: str, filters: Filters = Filters(), strictness: float | None = None,
    say: Say = lambda sentence: None, explain: bool = False,
) -> Answer:
    """Draft an answer, keep what the passages prove, and give each kept sentence to `say` at once.

    The extractive answer, or abstention, where the digests plainly do not answer, the model fails, or nothing of its draft
    stands. A model can say itself that the passages do not answer, so where no `strictness` is given it is asked from LENIENT on.
    """
    begun = time.perf_counter()
    scores = retriever.score(question, filters)
    retrieved = _ms(begun)
    plain = extractive.answer(retriever, question, filters, LENIENT if strictness is None else strictness, explain, scores)
    plain = replace(plain, timing_ms={**plain.timing_ms, "retrieve": retrieved})
    if plain.abstained:
        return plain
    context = context_of(retriever, scores, retriever.ranked(scores, MOST), client.settings.context_tokens)
    if not context.pieces:
        why = "every sentence found reads like an order to the model" if context.withheld else f"RAGDIGEST_LLM_CONTEXT_TOKENS ({client.settings.context_tokens}) has room for no passage"
        return _own(retriever, scores, question, strictness, plain, why)
    found = time.perf_counter()
    draft, said, failed, spent = drafted(retriever, client, question, scores.asked.lang, context, say)
    timing = {**plain.timing_ms, "context": _ms(begun, found), "check": round(1000 * spent, 2), "draft": _ms(found)}
    if prompts.NOTHING in said.upper() and not draft.citations:
        nearest = tuple(retriever.hits(retriever.ranked(scores, 3), scores))
        return Answer(question, None, (), True, f"{client.settings.model} finds no answer in the nearest passages", nearest, client.settings.model, timing, plain.filters, why=plain.why)
    note = note_of(draft, failed, context.withheld)
    if not draft.citations:
        return replace(_own(retriever, scores, question, strictness, plain, note or "nothing of the draft is proved by the passages"), timing_ms=timing)
    return Answer(question, draft.text, tuple(draft.citations), False, None, (), client.settings.model, timing, plain.filters, note, plain.why)


def _own(retriever: Retriever, scores: Scores, question: str, strictness: float | None, lenient: Answer, note: str) -> Answer:
    """The answer without a model, as sure as it must then be, with a note of why the model's is not shown."""
    own = lenient if strictness is not None else extractive.answer(retriever, question, strictness=STRICTNESS, explain=lenient.why is not None, scores=scores)
    return replace(own, note=note if own.abstained else f"{note}; these are the digests' own words")


def drafted(retriever: Retriever, client: Client, question: str, lang: str, context: Context, say: Say) -> tuple[Draft, str, str | None, float]:
    """(what stands, all that the model said, why it failed, seconds spent checking)."""
    checker = Checker(retriever, context.pieces)
    links = {url for p in context.pieces for url in p.entry.links.values()}
    draft, said, failed, spent = Draft(retriever), [], None, 0.0

    def pieces() -> Iterator[str]:
        for piece in client.stream(prompts.answering(checked(question), lang, context.pieces), client.settings.answer_tokens):
            said.append(piece)
            yield piece

    try:
        for sentence in sentences_in(pieces()):
            began = time.perf_counter()
            shown = [draft.add(c) for c in _claims(checker, sentence, lang, links, draft.dropped)]
            spent += time.perf_counter() - began
            for s in shown:
                say(s)
    except ModelError as error:  # a stream broken off has given its whole sentences already
        failed = str(error)
    return draft, "".join(said), failed, spent


def _claims(checker: Checker, sentence: str, lang: str, links: Collection[str], dropped: Counter[str]) -> Iterator[Claim]:
    """The claims of a draft's sentence that stand; why the others fall is counted in `dropped`."""
    for part in apart(sentence):
        text = stripped(part, links)
        if not any(c.isalpha() for c in text) or prompts.NOTHING in text.upper():
            continue
        claim = checker.check(text, lang)
        if claim.fault:
            dropped[claim.fault.value] += 1
        else:
            yield claim


def note_of(draft: Draft, failed: str | None, withheld: int) -> str | None:
    """What the reader should know of a draft, in one line."""
    said = []
    if draft.dropped:
        n = draft.dropped.total()
        said.append(f"{n} sentence{'s' if n > 1 else ''} of the draft left out ({', '.join(f'{n} with {why}' for why, n in draft.dropped.items())})")
    if draft.beside:
        said.append(f"{DOUBTED} compare with the source: " + ", ".join(f"“{shorten(visible(b), SHOWN, placeholder=' …')}”" for b in dict.fromkeys(draft.beside)))
    if withheld:
        said.append(f"{withheld} sentence{'s' if withheld > 1 else ''} of the digests withheld from the model as orders to it")
    if failed:
        said.append(failed)
    return "; ".join(said) or None


def _ms(since: float, until: float | None = None) -> float:
    return round(1000 * ((until or time.perf_counter()) - since), 2)
