"""A trained student into the files that ship: ONNX in int8, tokenizer, card. Knows nothing of training.

Word rows are held as int8 with one scale a row, which costs nothing measurable; matrix
products run in int8 with a scale a column. `python -m ragdigest.training.export STUDENT OUT`.
"""

import hashlib
import json
import sys
import tempfile
import warnings
from pathlib import Path

import torch
from transformers import AutoModel

from ..errors import RagdigestError
from .model import Student


class Shipped(torch.nn.Module):
    """Token ids of one text in, its unit row and its tokens' unit rows out; word rows are dequantised as they are looked up."""

    def __init__(self, body: torch.nn.Module, projection: torch.nn.Linear, quantise: bool = True):
        super().__init__()
        rows = body.get_input_embeddings().weight.data
        scale = rows.abs().amax(1, keepdim=True).clamp_min(1e-8) / 127 if quantise else torch.ones(len(rows), 1)
        self.register_buffer("rows", (rows / scale).round().to(torch.int8) if quantise else rows)
        self.register_buffer("scale", scale)
        self.body, self.projection = body, projection

    def forward(self, input_ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        embedded = self.rows[input_ids].float() * self.scale[input_ids]
        hidden = self.body(inputs_embeds=embedded, attention_mask=torch.ones_like(input_ids)).last_hidden_state
        return torch.nn.functional.normalize(hidden.mean(1), dim=-1), torch.nn.functional.normalize(self.projection(hidden), dim=-1)


def export(student: Path, out: Path, quantise: bool = True) -> None:
    """Write model.onnx, tokenizer.json, config.json and card.json; unquantised for comparison where asked."""
    out.mkdir(parents=True, exist_ok=True)
    body = AutoModel.from_pretrained(student, add_pooling_layer=False, dtype=torch.float32, attn_implementation="eager").eval()
    projection = Student(student).projection
    if projection is None:
        raise RagdigestError(f"{student} has no projection of tokens; train it further: python -m ragdigest.training --start {student}")
    with tempfile.TemporaryDirectory() as folder:
        full, small = Path(folder, "float.onnx"), Path(folder, "int8.onnx")
        ids = torch.tensor([[101, 1000, 1001, 102]])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(Shipped(body, projection, quantise), (ids,), str(full), input_names=["input_ids"], output_names=["vector", "tokens"], opset_version=17,
                              dynamo=False, dynamic_axes={"input_ids": {0: "texts", 1: "length"}, "vector": {0: "texts"}, "tokens": {0: "texts", 1: "length"}})
        if quantise:
            from onnxruntime.quantization import QuantType, quantize_dynamic

            quantize_dynamic(str(full), str(small), op_types_to_quantize=["MatMul"], weight_type=QuantType.QInt8, per_channel=True)
        optimise(small if quantise else full, out / "model.onnx")
    for name in ("tokenizer.json", "config.json"):
        (out / name).write_bytes((student / name).read_bytes())
    write_card(out, body.config.hidden_size, projection.out_features)


def optimise(model: Path, out: Path) -> None:
    """Fuse the graph once here, so that opening it takes a third of the time."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(out)
    onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])


def write_card(out: Path, dimensions: int, token_dimensions: int) -> None:
    """card.json: what the encoder reads when it opens. The fingerprint is that of the weights and the tokenizer."""
    digest = hashlib.sha256((out / "model.onnx").read_bytes() + (out / "tokenizer.json").read_bytes()).hexdigest()
    (out / "card.json").write_text(json.dumps({"fingerprint": digest, "dimensions": dimensions, "token_dimensions": token_dimensions}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    export(Path(sys.argv[1]), Path(sys.argv[2]))
