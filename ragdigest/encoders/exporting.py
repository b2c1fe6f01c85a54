"""The bundled encoder as a plain sentence-transformers folder. Knows nothing of training.

The int8 weights are turned back into floats, so what is exported is what is shipped; only
the rounding of activations inside ONNX Runtime differs.
"""

import json
from pathlib import Path

import numpy as np

from ..errors import RagdigestError
from .bundled import FOLDER, MAX_TOKENS


def export_bundled(out: Path, folder: Path = FOLDER) -> None:
    """Write model.safetensors, config, tokenizer and modules to `out`. Raises RagdigestError where it is not empty."""
    try:
        import onnx
        import torch
        from safetensors.torch import save_file
    except ImportError as error:
        raise RagdigestError(f"exporting needs onnx, torch and safetensors ({error}); run: pip install 'ragdigest[train]'") from error
    if out.exists() and any(out.iterdir()):
        raise RagdigestError(f"{out} is not empty; give a new folder")
    try:
        (out / "1_Pooling").mkdir(parents=True)
    except OSError as error:
        raise RagdigestError(f"cannot write {out}: {error.strerror}; give another folder") from error
    graph = onnx.load(folder / "model.onnx").graph
    arrays = {i.name: onnx.numpy_helper.to_array(i) for i in graph.initializer}
    weights = {"embeddings.word_embeddings.weight": arrays["rows"].astype(np.float32) * arrays["scale"]}
    for name, array in arrays.items():
        if name.startswith("body."):
            weights[name.removeprefix("body.")] = array.astype(np.float32)
    products = _products(graph, arrays)
    # sentence-transformers passes this file by; `ragdigest.training --start` goes on from it
    projection = {"weight": products.pop("projection.weight"), "bias": arrays["projection.bias"]}
    save_file({n: torch.from_numpy(np.array(a, order="C")) for n, a in projection.items()}, out / "projection.safetensors")
    weights.update(products)
    weights["pooler.dense.weight"] = np.zeros((384, 384), np.float32)  # unused, but BertModel misses it aloud
    weights["pooler.dense.bias"] = np.zeros(384, np.float32)
    save_file({n: torch.from_numpy(np.ascontiguousarray(a)) for n, a in weights.items()}, out / "model.safetensors", metadata={"format": "pt"})
    _settings(out, folder)


def _products(graph, arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Every int8 matrix by the name of the layer whose bias stands beside it, dequantised and transposed."""
    out = {}
    for node in graph.node:
        if node.op_type not in ("MatMulIntegerToFloat", "DynamicQuantizeMatMul"):
            continue
        stored = next(i for i in node.input if i in arrays and i.endswith("_quantized"))
        bias = next(i for i in node.input if i.endswith(".bias"))
        base = stored.removesuffix("_quantized")
        scale, zero = arrays[f"{base}_scale"], arrays[f"{base}_zero_point"].astype(np.float32)
        out[bias.removeprefix("body.").removesuffix(".bias") + ".weight"] = ((arrays[stored].astype(np.float32) - zero) * scale).T
    return out


def _settings(out: Path, folder: Path) -> None:
    (out / "config.json").write_bytes((folder / "config.json").read_bytes())
    (out / "tokenizer.json").write_bytes((folder / "tokenizer.json").read_bytes())
    # named outright: by the model type alone transformers builds a BertTokenizer, which strips accents and takes Hangul apart
    special = {"unk_token": "[UNK]", "pad_token": "[PAD]", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]"}
    written = {
        "tokenizer_config.json": {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": MAX_TOKENS, **special},
        "modules.json": [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
        ],
        "sentence_bert_config.json": {"max_seq_length": MAX_TOKENS, "do_lower_case": False},
        "1_Pooling/config.json": {"word_embedding_dimension": 384, "pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False},
    }
    for name, row in written.items():
        (out / name).write_text(json.dumps(row, indent=1), encoding="utf-8")
