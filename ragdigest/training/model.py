"""The student: MiniLM's body with Korean word pieces. Knows nothing of losses or files of text."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import AutoModel, AutoTokenizer, PreTrainedTokenizerFast

HANGUL = "[가-힣ᄀ-ᇿㄱ-ㆎ]+"
SYLLABLES = [chr(c) for c in range(0xAC00, 0xD7A4)]
#: Width of a token's row, which is compared with other texts' tokens one by one.
TOKEN_WIDTH = 96
PROJECTION = "projection.safetensors"
SPECIAL = {"pad": "[PAD]", "unk": "[UNK]", "cls": "[CLS]", "sep": "[SEP]", "mask": "[MASK]"}


def pipeline(tokenizer: Tokenizer) -> Tokenizer:
    """NFKC and lower case, but accents stay: stripping them takes Hangul apart into letters.

    Hangul runs are split from Latin ones, so that KV캐시를 becomes kv and 캐시를.
    """
    tokenizer.normalizer = normalizers.Sequence([
        normalizers.BertNormalizer(clean_text=True, handle_chinese_chars=True, strip_accents=False, lowercase=False),
        normalizers.NFKC(),
        normalizers.Lowercase(),
    ])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.BertPreTokenizer(),
        pre_tokenizers.Split(Regex(HANGUL), "isolated"),
    ])
    tokenizer.decoder = decoders.WordPiece()
    return tokenizer


def build_tokenizer(english: PreTrainedTokenizerFast, korean_text: Iterable[str], pieces: int) -> PreTrainedTokenizerFast:
    """The English vocabulary unchanged, then `pieces` learned Korean ones, then frequent syllables alone and inside.

    Rows 0 to len(english) keep their ids, so the teacher's embedding rows still fit.
    """
    hangul = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    pipeline(hangul)
    hangul.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex("[^가-힣]+"), " ")])
    hangul.pre_tokenizer = pre_tokenizers.Whitespace()
    text = list(korean_text)
    hangul.train_from_iterator(text, trainers.WordPieceTrainer(vocab_size=pieces, min_frequency=3, show_progress=False))
    learned = [p for p, _ in sorted(hangul.get_vocab().items(), key=lambda item: item[1]) if any("가" <= c <= "힣" for c in p)]
    seen = sorted(set("".join(text)) & set(SYLLABLES))
    common = ksx1001()
    vocabulary = dict(english.get_vocab())
    for piece in [*learned, *seen, *("##" + s for s in seen), *common, *("##" + s for s in common)]:
        vocabulary.setdefault(piece, len(vocabulary))
    tokenizer = pipeline(Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]", max_input_chars_per_word=60)))
    cls, sep = vocabulary["[CLS]"], vocabulary["[SEP]"]
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", sep), ("[CLS]", cls))
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=512, **{f"{k}_token": v for k, v in SPECIAL.items()})


def ksx1001() -> list[str]:
    """The 2,350 syllables of KS X 1001, the ones modern Korean uses."""
    return [s for s in SYLLABLES if len(s.encode("euc_kr")) == 2]  # the others take eight bytes


class Student(torch.nn.Module):
    """A BERT body with mean pooling; texts in, unit rows out.

    Its projection, where `project` has fitted one, makes a row of TOKEN_WIDTH of each token's last state,
    for late interaction (Khattab and Zaharia, ColBERT, 2020).
    """

    def __init__(self, folder: Path | str):
        super().__init__()
        self.body = AutoModel.from_pretrained(folder, add_pooling_layer=False)
        self.tokenizer = AutoTokenizer.from_pretrained(folder)
        for module in self.body.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
        self.projection: torch.nn.Linear | None = None
        if (Path(folder) / PROJECTION).is_file():
            weights = load_file(Path(folder) / PROJECTION)
            self.projection = torch.nn.Linear(*reversed(weights["weight"].shape))
            self.projection.load_state_dict(weights)

    @torch.no_grad()
    def project(self, texts: list[str]) -> None:
        """Fit the projection: the principal axes of the texts' token states about their mean."""
        parts = [self._hidden(self.tokenizer(batch, truncation=True, max_length=256)["input_ids"]) for batch in batches(sorted(texts, key=len), 32)]
        states = torch.cat([hidden[mask.bool()] for hidden, mask in parts])
        centre = states.mean(0)
        axes = torch.linalg.eigh(torch.cov(torch.nn.functional.normalize(states - centre, dim=-1).T))[1].flip(1)[:, :TOKEN_WIDTH].T
        self.projection = torch.nn.Linear(*reversed(axes.shape), device=states.device)
        self.projection.weight.copy_(axes)
        self.projection.bias.copy_(-axes @ centre)

    @property
    def rows(self) -> torch.nn.Parameter:
        return self.body.get_input_embeddings().weight

    def forward(self, texts: list[str], max_tokens: int) -> torch.Tensor:
        """(n, 384) float32 unit rows, in the order of `texts`; the batch runs in two length groups."""
        ids = self.tokenizer(texts, truncation=True, max_length=max_tokens)["input_ids"]
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        half = len(order) // 2
        parts = [self._pool([ids[i] for i in group]) for group in (order[:half], order[half:]) if group]
        inverse = torch.empty(len(order), dtype=torch.long)
        inverse[torch.tensor(order)] = torch.arange(len(order))
        return torch.cat(parts)[inverse.to(parts[0].device)]

    def _pool(self, ids: list[list[int]]) -> torch.Tensor:
        hidden, mask = self._hidden(ids)
        weights = mask[..., None].float()
        return torch.nn.functional.normalize((hidden * weights).sum(1) / weights.sum(1), dim=-1)

    def _hidden(self, ids: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
        """Last states (texts, tokens, 384) and which of them are no padding."""
        width = max(map(len, ids))
        device = self.rows.device
        tokens = torch.tensor([row + [0] * (width - len(row)) for row in ids], device=device)
        mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in ids], device=device)
        with torch.autocast(device.type, dtype=torch.bfloat16):
            return self.body(input_ids=tokens, attention_mask=mask).last_hidden_state.float(), mask

    @torch.no_grad()
    def encode(self, texts: list[str], max_tokens: int = 256, batch: int = 64) -> np.ndarray:
        """(n, 384) float32 unit rows, longest texts batched together."""
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        out = np.empty((len(texts), self.body.config.hidden_size), dtype=np.float32)
        for chunk in batches(order, batch):
            out[chunk] = self([texts[i] for i in chunk], max_tokens).cpu().numpy()
        return out

    @torch.no_grad()
    def exact(self, texts: list[str]) -> np.ndarray:
        """(n, width) unit rows in full precision, a text at a time: what an export must agree with."""
        rows = []
        for text in texts:
            ids = torch.tensor([self.tokenizer(text, truncation=True, max_length=256)["input_ids"]])
            rows.append(torch.nn.functional.normalize(self.body(input_ids=ids).last_hidden_state.mean(1), dim=-1))
        return torch.cat(rows).numpy()

    def save(self, folder: Path) -> None:
        self.body.save_pretrained(folder)
        self.tokenizer.save_pretrained(folder)
        if self.projection:
            save_file(self.projection.state_dict(), Path(folder) / PROJECTION)


def batches(items: list, size: int) -> Iterator[list]:
    """Consecutive slices of `size`, the last one shorter."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def grow(english: Path | str, korean_text: Iterable[str], folder: Path, pieces: int) -> None:
    """Write the untrained student: the English body, its rows, and new rows at the rows' mean."""
    source = AutoTokenizer.from_pretrained(english)
    tokenizer = build_tokenizer(source, korean_text, pieces)
    body = AutoModel.from_pretrained(english, add_pooling_layer=False)
    old = len(source)
    body.resize_token_embeddings(len(tokenizer), mean_resizing=False)
    rows = body.get_input_embeddings().weight.data
    rows[old:] = rows[:old].mean(0) + 0.01 * torch.randn_like(rows[old:])
    body.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
