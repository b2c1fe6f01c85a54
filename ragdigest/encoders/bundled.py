"""The encoder that ships with ragdigest: ONNX Runtime, no torch, no download. Knows nothing of training.

Every text runs alone (batch of one) on one thread, and threads share the texts. Nothing is
padded, and a text's vector never depends on its neighbours, so an index brought up to date
equals one built afresh bit for bit.
"""

import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from ..errors import RagdigestError
from . import BUNDLED, Progress, unit_rows

FOLDER = Path(__file__).parent / "bundled"
MAX_TOKENS = 256


class BundledEncoder:
    """`model.onnx` and `tokenizer.json` of a folder; `card.json` says what they are."""

    name = BUNDLED

    def __init__(self, folder: Path = FOLDER):
        try:
            card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
            import onnxruntime
            from tokenizers import Tokenizer

            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = 1
            options.inter_op_num_threads = 1
            options.log_severity_level = 3
            options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL  # done when it was exported
            self._session = onnxruntime.InferenceSession(str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"])
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # onnxruntime and tokenizers raise their own bare Exceptions
            raise RagdigestError(f"the bundled encoder in {folder} does not open ({error}); reinstall ragdigest") from error
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self.fingerprint: str = card["fingerprint"]
        self.dimensions: int = card["dimensions"]
        self.token_dimensions: int = card["token_dimensions"]

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
        return self.encode_passages(texts)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        return unit_rows(np.array([row for (row,) in self._run(["vector"], texts, progress)]).reshape(-1, self.dimensions))

    def encode_tokens(self, texts: Sequence[str], progress: Progress | None = None, *, asked: bool = False) -> tuple[np.ndarray, list[np.ndarray]]:
        both = self._run(["vector", "tokens"], texts, progress)
        return unit_rows(np.array([row for row, _ in both]).reshape(-1, self.dimensions)), [tokens for _, tokens in both]

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        return list(self._tokenizer.encode(text).offsets)

    def _run(self, outputs: list[str], texts: Sequence[str], progress: Progress | None) -> list[list[np.ndarray]]:
        """The model's outputs for each text, in the order of the texts."""
        found: list[list[np.ndarray]] = [[]] * len(texts)
        ids = [e.ids for e in self._tokenizer.encode_batch(list(texts))]

        def encode(number: int) -> None:
            found[number] = [rows[0] for rows in self._session.run(outputs, {"input_ids": np.array([ids[number]], dtype=np.int64)})]
            if progress:
                progress(1)

        longest_first = sorted(range(len(texts)), key=lambda n: -len(ids[n]))
        if len(texts) < 4:
            list(map(encode, longest_first))
        else:
            with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
                list(pool.map(encode, longest_first))
        return found
