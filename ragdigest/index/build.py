"""Builds an index, or brings it up to date. Knows nothing of searching.

Unchanged sources are taken over from the old generation, row for row and vector for vector,
so an update reads and embeds only what is new.
"""

import hashlib
import json
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from .. import words
from ..encoders import Encoder
from ..errors import RagdigestError
from ..passages import passages_of, sentence_texts
from ..reading import SUFFIXES, read_source
from ..reading.weeks import parse_week
from ..records import Lang, Source
from . import mining, works
from .catalogue import write_catalogue
from .layout import CATALOGUE, COLUMNS, POSTINGS, RECIPE, SENTENCES, TOKENS, VECTORS, new_generation, read_manifest, writer
from .postings import Postings
from .scan import Found, scan
from .store import Columns, Store, mean_rows

BITS = {Lang.KO.value: 1, Lang.EN.value: 2}
Say = Callable[[str], None]


@dataclass
class Record:
    """All rows of one source, with numbers still local to it."""

    row: tuple
    digests: list[tuple] = field(default_factory=list)
    entries: list[tuple] = field(default_factory=list)
    passages: list[tuple] = field(default_factory=list)


@dataclass(frozen=True)
class Change:
    """What an update did: names of sources, and how many passages were embedded."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    embedded: int
    entries: int
    passages: int
    notes: tuple[str, ...]


def update(
    root: Path, paths: Sequence[Path], encoder: Encoder, *, rebuild: bool = False, weeks: dict[str, str] | None = None,
    skip_bad: bool = False, say: Say = lambda text: None, progress: Callable[[int, int], Callable[[int], None]] | None = None,
) -> Change:
    """Bring the index at `root` up to date with `paths` and the roots it remembers.

    `weeks` gives a week by file path where a text tells none. `progress(total, 0)` is called once
    with the number of passages and sentences to embed and returns what to call per text.
    Raises RagdigestError and leaves the index as it was where a source cannot be read.
    """
    with writer(root):
        old = None if rebuild or read_manifest(root) is None else Store(root)
        meta = old.manifest.meta if old else {"roots": [], "weeks": _stated_weeks(root)}
        same_encoder = old is not None and (meta["encoder"], meta["fingerprint"]) == (encoder.name, encoder.fingerprint)
        if old and not same_encoder:
            say(f"encoder {meta['encoder']} gives way to {encoder.name}{'' if meta['encoder'] != encoder.name else ' of another version'}: every passage is embedded again")
        if old and meta["recipe"] != RECIPE:
            say("the index was cut by another version of ragdigest: every source is read again")
            old = None
        stated = {**meta["weeks"], **(weeks or {})}
        roots = list(dict.fromkeys([*meta["roots"], *(str(p.resolve()) for p in paths)]))
        if not roots:
            raise RagdigestError("nothing to index; run: ragdigest index PATH")
        found, notes = scan([Path(r) for r in roots])
        for given in (p.resolve() for p in paths):
            if not any(f.path.is_relative_to(given) for f in found):
                raise RagdigestError(f"no digest below {given}; give files of {', '.join(sorted(SUFFIXES))}")
        before = _old_sources(old) if old else {}
        records, change = _records(found, before, old, stated, skip_bad, notes)
        if old and same_encoder and not change["added"] and not change["changed"] and not change["removed"] and roots == meta["roots"] and stated == meta["weeks"]:
            return _change(change, 0, records, notes)
        rows, embedded = _vectors(records, old if old and same_encoder else None, encoder, progress)
        used = {r.row[2] for r in records}
        fresh = {"roots": roots, "weeks": {k: v for k, v in stated.items() if k in used}, "encoder": encoder.name, "fingerprint": encoder.fingerprint,
                 "dimensions": encoder.dimensions, "recipe": RECIPE, "sources": len(records), "passages": len(rows),
                 "entries": sum(1 for r in records for e in r.entries if e[2])}
        with new_generation(root, fresh) as folder:
            _write(folder, records, rows, encoder)
        return _change(change, embedded, records, notes)


def _stated_weeks(root: Path) -> dict[str, str]:
    """Weeks the user gave, which a rebuild keeps, since nothing else tells them."""
    with suppress(RagdigestError):
        manifest = read_manifest(root)
        return manifest.meta["weeks"] if manifest else {}
    return {}


def _change(change: dict[str, Any], embedded: int, records: list[Record], notes: list[str]) -> Change:
    return Change(tuple(change["added"]), tuple(change["changed"]), tuple(change["removed"]), change["unchanged"], embedded,
                  sum(1 for r in records for e in r.entries if e[2]), sum(len(r.passages) for r in records), tuple(notes))


def _old_sources(old: Store) -> dict[str, tuple]:
    return {r[1]: r for r in old.catalogue.rows("SELECT n, name, path, sha256, bytes, mtime_ns, week FROM sources")}


def _records(found: list[Found], before: dict[str, tuple], old: Store | None, stated: dict[str, str], skip_bad: bool, notes: list[str]):
    """The record of every source found, taken over or read, and what changed."""
    change: dict[str, Any] = {"added": [], "changed": [], "removed": [], "unchanged": 0}
    records = []
    for item in found:
        row, week = before.get(item.name), stated.get(str(item.path))
        same_place = row is not None and row[2] == str(item.path) and row[6] == week
        if same_place and (row[4], row[5]) == (item.size, item.mtime_ns):
            records.append(_taken_over(old, row))
            change["unchanged"] += 1
            continue
        try:
            source = read_source(item.path, item.name, parse_week(week) if week else None)
        except RagdigestError as error:
            if not skip_bad:
                raise
            notes.append(f"skipped: {error}")
            continue
        if same_place and row[3] == source.sha256:
            records.append(_taken_over(old, row, (item.size, item.mtime_ns)))
            change["unchanged"] += 1
            continue
        notes += [f"{item.name}: {note}" for note in source.notes]
        change["changed" if row else "added"].append(item.name)
        records.append(_record(source, item, week))
    change["removed"] = sorted(set(before) - {r.row[1] for r in records})
    return records, change


def _record(source: Source, item: Found, week: str | None) -> Record:
    text = zlib.compress(source.text.encode("utf-8", "surrogatepass"), 6)
    record = Record((0, item.name, str(item.path), source.sha256, item.size, item.mtime_ns, week, json.dumps(source.notes, ensure_ascii=False), text))
    for d, digest in enumerate(source.digests):
        first = digest.week.start.isoformat() if digest.week else None
        record.digests.append((d, 0, digest.title, first, digest.week.end.isoformat() if digest.week else None))
        for entry in digest.entries:
            e = len(record.entries)
            key = hashlib.sha256(f"{item.name}\0{first or d}\0{entry.ordinal}".encode("utf-8", "surrogatepass")).hexdigest()[:10]
            record.entries.append((e, key, entry.ordinal, d, entry.title, entry.start, entry.end, json.dumps(entry.body), ",".join(entry.langs),
                                   json.dumps(entry.links, ensure_ascii=False), entry.arxiv))
            for p in passages_of(source.text, entry):
                quote = source.text[p.start : p.end]
                record.passages.append((e, p.start, p.end, p.lang.value, json.dumps(p.sentences), p.embedded,
                                        _fingerprint([p.embedded, *sentence_texts(quote, p.start, p.sentences)]), term_blob(p.embedded), quote))
    return record


def _fingerprint(texts: Sequence[str]) -> str:
    """What a passage's rows are kept under: a checksum of everything that is embedded of it."""
    return hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def term_blob(text: str) -> bytes:
    """A passage's terms as bytes: how many, their ascending 64-bit keys, their 16-bit counts."""
    keys, counts = np.unique(np.array([_key(t) for t in words.terms(text)], dtype=np.uint64), return_counts=True)
    return np.uint32(len(keys)).tobytes() + keys.tobytes() + np.minimum(counts, 65535).astype(np.uint16).tobytes()


_known: dict[str, int] = {}


def _key(term: str) -> int:
    found = _known.get(term)
    if found is None:
        found = _known[term] = words.term_hash(term)
    return found


def terms_of(blob: bytes) -> tuple[np.ndarray, np.ndarray]:
    """The keys and counts `term_blob` wrote."""
    size = int(np.frombuffer(blob, np.uint32, 1)[0])
    return np.frombuffer(blob, np.uint64, size, 4), np.frombuffer(blob, np.uint16, size, 4 + 8 * size)


def _taken_over(old: Store, row: tuple, seen: tuple[int, int] | None = None) -> Record:
    """A source's rows out of the old generation."""
    ask = old.catalogue.rows
    n, name, path, sha, size, mtime, week = row
    notes, text = ask("SELECT notes, text FROM sources WHERE n = ?", (n,))[0]
    digests = ask("SELECT n, 0, title, week_start, week_end FROM digests WHERE source = ? ORDER BY n", (n,))
    if not digests:
        return Record((0, name, path, sha, *(seen or (size, mtime)), week, notes, text))
    d0 = digests[0][0]
    low, high = d0, digests[-1][0]
    entries = ask("SELECT n, id, ordinal, digest, title, start, end, body, langs, links, arxiv FROM entries WHERE digest BETWEEN ? AND ? ORDER BY n", (low, high))
    e0 = entries[0][0]
    passages = ask("SELECT entry, start, end, lang, sentences, embedded, key, terms, quote FROM passages WHERE entry BETWEEN ? AND ? ORDER BY n", (e0, entries[-1][0]))
    return Record(
        (0, name, path, sha, *(seen or (size, mtime)), week, notes, text),
        [(d - d0, *rest) for d, *rest in digests],
        [(e - e0, i, o, d - d0, *rest) for e, i, o, d, *rest in entries],
        [(e - e0, *rest) for e, *rest in passages],
    )


@dataclass(frozen=True)
class Rows:
    """What an encoder made of one passage: its unit row, its sentences' rows, its tokens' rows in int8."""

    whole: np.ndarray
    sentences: np.ndarray
    tokens: np.ndarray


def _vectors(records: list[Record], old: Store | None, encoder: Encoder, progress) -> tuple[list[Rows], int]:
    """The rows of every passage, in record order, and how many passages had to be embedded."""
    passages = [p for r in records for p in r.passages]
    known: dict[str, Rows] = {}
    if old is not None:
        first, token = old.first_sentence, old.first_token
        for n, (key,) in enumerate(old.catalogue.rows("SELECT key FROM passages ORDER BY n")):
            known[key] = Rows(old.vectors[n], old.sentence_vectors[first[n] : first[n + 1]], old.tokens[token[n] : token[n + 1]])
    new = {p[6]: p for p in passages if p[6] not in known}
    if new:
        texts = [p[5] for p in new.values()]
        sentences = [sentence_texts(p[8], p[1], json.loads(p[4])) for p in new.values()]
        flat = [t for group in sentences for t in group]
        done = progress(len(texts) + len(flat), 0) if progress else None
        wholes, tokens = encoder.encode_tokens(texts, done)
        parts = np.split(encoder.encode_passages(flat, done), np.cumsum([len(group) for group in sentences])[:-1])
        small = [np.rint(rows * Store.TOKEN_SCALE).astype(np.int8) for rows in tokens]
        known.update(zip(new, map(Rows, wholes, parts, small), strict=True))
    return [known[p[6]] for p in passages], len(new)


def _write(folder: Path, records: list[Record], rows: list[Rows], encoder: Encoder) -> None:
    """Number the rows and write every file of a generation."""
    import faiss

    tables: dict[str, list[tuple]] = {"sources": [], "digests": [], "entries": [], "passages": []}
    items, columns = [], {name: [] for name in Columns.__dataclass_fields__}
    for s, record in enumerate(records):
        d0, e0 = len(tables["digests"]), len(tables["entries"])
        tables["sources"].append((s, *record.row[1:]))
        tables["digests"] += [(d0 + d, s, title, first, last) for d, _, title, first, last in record.digests]
        texts: dict[int, list[str]] = {}
        for p in record.passages:
            texts.setdefault(p[0], []).append(p[5])
            tables["passages"].append((len(tables["passages"]), e0 + p[0], *p[1:]))
            columns["passage_entry"].append(e0 + p[0])
            columns["passage_lang"].append(BITS[p[3]])
            columns["passage_sentences"].append(len(json.loads(p[4])))
        for e, key, ordinal, d, title, start, end, body, langs, links, arxiv in record.entries:
            first = record.digests[d][3]
            items.append(works.Item(key, d0 + d, title, " ".join(texts[e]), arxiv) if ordinal else works.Item(key, d0 + d, "", "", None))
            tables["entries"].append((e0 + e, key, d0 + d, ordinal, title, start, end, body, langs, links, arxiv))
            columns["entry_source"].append(s)
            columns["entry_first_day"].append(_day(first))
            columns["entry_langs"].append(sum(BITS[lang] for lang in langs.split(",")))
            columns["entry_ordinal"].append(ordinal)
    columns["passage_tokens"] = [len(r.tokens) for r in rows]
    none = np.zeros((0, encoder.dimensions), np.float32)
    vectors, sentences = np.vstack([none, *(r.whole[None] for r in rows)]), np.vstack([none, *(r.sentences for r in rows)])
    means = mean_rows(vectors, np.array(columns["passage_entry"], np.int64), len(items))
    linked = works.link(items, means)
    number = {key: n for n, key in enumerate(dict.fromkeys(linked))}
    columns["entry_work"] = [number[w] for w in linked]
    sources = [(r.row[1], zlib.decompress(r.row[8]).decode("utf-8", "surrogatepass")) for r in records]
    tables["terms"] = [(t.korean, t.english, t.count, t.source, t.offset) for t in mining.mine(sources)]
    tables["abbreviations"] = list(mining.abbreviations(sources).items())
    tables["names"] = [(name, mining.folded_name(name), e) for e, item in enumerate(items) if item.text for name in mining.names(f"{item.title}. {item.text}")]
    tables["entries"] = [(*row, work) for row, work in zip(tables["entries"], linked, strict=False)]
    if len(vectors) != len(tables["passages"]):
        raise RagdigestError(f"{len(vectors)} vectors for {len(tables['passages'])} passages; report this")
    write_catalogue(folder / CATALOGUE, tables)
    for name, kept, index in ((VECTORS, vectors, faiss.IndexFlatIP(vectors.shape[1])),
                              (SENTENCES, sentences, faiss.IndexScalarQuantizer(vectors.shape[1], faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT))):
        index.add(np.ascontiguousarray(kept, np.float32))
        faiss.write_index(index, str(folder / name))
    np.save(folder / TOKENS, np.vstack([np.zeros((0, encoder.token_dimensions), np.int8), *(r.tokens for r in rows)]))
    Postings.build([terms_of(p[8]) for p in tables["passages"]]).save(folder / POSTINGS)
    Columns(**{k: np.array(v, np.uint8 if k in ("passage_lang", "entry_langs") else np.int32) for k, v in columns.items()}).save(folder / COLUMNS)


def _day(iso: str | None) -> int:
    from datetime import date

    return date.fromisoformat(iso).toordinal() if iso else 0
