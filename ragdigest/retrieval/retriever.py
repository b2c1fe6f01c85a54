"""Ranks entries for a question by meaning and words. Knows nothing of prompts or terminals."""

import re
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np

from ..encoders import Encoder
from ..errors import RagdigestError
from ..index.build import BITS
from ..index.catalogue import EntryRow, PassageRow
from ..index.mining import folded_name
from ..index.store import Store
from ..records import Hit
from ..words import latin_terms, normal, term_hash, terms
from .filters import Filters
from .glossary import Glossary
from .late import late_interaction
from .lexical import WordEvidence, word_evidence
from .periods import period_of
from .questions import Question, as_asked, checked, read_question
from .spelling import Names, sound_of
from .units import Rendering, Unit, units_of

#: Weights of word evidence beside a cosine: for choosing an entry's best passage, and for ranking
#: entries by their words as a whole. All measured on questions of our own: benchmarks/README.md.
PASSAGE_WORDS, ENTRY_WORDS = 0.010, 0.014
#: Share of a passage's nearest sentence in its meaning, beside the passage as a whole.
SENTENCE = 0.33
#: Weight of late interaction beside a cosine, what of it a passage gets that has nothing to do with the question,
#: and how many of the best entries get this second look.
LATE, UNRELATED, LOOKED_AT = 2.0, 0.3, 200
#: What an overview loses against a paper; what a name in a title gains; what the rarest name an
#: entry holds gains, times its idf over SCARCE; what an entry that names
#: what a list asks for gains, and more where question and entry are Korean (English names stand in both).
OVERVIEW, TITLED, NAMED, LISTED, LISTED_LANG = 0.08, 0.15, 0.08, 0.30, 0.50
#: What an entry gains whose whole title the question holds, and how many letters or syllables such a title has at least.
WHOLE_TITLE, LONG_LATIN, LONG_HANGUL = 0.3, 24, 10
#: A Korean unit matched less than this anywhere may be a transliterated name; how far a respelling is trusted.
STRANGE, SPELLED = 0.5, 0.9
#: Consonants from which on a Korean word that sounds like a name is that name, whatever stands beside it; a coined one needs one less.
HEARD = 5
#: A passage that holds a whole name matches it more than this; one that holds half of it, less.
WHOLE = 0.25
#: Idf from which on a name says by itself which paper is meant.
SCARCE = 4.5
#: Least idf of a name that counts as one.
RARE_NAME = 2.2
#: Korean words with these endings are no names.
VERBAL = re.compile(r"(?:요|다|줘|까|지|나|는|던|던데|해서|하고|려고|면|게|기|란|라는|들|다고|냐고|라고|자고|거나|도록|하여|면서|지만|처럼|한테|보다|더니|더라|(?:는|은|인|운)데|[았었했였렸켰졌됐]고|[꿔여라해어아려켜와줘써쳐져춰둬봐내돼펴겨러혀]서|[아어려해여]주|이랑)$")


@dataclass(frozen=True)
class Scores:
    """What ranking knows of a question: cosines and word gains (units, passages), fused scores by passage and entry.

    `cosine` is each passage's with its nearest sentence's in it, `sentence` each sentence's, `late` each passage's late interaction
    above UNRELATED (the least of those looked at where it was not looked at). `asked` is the question as understood, `vector` its unit row, `tokens` its tokens' and `filters` with its own period.
    """

    asked: Question
    filters: Filters
    vector: np.ndarray
    tokens: np.ndarray
    cosine: np.ndarray
    sentence: np.ndarray
    late: np.ndarray
    words: WordEvidence
    gains: np.ndarray
    passage: np.ndarray
    entry: np.ndarray


class Retriever:
    """Ranks the entries of a store. Thread-safe after the first query."""

    def __init__(self, store: Store, encoder: Encoder, glossary: Glossary):
        self.store, self.encoder, self.glossary = store, encoder, glossary

    def search(self, query: str, k: int = 10, filters: Filters = Filters(), explain: bool = False) -> list[Hit]:
        """The best `k` works for a question, one hit each. Raises RagdigestError for a query without a letter or digit."""
        scores = self.score(query, filters)
        return self.hits(self.ranked(scores, k), scores, explain)

    def understood(self, query: str, filters: Filters = Filters()) -> tuple[Question, Filters]:
        """The question without its period, and the filters with it; what the user filtered by wins."""
        query = checked(query)
        period = None if filters.since or filters.until else period_of(query, date.today(), self.newest)
        if period is None:
            return read_question(query), filters
        rest = period.rest if any(c.isalnum() for c in period.rest) else query
        return read_question(rest), filters.within(period.since, period.until)

    @cached_property
    def newest(self) -> date:
        """First day of the newest week, today where no week is known."""
        days = self.store.columns.entry_first_day
        return date.fromordinal(int(days.max())) if len(days) and days.max() > 0 else date.today()

    def score(self, query: str, filters: Filters = Filters()) -> Scores:
        """Score every passage and entry; entries the filters exclude get -inf."""
        asked, filters = self.understood(query, filters)
        columns = self.store.columns
        if not len(columns.passage_entry):
            none = np.zeros(0, np.float32)
            return Scores(asked, filters, none, none, none, none, none, WordEvidence((), np.zeros((0, 0), np.float32), np.zeros((0, 2), np.float32)), none, none, none)
        asked, evidence, meant = self._spelled(asked, word_evidence(units_of(asked.text, self.glossary), self.store.postings, columns.passage_lang))
        (vector,), (tokens,) = self.encoder.encode_tokens([meant], asked=True)
        return self._fuse(asked, filters, vector, tokens, evidence)

    def _spelled(self, asked: Question, evidence: WordEvidence) -> tuple[Question, WordEvidence, str]:
        """Units that no passage holds, with the name of the index they misspell or transliterate beside them, and the question with that name instead."""
        units, names, meant = list(evidence.units), set(asked.names), asked.text
        for u, unit in enumerate(units):
            found = float(evidence.match[u].max())
            strange = self._misspelled(unit.text, found) if unit.latin else found < STRANGE and not unit.en and not VERBAL.search(unit.text)
            name = self._names.nearest(unit.text) if strange and len(unit.text) > 2 else None
            if name:
                rendering = Rendering(name, tuple(latin_terms(normal(name))[:1]), SPELLED)
                units[u] = Unit(unit.text, (*unit.ko, rendering), (*unit.en, rendering), latin=True)
                heard = sound_of(unit.text)
                least = HEARD - 1 if re.search(r".[A-Z]", name) else HEARD
                certain = unit.latin or len(units) == 1 or (heard == sound_of(name) and len(heard) >= least)
                if certain and folded_name(name) in self.true_names:
                    names.add(unit.text)
                    meant = meant.replace(as_asked(unit.text, meant), name)
            elif len(units) == 1 and unit.en and not unit.latin and folded_name(unit.en[0].text) in self.true_names:  # 미스트랄 alone
                names.add(unit.text)
                meant = meant.replace(unit.text, unit.en[0].text)
        if units != list(evidence.units):
            evidence = word_evidence(units, self.store.postings, self.store.columns.passage_lang)
        return replace(asked, names=frozenset(names)), evidence, meant

    def _misspelled(self, word: str, found: float) -> bool:
        """Whether a Latin word that is found at most that much has a part of five letters or more that no passage holds."""
        parts = [p for p in latin_terms(word)[2:] if len(p) > 4 and p.isalpha()]
        return found == 0 or (found < STRANGE and any(not len(self.store.postings.find(term_hash(p))[0]) for p in parts))

    @cached_property
    def true_names(self) -> frozenset[str]:
        """Names of models, benchmarks and organisations, folded, but for those that the digests also write as plain words."""
        counted = self.store.catalogue.rows("SELECT folded, COUNT(*) FROM names GROUP BY folded")
        owner = self.store.columns.passage_entry
        return frozenset(name for name, times in counted if len(set(owner[self.store.postings.find(term_hash(latin_terms(name)[0]))[0]].tolist())) <= 2 * times)

    def plain(self, word: str) -> bool:
        """Whether the digests write a word otherwise than as a name."""
        return folded_name(word) not in self.true_names and bool(len(self.store.postings.find(term_hash(latin_terms(normal(word))[0]))[0]))

    @cached_property
    def _names(self) -> Names:
        """The names of the index, but those that everything bears."""
        return Names(name for (name,) in self.store.catalogue.rows("SELECT name FROM names GROUP BY folded HAVING COUNT(*) <= 60 ORDER BY folded"))

    def _fuse(self, asked: Question, filters: Filters, vector: np.ndarray, tokens: np.ndarray, evidence: WordEvidence) -> Scores:
        sentence = self.store.sentence_vectors @ vector
        cosine = (1 - SENTENCE) * (self.store.vectors @ vector) + SENTENCE * np.maximum.reduceat(sentence, self.store.first_sentence[:-1])
        columns, starts = self.store.columns, self.store.first_passage[:-1]
        gains = evidence.counts[:, columns.passage_lang - 1] * evidence.match
        by_entry = np.maximum.reduceat(gains, starts, axis=1) if len(gains) else np.zeros((0, len(starts)), np.float32)
        said = ENTRY_WORDS * by_entry.sum(0) + self._named(asked, evidence) + WHOLE_TITLE * self.quoted(asked.text)
        said = np.where(columns.entry_ordinal == 0, said - OVERVIEW, said)
        keep = filters.mask(self.store)
        if keep is not None:
            said = np.where(keep, said, -np.inf)
        late = self._second_look(tokens, np.maximum.reduceat(cosine, starts) + said)
        meaning = cosine + LATE * late
        return Scores(asked, filters, vector, tokens, cosine, sentence, late, evidence, gains, meaning + PASSAGE_WORDS * gains.sum(0), np.maximum.reduceat(meaning, starts) + said)

    def _second_look(self, tokens: np.ndarray, entry: np.ndarray) -> np.ndarray:
        """(passages,) late interaction with the passages of the best entries; all others get the least of these."""
        owner = self.store.columns.passage_entry
        best = np.zeros(len(entry), bool)
        best[np.argsort(-entry, kind="stable")[:LOOKED_AT]] = True
        passages = np.flatnonzero(best[owner])
        found = late_interaction(tokens, self.store, passages) - UNRELATED
        late = np.full(len(owner), found.min(), np.float32)
        late[passages] = found
        return late

    def _named(self, asked: Question, evidence: WordEvidence) -> np.ndarray:
        """(entries,) what entries gain by bearing, or for a list by holding, a name that the question names."""
        gain = np.zeros(len(self.store.columns.entry_source), np.float32)
        named = rare_names(asked, evidence)
        if not named:
            return gain
        for u in named:
            for rendering in evidence.units[u].en:
                gain = np.maximum(gain, TITLED * self._titles_with(rendering.terms))
        holds = self.matched(evidence, named) > WHOLE
        gain = gain + NAMED * (holds * np.clip(evidence.weight[named].max(1) - SCARCE, 0, None)[:, None]).max(0)
        if asked.wants_list:
            korean = (self.store.columns.entry_langs & BITS["ko"]) > 0 if asked.lang == "ko" else 0.0
            gain = gain + holds.any(0) * (LISTED + LISTED_LANG * korean)
        return gain

    def matched(self, evidence: WordEvidence, units: list[int]) -> np.ndarray:
        """(units, entries) how far the passage of each entry that matches a unit most does so."""
        return np.maximum.reduceat(evidence.match[units], self.store.first_passage[:-1], axis=1)

    def quoted(self, question: str) -> np.ndarray:
        """(entries,) 1 where the question holds the whole title, blanks and marks aside."""
        asked = folded_name(question)
        out = np.zeros(len(self.store.columns.entry_source), np.float32)
        out[[n for n, title in self._folded_titles if title in asked]] = 1.0
        return out

    @cached_property
    def _folded_titles(self) -> list[tuple[int, str]]:
        """Titles, and their heads before a colon or bracket, long enough to be no mere word."""
        rows = self.store.catalogue.rows("SELECT n, title FROM entries WHERE ordinal > 0")
        forms = [(n, folded_name(form)) for n, title in rows for form in {title, re.split(r"[:：(]", title)[0]}]
        return [(n, form) for n, form in forms if len(form) >= (LONG_LATIN if form.isascii() else LONG_HANGUL)]

    def _titles_with(self, words: tuple[str, ...]) -> np.ndarray:
        """(entries,) 1 where a title holds all the terms."""
        found = set.intersection(*(self._titled.get(w, set()) for w in words))
        out = np.zeros(len(self.store.columns.entry_source), np.float32)
        out[list(found)] = 1.0
        return out

    @cached_property
    def _titled(self) -> dict[str, set[int]]:
        """Entries by the terms of their titles."""
        held: dict[str, set[int]] = {}
        for n, title in self.store.catalogue.rows("SELECT n, title FROM entries"):
            for term in terms(title):
                held.setdefault(term, set()).add(n)
        return held

    def ranked(self, scores: Scores, k: int) -> list[int]:
        """Entry numbers of the best `k` works, best first, each work by its best entry."""
        order = np.argsort(-scores.entry, kind="stable")
        works, out = set(), []
        for n in order:
            if len(out) == k or scores.entry[n] == -np.inf:
                break
            work = int(self.store.columns.entry_work[n])
            if work not in works:
                works.add(work)
                out.append(int(n))
        return out

    def hits(self, entries: list[int], scores: Scores, explain: bool = False) -> list[Hit]:
        """Hits for entry numbers in order, each quoting its best passage."""
        if not entries:
            return []
        first = self.store.first_passage
        best = {n: int(first[n] + np.argmax(scores.passage[first[n] : first[n + 1]])) for n in entries}
        rows, passages = self.store.catalogue.entries_by_number(entries), self.store.catalogue.passages(best.values())
        versions = self.versions([rows[n] for n in entries])
        out = []
        for rank, n in enumerate(entries, 1):
            why = self.why(n, best[n], scores) if explain else None
            out.append(hit_of(rows[n], passages[best[n]], rank, float(scores.entry[n]), versions[rows[n].id], why))
        return out

    def versions(self, entries: list[EntryRow]) -> dict[str, tuple[str, ...]]:
        """By entry id, the ids of the other entries of its work."""
        marks = ",".join("?" * len(entries))
        same = self.store.catalogue.rows(f"SELECT work, id FROM entries WHERE work IN ({marks}) ORDER BY n", [e.work for e in entries])
        return {e.id: tuple(i for w, i in same if w == e.work and i != e.id) for e in entries}

    def text(self, source: str) -> str:
        text = self.store.catalogue.text(source)
        if text is None:
            raise RagdigestError(f"{source} is not in the index; run: ragdigest status")
        return text

    def why(self, entry: int, passage: int, scores: Scores) -> dict[str, Any]:
        """Vector, token and word scores of a hit, and which words matched in which rendering."""
        lang = int(self.store.columns.passage_lang[passage]) - 1
        first = self.store.first_passage
        span = slice(int(first[entry]), int(first[entry + 1]))
        matched = []
        for u, unit in enumerate(scores.words.units):
            here = float(scores.words.match[u, span].max())
            if here > 0:  # what the ranking saw
                wordings = (unit.ko, unit.en)[lang]
                other = [r.text for r in wordings if r.text != unit.text]
                matched.append({"term": unit.text, "weight": round(float(scores.words.weight[u, lang]), 2), "match": round(here, 2), **({"also": other} if other else {})})
        words = float(scores.passage[passage] - scores.cosine[passage] - LATE * scores.late[passage])
        return {"vector": round(float(scores.cosine[passage]), 4), "tokens": round(float(scores.late[passage]), 4), "words": round(words, 4), "matched": matched}


def rare_names(asked: Question, evidence: WordEvidence) -> list[int]:
    """The units of a question that are names by which papers are told apart."""
    return [u for u, unit in enumerate(evidence.units) if asked.names & {unit.text, *unit.text.split()} and evidence.weight[u].max() > RARE_NAME]


def hit_of(entry: EntryRow, passage: PassageRow, rank: int, score: float, versions: tuple[str, ...] = (), why: dict[str, Any] | None = None) -> Hit:
    """The hit of an entry that quotes a passage, character for character."""
    return Hit(rank, score, entry.id, entry.source, entry.ordinal, entry.title, entry.week_start, entry.week_end, entry.langs[0], entry.url,
               passage.quote, passage.start, passage.end, versions, why=why)
