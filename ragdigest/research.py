"""Questions that one search cannot answer: split, search, note, see what is missing, search again. Knows nothing of terminals.

Works by rules where no language model is configured: a comparison is searched side by side, a list
by each name and its other spellings; what no note speaks of is searched for by itself.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from .answers import extractive
from .answers.checking import Piece
from .answers.sentences import Sentence, held, sentences_of
from .library import Library
from .records import Answer
from .retrieval.filters import Filters
from .retrieval.questions import as_asked, checked
from .retrieval.retriever import RARE_NAME, WHOLE, Scores, rare_names
from .words import terms

#: Limits: rounds of searching, queries a round, papers looked at for a query, notes of each, notes in all, characters of a note.
ROUNDS, QUERIES, PAPERS, EACH, NOTES, LONGEST = 3, 4, 4, 3, 12, 320
#: A paper is noted while it scores this share of the best for its query; a word is spoken of where a note holds this much of it.
WORTH, SPOKEN = 0.75, 0.5
#: Words that say what to do with papers, not what to search for.
NEVER = frozenset(["compare", "compared", "comparison", "versus", "vs", "differ", "difference", "evaluate", "use", "report", "list", "both", "each", "비교", "차이", "각각", "정리", "설명"])


@dataclass(frozen=True)
class Step:
    """One search: its round, the query, and the papers that it newly brought."""

    round: int
    query: str
    found: tuple[str, ...]


@dataclass(frozen=True)
class Note:
    """A sentence kept, and the work it speaks of."""

    work: str
    sentence: Sentence


@dataclass(frozen=True)
class Research:
    """The answer and how it was found."""

    answer: Answer
    trail: tuple[Step, ...]

    def to_json(self) -> dict:
        return {**self.answer.to_json(), "trail": [{"round": s.round, "query": s.query, "found": list(s.found)} for s in self.trail]}


def research(library: Library, question: str, rounds: int = ROUNDS, llm: bool | None = None, say: Callable[[Step], None] = lambda step: None, **filters: str | None) -> Research:
    """Answer a question in several rounds; each step is given to `say` as it is done. Filters as in `Library.search`.

    Abstains where the digests answer neither the question nor a part of it.
    """
    work = _Work(library, question, Filters.parse(**filters), library.model(llm), say)
    queries = work.split()
    for number in range(1, rounds + 1):
        before, now = len(work.notes), queries[:QUERIES]
        for query in now:
            work.search(number, query, max(1, (NOTES - before) // len(queries)))
        queries = queries[QUERIES:] or work.missing()
        if not queries or (len(work.notes) == before and len(work.trail) > 1) or len(work.notes) >= NOTES:
            break
    return Research(work.answer(), tuple(work.trail))


class _Work:
    """What is known so far."""

    def __init__(self, library: Library, question: str, filters: Filters, client, say: Callable[[Step], None]):
        self.library, self.retriever = library, library.retriever
        self.question, self.client, self.say = question, client, say
        self.scores = self.retriever.score(question, filters)
        self.filters = self.scores.filters  # with the period that the question itself names
        self.notes: list[Note] = []
        self.trail: list[Step] = []
        self.asked: set[str] = set()
        self.unknown: list[str] = []
        self.failed: str | None = None

    def split(self) -> list[str]:
        """The first queries: the question, and each side of it by itself."""
        named = [u.text for u in self._named()]
        sides = []
        if self.client:
            from .llm import prompts

            sides = self._from_model(prompts.splitting, checked(self.question))
        if not sides and len(named) > 1:
            rest = [u.text for u in self.scores.words.units if u.text not in named]
            sides = [" ".join([as_asked(name, self.question), *rest[:4]]) for name in named]
        return [*sides, self.question] if self.scores.asked.compares else [self.question, *sides]

    def _named(self):
        """The units of the question that are names by which papers are told apart."""
        return [self.scores.words.units[u] for u in rare_names(self.scores.asked, self.scores.words)]

    def _from_model(self, prompt, *args) -> list[str]:
        from .llm.client import ModelError
        from .llm.fencing import stripped

        try:
            said = self.client.complete(prompt(*args, QUERIES), 200)
        except ModelError as error:
            self.failed, self.client = str(error), None
            return []
        lines = [stripped(line)[:200] for line in said.splitlines()]
        if any(re.search(r"\bENOUGH\b", line) for line in lines):
            return []
        return [line for line in lines if any(c.isalnum() for c in line) and line[-1] not in ":："][:QUERIES]

    def search(self, number: int, query: str, most: int) -> None:
        """One search; the best sentences of each new paper near enough become notes, at most `most`.

        Where the best paper bears a name that the query names, only papers that bear it count, and for a list all of them.
        """
        if query in self.asked or len(self.notes) >= NOTES:
            return
        self.asked.add(query)
        scores = self.retriever.score(query, self.filters)
        listed = self.scores.asked.wants_list and not self.scores.asked.compares
        ranked = self.retriever.ranked(scores, 2 * NOTES if listed else PAPERS)
        bearing = [n for n in ranked if self._bears(scores, n)]
        side = query != self.question and bool(rare_names(scores.asked, scores.words))
        near = bearing if side or (ranked and ranked[0] in bearing) else [n for n in ranked if scores.entry[n] >= WORTH * scores.entry[ranked[0]]]
        if side and not bearing:
            self.unknown.append(query)
        found, most = [], len(self.notes) + (NOTES if listed else most)
        for n in near[: NOTES if listed else PAPERS]:
            versions = extractive.in_language(extractive.versions_of(self.retriever, scores, n), self.scores.asked.lang)
            sentences = [s for s in sentences_of(self.retriever, scores, versions[:1]) if s.end - s.start <= LONGEST]
            known = {m.sentence.start for m in self.notes if m.sentence.entry.n == versions[0].n}
            new = [s for s in extractive.best_of(sentences, 1 if listed else EACH, 2 * LONGEST) if s.start not in known][: min(NOTES, most) - len(self.notes)]
            if new and all(m.work != versions[0].work for m in self.notes):
                found.append(versions[0].title)
            self.notes += [Note(versions[0].work, s) for s in new]
        self.trail.append(Step(number, query, tuple(found)))
        self.say(self.trail[-1])

    def _bears(self, scores: Scores, n: int) -> bool:
        """Whether an entry holds a rare name of the query."""
        first = self.retriever.store.first_passage
        return any(scores.words.match[u, first[n] : first[n + 1]].max() > WHOLE for u in rare_names(scores.asked, scores.words))

    def missing(self) -> list[str]:
        """What to search for next: names and rare words of the question of which no note speaks."""
        if self.client:
            from .llm import prompts

            return self._from_model(prompts.missing, checked(self.question), [f"{n.sentence.entry.title}: {n.sentence.text}" for n in self.notes])
        units = self.scores.words.units
        if not units or not self.notes:
            return []
        spoken = np.max([np.maximum(held(units, n.sentence.text), held(units, n.sentence.entry.title)) for n in self.notes], axis=0)
        weight = self.scores.words.weight.max(1)
        nowhere = [u.text for u, m in zip(units, self.scores.words.match, strict=True) if not m.max() and u.latin and u.text not in NEVER]
        self.unknown += [as_asked(t, self.question) for t in nowhere if as_asked(t, self.question) not in self.unknown]
        lacking = [u.text for u, s, w in zip(units, spoken, weight, strict=True) if s < SPOKEN and w > RARE_NAME and u.text not in NEVER and u.text not in nowhere]
        around = [as_asked(u.text, self.question) for u in self._named()]
        return [" ".join([as_asked(text, self.question), *(a for a in around if a.lower() != text)][:3]) for text in lacking]

    def answer(self) -> Answer:
        """The notes as an answer, drafted by the model where there is one; an abstention where nothing answers."""
        own = extractive.answer(self.retriever, self.question, self.filters)
        asked = set(terms(self.question))
        parts = [s for s in self.trail if s.query != self.question and asked & set(terms(s.query))]
        side = bool(self.unknown) and any(self._bears(self.scores, n.sentence.entry.n) for n in self.notes)
        if own.abstained and not side and not any(not extractive.answer(self.retriever, s.query, self.filters).abstained for s in parts[:QUERIES]):
            return own
        if not self.notes:
            return own
        if self.client:
            drafted = self._drafted()
            if drafted:
                return drafted
        return self._noted(own)

    def _note(self, more: str | None = None) -> str | None:
        """What the reader should know: sides that no paper bears, a model that failed, what of its draft was left out."""
        unknown = f"no paper names {', '.join(self.unknown)}" if self.unknown else None
        return "; ".join(said for said in (unknown, self.failed, more) if said) or None

    def _grouped(self) -> list[list[Note]]:
        works: dict[str, list[Note]] = {}
        for note in self.notes:
            works.setdefault(note.work, []).append(note)
        return list(works.values())

    def _noted(self, own: Answer) -> Answer:
        """Each paper's notes under its title, every one a quote."""
        chosen = [s for group in self._grouped() for s in sorted((n.sentence for n in group), key=lambda s: s.start)]
        citations = tuple(extractive.citation(self.retriever, key, s.entry, s.start, s.end, s.score) for key, s in enumerate(chosen, 1))
        return replace(own, text=extractive.text_of(citations, chosen), citations=citations, abstained=False, reason=None, nearest=(), note=self._note())

    def _drafted(self) -> Answer | None:
        from .llm import drafting
        from .llm.context import Context, line_of

        pieces = [Piece(str(k), group[0].sentence.entry, tuple(line_of(n.sentence) for n in sorted(group, key=lambda n: n.sentence.start) if n.sentence.entry.n == group[0].sentence.entry.n))
                  for k, group in enumerate(self._grouped(), 1)]
        draft, _, failed, spent = drafting.drafted(self.retriever, self.client, self.question, self.scores.asked.lang, Context(tuple(pieces), 0, 0), lambda s: None)
        left_out = drafting.note_of(draft, failed, 0)
        note = self._note(left_out)
        if not draft.citations:
            self.failed = f"{left_out or 'nothing of the draft is proved by the notes'}; these are the digests' own words"
            return None
        return Answer(self.question, draft.text, tuple(draft.citations), False, None, (), self.client.settings.model, {"check": round(1000 * spent, 2)}, str(self.scores.filters) or None, note)
