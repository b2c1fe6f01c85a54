"""Any sentence-transformers model, by hub name or folder. Knows nothing of digests or indexes.

Whole texts are the model's; tokens stay the bundled encoder's, whose rows are made to be compared
one by one. torch is imported here and nowhere else at run time.
"""

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..errors import RagdigestError
from . import Progress, unit_rows
from .bundled import BundledEncoder
from .presets import PRESETS, Preset

BATCH = 32


class HubEncoder:
    """A model with its preset's prompts, or its own, on the best device there is; half precision on a GPU."""

    def __init__(self, name: str, device: str | None = None):
        folder = Path(name)
        if not folder.is_dir() and (name.startswith((".", "/", "~")) or name.count("/") != 1):
            raise RagdigestError(f"no encoder {name!r}; give bundled, a hub name such as intfloat/multilingual-e5-small, or a folder; run: ragdigest encoders")
        try:
            import torch
            from sentence_transformers import SentenceTransformer

            self._device = device or best_device()
            kwargs = {"torch_dtype": torch.float16} if self._device.startswith("cuda") else {}
            self._model = SentenceTransformer(name, device=self._device, model_kwargs=kwargs)
        except ImportError as error:
            raise RagdigestError(f"encoder {name} needs torch and sentence-transformers ({error}); run: pip install sentence-transformers") from error
        except Exception as error:  # the hub raises many kinds, none of them its own base class
            raise RagdigestError(f"cannot open encoder {name}: {_first_line(error)}; {_remedy(name)}") from error
        self.name = str(folder.resolve()) if folder.is_dir() else name
        self.dimensions = int(self._model.get_embedding_dimension())
        self._tokens = BundledEncoder()
        self.token_dimensions = self._tokens.token_dimensions
        self._preset = PRESETS.get(name) or Preset(name, 0, self.dimensions, "")
        self.fingerprint = self._fingerprint()

    def _fingerprint(self) -> str:
        """Of the model's settings, prompts and a probe of its weights, and of the encoder of tokens."""
        probe = self.encode_passages(["ragdigest 인코더 fingerprint"])[0]
        said = json.dumps([self._preset.query, self._preset.passage, self.dimensions, self._model.max_seq_length, np.round(probe, 2).tolist(), self._tokens.fingerprint])
        return hashlib.sha256(said.encode()).hexdigest()

    def encode_queries(self, texts: Sequence[str]) -> np.ndarray:
        return self._encode(self._model.encode_query, self._preset.query, texts, None)

    def encode_passages(self, texts: Sequence[str], progress: Progress | None = None) -> np.ndarray:
        return self._encode(self._model.encode_document, self._preset.passage, texts, progress)

    def encode_tokens(self, texts: Sequence[str], progress: Progress | None = None, *, asked: bool = False) -> tuple[np.ndarray, list[np.ndarray]]:
        return self.encode_queries(texts) if asked else self.encode_passages(texts, progress), self._tokens.encode_tokens(texts)[1]

    def token_spans(self, text: str) -> list[tuple[int, int]]:
        return self._tokens.token_spans(text)

    def _encode(self, encode, prompt: str | None, texts: Sequence[str], progress: Progress | None) -> np.ndarray:
        rows = np.empty((len(texts), self.dimensions), np.float32)
        order = sorted(range(len(texts)), key=lambda n: -len(texts[n]))
        for start in range(0, len(order), BATCH):
            chunk = order[start : start + BATCH]
            said = {} if prompt is None else {"prompt": prompt}
            rows[chunk] = encode([texts[n] for n in chunk], batch_size=BATCH, convert_to_numpy=True, show_progress_bar=False, **said)
            if progress:
                progress(len(chunk))
        return unit_rows(rows)


def best_device() -> str:
    """cuda, mps or cpu, the first that is there; RAGDIGEST_DEVICE overrides."""
    import torch

    chosen = os.environ.get("RAGDIGEST_DEVICE")
    if chosen:
        return chosen
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__)[:160]


def _remedy(name: str) -> str:
    if os.environ.get("HF_HUB_OFFLINE") == "1":
        return "HF_HUB_OFFLINE is set and the model is not in the cache: unset it, or give a folder"
    return "the hub may be out of reach: check the name and the network, or give a folder that holds the model"
