"""The whole path from text to weights, in small: it runs, resumes, and what it exports is what it trained."""

import json
import os
import random
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from ragdigest import RagdigestError
from ragdigest.training import data

pytest.importorskip("torch")
WORDS = [("고양이", "cat"), ("강아지", "dog"), ("모델", "model"), ("빠르다", "fast"), ("느리다", "slow"), ("검색", "search"), ("학습", "learning"), ("압축", "compression")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Parallel text of two-word sentences, and a one-layer teacher."""
    import torch
    from tokenizers import Tokenizer
    from tokenizers.models import WordPiece
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    root = tmp_path_factory.mktemp("training")
    rng = random.Random(1)
    picks = [rng.sample(WORDS, 2) for _ in range(60)]
    rows = [f"{a[0]} {b[0]}\t{a[1]} {b[1]}\thf-course\tsentence" for a, b in picks]
    (root / "pairs.tsv").write_text("\n".join(["ko\ten\tsource\tlevel", *rows]), encoding="utf-8")
    for lang, column in (("ko", 0), ("en", 1)):
        lines = [f"{a[column]}\t{a[column]} {b[column]}\tmine" for a, b in picks]
        (root / f"title_body_{lang}.tsv").write_text("\n".join(["heading\tbody\tsource", *lines]), encoding="utf-8")
    (root / "authored").mkdir()
    ideas = [{"passage_ko": f"{a[0]} {b[0]} {n}", "passage_en": f"{a[1]} {b[1]} {n}", "q_ko": f"{a[0]} {n}", "q_en": f"{a[1]} {n}"} for n, (a, b) in enumerate(picks)]
    (root / "authored" / "ideas.jsonl").write_text("\n".join(json.dumps(i) for i in ideas), encoding="utf-8")
    torch.manual_seed(0)
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *sorted({e for _, e in WORDS}), *"abcdefghijklmnopqrstuvwxyz", *("##" + c for c in "abcdefghijklmnopqrstuvwxyz")]
    tokenizer = Tokenizer(WordPiece({w: i for i, w in enumerate(vocabulary)}, unk_token="[UNK]"))
    teacher = root / "teacher"
    special = {"unk_token": "[UNK]", "pad_token": "[PAD]", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]"}
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special).save_pretrained(teacher)
    BertModel(BertConfig(vocab_size=len(vocabulary), hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32, max_position_embeddings=512)).save_pretrained(teacher)
    return root


def train(folder: Path, out: Path, steps: int, *more: object) -> str:
    """A run of `steps` steps a stage; its log."""
    args = ["--data", folder, "--out", out, "--teacher", folder / "teacher", "--authored", folder / "authored", "--pieces", 300, "--row-steps", 20, "--distill-steps", steps, "--contrast-steps", 8, "--batch", 16, *more]
    done = subprocess.run([sys.executable, "-m", "ragdigest.training", *map(str, args)], capture_output=True, text=True, check=False, env={**os.environ, "OMP_NUM_THREADS": "1"})
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stderr


def test_text_files_become_an_encoder(folder: Path, tmp_path: Path) -> None:
    import torch

    from ragdigest.encoders.bundled import BundledEncoder
    from ragdigest.training.export import export
    from ragdigest.training.model import Student

    out = tmp_path / "run"
    train(folder, out, 20)
    figures = [json.loads(line) for line in (out / "figures.jsonl").read_text().splitlines()]
    assert [f["after"] for f in figures] == ["rows", "distill", "contrast"]
    train(folder, out, 20)  # finished stages are not trained again
    train(folder, tmp_path / "next", 20, "--start", out / "final")
    assert [json.loads(line)["after"] for line in (tmp_path / "next" / "figures.jsonl").read_text().splitlines()] == ["start", "contrast"]
    texts = ["고양이 모델", "fast search", "KV캐시를 압축하는 학습"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        export(out / "final", tmp_path / "float", quantise=False)
        export(out / "final", tmp_path / "int8")
        student = Student(out / "final").float().eval()
        wanted = student.exact(texts)
    assert (BundledEncoder(tmp_path / "float").encode_passages(texts) * wanted).sum(1).min() >= 0.999
    assert (BundledEncoder(tmp_path / "int8").encode_passages(texts) * wanted).sum(1).min() >= 0.97
    rows, tokens = BundledEncoder(tmp_path / "float").encode_tokens(texts)
    assert (rows * wanted).sum(1).min() >= 0.999
    for text, found in zip(texts, tokens, strict=True):
        states = student.body(**student.tokenizer(text, return_tensors="pt")).last_hidden_state[0]
        expected = torch.nn.functional.normalize(student.projection(states), dim=-1).detach().numpy()
        assert found.shape == expected.shape and (found * expected).sum(1).min() >= 0.999


def test_the_tokenizer_keeps_hangul_whole_and_splits_scripts(folder: Path) -> None:
    from transformers import AutoTokenizer

    from ragdigest.training.model import build_tokenizer, ksx1001

    tokenizer = build_tokenizer(AutoTokenizer.from_pretrained(folder / "teacher"), ["캐시를 압축하는 캐시를 압축하는 캐시를 압축하는"], 200)
    pieces = tokenizer.convert_ids_to_tokens(tokenizer("KV캐시를 압축하는")["input_ids"])
    assert pieces[0] == "[CLS]" and pieces[-1] == "[SEP]" and "[UNK]" not in pieces
    assert "".join(p.removeprefix("##") for p in pieces[1:-1]) == "kv캐시를압축하는" and any(p in ("캐시를", "압축하는") for p in pieces)
    assert len(ksx1001()) == 2350


def test_missing_text_says_where_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(RagdigestError, match=r"no pairs\.tsv in .*README\.md"):
        data.parallel_pairs(tmp_path, 0)


def test_the_authored_text_is_whole() -> None:
    ideas = data.authored_ideas()
    held, rest = data.held_out(ideas)
    assert len(ideas) >= 6000 and len(held) + len(rest) == len(ideas) and 0.03 < len(held) / len(ideas) < 0.1
    assert all(w.strip() for idea in ideas for side in (*idea.docs, *idea.queries) for w in side)
    assert len({idea.docs for idea in ideas}) >= 0.995 * len(ideas)


def test_the_rate_warms_up_and_decays() -> None:
    from ragdigest.training.stages import Run

    run = Run(Path("x"), steps=100, lr=1.0, rows_lr=1.0, seed=0)
    assert [run.rate(s) for s in (0, 4, 5, 52, 99)] == pytest.approx([0.2, 1.0, 1.0, 48 / 95, 0.05])


def test_contrast_prefers_the_right_pairs() -> None:
    import torch

    from ragdigest.training.stages import contrast

    rows = torch.eye(4)
    assert float(contrast(rows, rows, 0.05)) < 0.001 < float(contrast(rows, rows.roll(1, 0), 0.05))
    assert np.isfinite(float(contrast(rows, rows, 1.0)))


def test_paraphrases_and_wordings_join_the_text(tmp_path: Path) -> None:
    (tmp_path / "ko-nli-pos.tsv").write_text("premise\thypothesis\tsplit\n비가 온다\t날이 궂다\tdev\n같다\t같다\tdev\n", encoding="utf-8")
    (tmp_path / "ko-sts.tsv").write_text("sentence1\tsentence2\tscore\tsplit\n가다\t간다\t4.2\ttrain\n가다\t온다\t1.0\ttrain\n서다\t선다\t5.0\ttest\n", encoding="utf-8")
    assert [(i.docs[0], i.queries[0]) for i in data.paraphrases(tmp_path)] == [(("비가 온다",), ("날이 궂다",)), (("가다",), ("간다",))]
    assert data.paraphrases(tmp_path / "none") == []
    idea = data.Idea((("가",), ("a",)), (("나", "다"), ("b",)))
    assert data.parallel_wordings([idea]) == [("가", "a")]
