"""Questions that one search cannot answer: split, search, note, see what is missing, search again. Knows nothing of terminals.

Works by rules where no language model is configured: a comparison is searched side by side, a list
by each name and its other spellings; what no note speaks of is searched for by itself.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from .answers import extractive
from .answers.checking import Line, Piece
from .answers.sentences import Sentence, held, sentences_of
from .library import Library
from .records import Answer
from .retrieval.filters import Filters
from .retrieval.retriever import RARE_NAME, WHOLE, Scores

#: Limits: rounds of searching, queries a round, papers looked at for a query, notes of each, notes in all, characters of a note.
ROUNDS, QUERIES, PAPERS, EACH, NOTES, LONGEST = 3, 4, 4, 3, 12, 320
#: A paper is noted while it scores this share of the best for its query; a word is spoken of where a note holds this much of it.
WORTH, SPOKEN = 0.75, 0.5


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
    work = _Work(library, question, Filters.parse(**filters), library.client if llm is not False else None, say)
    queries = work.split()
    for number in range(1, rounds + 1):
        before = len(work.notes)
        for query in queries[:QUERIES]:
            work.search(number, query)
        queries = work.missing()
        if not queries or len(work.notes) == before or len(work.notes) >= NOTES:
            break
    return Research(work.answer(), tuple(work.trail))


def _as_written(name: str, question: str) -> str:
    """A folded name as the question spells it."""
    at = question.lower().find(name)
    return question[at : at + len(name)] if at >= 0 else name


class _Work:
    """What is known so far."""

    def __init__(self, library: Library, question: str, filters: Filters, client, say: Callable[[Step], None]):
        self.library, self.retriever = library, library.retriever
        self.question, self.filters, self.client, self.say = question, filters, client, say
        self.scores = self.retriever.score(question, filters)
        self.notes: list[Note] = []
        self.trail: list[Step] = []
        self.asked: set[str] = set()
        self.failed: str | None = None

    def split(self) -> list[str]:
        """The first queries: the question, and each side of it by itself."""
        named = [u.text for u in self._named()]
        sides = []
        if self.client:
            sides = self._from_model("splitting", self.question)
        if not sides and len(named) > 1:
            rest = [u.text for u in self.scores.words.units if u.text not in named]
            sides = [" ".join([_as_written(name, self.question), *rest[:4]]) for name in named]
        return [*sides, self.question] if self.scores.asked.compares else [self.question, *sides]

    def _named(self):
        """The units of the question that are names by which papers are told apart."""
        words = self.scores.words
        return [u for u, w in zip(words.units, words.weight.max(1) if len(words.units) else [], strict=True) if self.scores.asked.names & {u.text, *u.text.split()} and w > RARE_NAME]

    def _from_model(self, prompt: str, *args) -> list[str]:
        from .llm import prompts
        from .llm.client import ModelError
        from .llm.fencing import stripped

        try:
            said = self.client.complete(getattr(prompts, prompt)(*args, QUERIES), 200)
        except ModelError as error:
            self.failed, self.client = str(error), None
            return []
        lines = [stripped(line)[:200] for line in said.splitlines()]
        return [line for line in lines if any(c.isalnum() for c in line) and line.upper() != "ENOUGH"][:QUERIES]

    def search(self, number: int, query: str) -> None:
        """One search; the best sentences of each new paper near enough become notes.

        Where the best paper bears a name that the query names, only papers that bear it count, and for a list all of them.
        """
        if query in self.asked or len(self.notes) >= NOTES:
            return
        self.asked.add(query)
        scores = self.retriever.score(query, self.filters)
        listed = self.scores.asked.wants_list and not self.scores.asked.compares
        ranked = self.retriever.ranked(scores, 2 * NOTES if listed else PAPERS)
        bearing = [n for n in ranked if self._bears(scores, n)]
        named = bool(ranked) and ranked[0] in bearing
        near = bearing if named else [n for n in ranked if scores.entry[n] >= WORTH * scores.entry[ranked[0]]]
        found = []
        for n in near[: NOTES if listed else PAPERS]:
            versions = extractive.in_language(extractive.versions_of(self.retriever, n), self.scores.asked.lang)
            sentences = [s for s in sentences_of(self.retriever, scores, versions[:1]) if s.end - s.start <= LONGEST]
            known = {m.sentence.start for m in self.notes if m.sentence.entry.n == versions[0].n}
            new = [s for s in extractive.best_of(sentences, 1 if listed else EACH, 2 * LONGEST) if s.start not in known][: NOTES - len(self.notes)]
            if new and all(m.work != versions[0].work for m in self.notes):
                found.append(versions[0].title)
            self.notes += [Note(versions[0].work, s) for s in new]
        self.trail.append(Step(number, query, tuple(found)))
        self.say(self.trail[-1])

    def _bears(self, scores: Scores, n: int) -> bool:
        """Whether an entry holds a rare name of the query."""
        words, first = scores.words, self.retriever.store.first_passage
        rare = [u for u, unit in enumerate(words.units) if scores.asked.names & {unit.text, *unit.text.split()} and words.weight[u].max() > RARE_NAME]
        return any(words.match[u, first[n] : first[n + 1]].max() > WHOLE for u in rare)

    def missing(self) -> list[str]:
        """What to search for next: names and rare words of the question of which no note speaks."""
        if self.client:
            return self._from_model("missing", self.question, [f"{n.sentence.entry.title}: {n.sentence.text}" for n in self.notes])
        units = self.scores.words.units
        if not units or not self.notes:
            return []
        spoken = np.max([np.maximum(held(units, n.sentence.text), held(units, n.sentence.entry.title)) for n in self.notes], axis=0)
        weight = self.scores.words.weight.max(1)
        lacking = [u.text for u, s, w in zip(units, spoken, weight, strict=True) if s < SPOKEN and w > RARE_NAME]
        around = [u.text for u in self._named()]
        return [" ".join([text, *(a for a in around if a != text)][:3]) for text in lacking]

    def answer(self) -> Answer:
        """The notes as an answer, drafted by the model where there is one; an abstention where nothing answers."""
        own = extractive.answer(self.retriever, self.question, self.filters)
        parts = [s for s in self.trail if s.query != self.question]
        if own.abstained and not any(not extractive.answer(self.retriever, s.query, self.filters).abstained for s in parts[:QUERIES]):
            return own
        if not self.notes:
            return own
        if self.client:
            drafted = self._drafted()
            if drafted:
                return drafted
        return self._noted(own)

    def _grouped(self) -> list[list[Note]]:
        works: dict[str, list[Note]] = {}
        for note in self.notes:
            works.setdefault(note.work, []).append(note)
        return list(works.values())

    def _noted(self, own: Answer) -> Answer:
        """Each paper's notes under its title, every one a quote."""
        chosen = [s for group in self._grouped() for s in sorted((n.sentence for n in group), key=lambda s: s.start)]
        citations = tuple(extractive.citation(self.retriever, key, s) for key, s in enumerate(chosen, 1))
        return replace(own, text=extractive.text_of(citations, chosen), citations=citations, abstained=False, reason=None, nearest=(), note=self.failed)

    def _drafted(self) -> Answer | None:
        from .llm import drafting
        from .llm.context import Context

        pieces = [Piece(str(k), group[0].sentence.entry, tuple(Line(n.sentence.start, n.sentence.end, n.sentence.text, n.sentence.vector) for n in sorted(group, key=lambda n: n.sentence.start) if n.sentence.entry.n == group[0].sentence.entry.n))
                  for k, group in enumerate(self._grouped(), 1)]
        draft, _, failed, spent = drafting.drafted(self.retriever, self.client, self.question, self.scores.asked.lang, Context(tuple(pieces), 0, 0), self.library.known_names, lambda s: None)
        note = drafting.note_of(draft.dropped, failed, 0)
        if not draft.citations:
            self.failed = f"{note or 'nothing of the draft is proved by the notes'}; these are the digests' own words"
            return None
        return Answer(self.question, draft.text, tuple(draft.citations), False, None, (), self.client.settings.model, {"check": round(1000 * spent, 2)}, str(self.scores.filters) or None, note)
