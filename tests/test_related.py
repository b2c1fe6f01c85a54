"""Related papers: what an entry near to everything loses, worked out by hand, and what `related` gives over the corpus."""

from types import SimpleNamespace

import numpy as np
import pytest
from conftest import CORPUS

from ragdigest import Library
from ragdigest.retrieval import related
from ragdigest.retrieval.related import nearness


def test_nearness_counts_other_works_alone() -> None:
    vectors = np.array([[1, 0], [0.6, 0.8], [0, 1], [1, 0], [1, 0]], np.float32)
    columns = SimpleNamespace(entry_work=np.array([0, 1, 2, 0, 4]), entry_ordinal=np.array([1, 2, 3, 1, 0]))  # the fourth is the first's twin, the last no paper
    retriever = SimpleNamespace(store=SimpleNamespace(columns=columns, entry_vectors=vectors))
    found = nearness(retriever, np.array([0, 1, 2]))
    of_all = [[0, 0.6, 0, 0, 0], [0.6, 0, 0.8, 0.6, 0], [0, 0.8, 0, 0, 0]]
    assert found == pytest.approx([np.mean(row) for row in of_all])


def test_nearness_is_of_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(related, "HUBS", 2)
    vectors = np.array([[1, 0], [0.6, 0.8], [0.8, 0.6], [0, 1]], np.float32)
    columns = SimpleNamespace(entry_work=np.arange(4), entry_ordinal=np.ones(4, int))
    retriever = SimpleNamespace(store=SimpleNamespace(columns=columns, entry_vectors=vectors))
    assert nearness(retriever, np.array([0])) == pytest.approx([0.7])


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return Library.build(CORPUS, tmp_path_factory.mktemp("related") / "index")


def test_twin_first_then_falling_scores_and_each_work_once(library: Library) -> None:
    hits = library.related("2025-W42-en.md#5", k=10)
    assert [h.same_work for h in hits] == [True] + [False] * 10
    assert all(a.score > b.score for a, b in zip(hits, hits[1:], strict=False))
    work = {e.id: e.work for e in library.store.catalogue.entries()}
    assert len({work[h.id] for h in hits}) == 10 + 1


def test_a_filter_leaves_only_what_passes(library: Library) -> None:
    hits = library.related("2025-W42-en.md#5", k=50, lang="ko")
    assert hits and all(h.lang == "ko" for h in hits)


@pytest.mark.parametrize("ref", ["HICRA", "hicra".upper(), "ParaThinker", "Talk Isn't Always Cheap", "talk isn't always cheap", "GDPval"])
def test_a_coined_name_or_a_part_of_a_title_is_its_paper(library: Library, ref: str) -> None:
    hits = library.related(ref, k=3)
    assert hits[0].same_work and all(ref.lower() not in h.title.lower() for h in hits[1:])


@pytest.mark.parametrize("ref", ["KV 캐시", "Reasoning", "RL", "LLM", "100%", "a_b", "GAIA"])
def test_what_names_no_one_paper_is_a_free_text(library: Library, ref: str) -> None:
    hits = library.related(ref, k=3)
    assert hits and not any(h.same_work for h in hits)
