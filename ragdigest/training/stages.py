"""The three stages: rows, distillation, contrast. Knows nothing of where text comes from.

Each stage takes a `Student`, text and a `Run`, which seeds, schedules, saves and resumes.
"""

import json
import random
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F

from .data import Idea
from .model import Student

WARMUP = 0.05


@dataclass
class Run:
    """Steps of one stage: learning rates, checkpoints every `save_every` steps, resumed where they stand."""

    folder: Path
    steps: int
    lr: float
    rows_lr: float
    seed: int
    save_every: int = 200

    def train(self, student: Student, loss_of: Callable[[int, random.Random], torch.Tensor]) -> None:
        """Minimise `loss_of(step, rng)`; the rng depends on seed and step alone, so a resumed run equals a whole one."""
        body = [p for n, p in student.named_parameters() if p is not student.rows]
        optimizer = torch.optim.AdamW(
            [{"params": body, "lr": self.lr}, {"params": [student.rows], "lr": self.rows_lr}], weight_decay=0.01, fused=True
        )
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, self.rate)
        state = self.folder / "state.pt"
        start = 0
        if state.exists():
            saved = torch.load(state, weights_only=True)
            student.load_state_dict(saved["student"])
            optimizer.load_state_dict(saved["optimizer"])
            schedule.load_state_dict(saved["schedule"])
            start = saved["step"]
        self.folder.mkdir(parents=True, exist_ok=True)
        recent, since = [], time.time()
        for step in range(start, self.steps):
            loss = loss_of(step, random.Random(f"{self.seed}-{step}"))
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(student.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            recent.append(loss.item())
            if (step + 1) % 20 == 0:
                print(f"{self.folder.name} {step + 1}/{self.steps} loss {np.mean(recent):.4f} {(time.time() - since) / len(recent):.2f} s/step", file=sys.stderr, flush=True)
                recent, since = [], time.time()
            if (step + 1) % self.save_every == 0 or step + 1 == self.steps:
                saved = {"student": student.state_dict(), "optimizer": optimizer.state_dict(), "schedule": schedule.state_dict(), "step": step + 1}
                torch.save(saved, state.with_suffix(".part"))
                state.with_suffix(".part").replace(state)

    def rate(self, step: int) -> float:
        """Linear warm-up, then linear decay to a twentieth."""
        warm = max(1, int(WARMUP * self.steps))
        return (step + 1) / warm if step < warm else max(0.05, (self.steps - step) / (self.steps - warm))


def fit_rows(student: Student, pairs: Sequence[tuple[str, str]], first_new: int, steps: int, seed: int, batch: int = 256) -> None:
    """Fit the rows from `first_new` on so that a Korean text's mean row lies near its English text's mean row.

    The body is not touched. Contrastive (temperature 0.1, over centred means) plus squared error.
    """
    table = student.rows.data
    new = torch.nn.Parameter(table[first_new:].clone())
    centre = table[:first_new].mean(0)
    scale = table[:first_new].std()
    optimizer = torch.optim.Adam([new], lr=2e-3)
    tokens = lambda text: student.tokenizer(text, add_special_tokens=False, truncation=True, max_length=64)["input_ids"] or [student.tokenizer.unk_token_id]

    def means(texts: list[str], rows: torch.Tensor) -> torch.Tensor:
        ids = [tokens(t) for t in texts]
        flat = torch.tensor([i for row in ids for i in row])
        offsets = torch.tensor([0, *map(len, ids)][:-1]).cumsum(0)
        return (F.embedding_bag(flat, rows, offsets, mode="mean") - centre) / scale

    for step in range(steps):
        rng = random.Random(f"rows-{seed}-{step}")
        korean, english = zip(*rng.sample(pairs, min(batch, len(pairs))), strict=False)
        found = means(list(korean), torch.cat([table[:first_new], new]))
        wanted = means(list(english), table)
        logits = F.normalize(found, dim=-1) @ F.normalize(wanted, dim=-1).T / 0.1
        target = torch.arange(len(korean))
        loss = F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target) + F.mse_loss(found, wanted)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if (step + 1) % 100 == 0:
            right = (logits.argmax(1) == target).float().mean().item()
            print(f"rows {step + 1}/{steps} loss {loss.item():.3f} matched {right:.3f}", file=sys.stderr, flush=True)
    student.rows.data[first_new:] = new.data


def contrast(left: torch.Tensor, right: torch.Tensor, temperature: float) -> torch.Tensor:
    """Symmetric in-batch cross-entropy of cosine scores (InfoNCE, van den Oord et al. 2018)."""
    logits = left @ right.T / temperature
    target = torch.arange(len(left), device=left.device)
    return (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)) / 2


def distill_loss(
    student: Student, pairs: Sequence[tuple[str, str]], teacher: np.ndarray, rng: random.Random, english: bool, batch: int, among: Sequence[int] | None = None
) -> torch.Tensor:
    """A Korean text (or, to hold it, the English one) lands on the teacher's vector of the English text.

    `pairs` are sorted by length; `among` are the ascending numbers of those to draw from, all where it is None.
    """
    rows = length_bucket(range(len(pairs)) if among is None else among, rng, batch)
    found = student([pairs[i][1 if english else 0] for i in rows], 96)
    wanted = torch.from_numpy(teacher[rows].astype(np.float32)).to(found.device)
    cosine = 1 - (found * wanted).sum(-1).mean()
    return 5 * cosine if english else 5 * cosine + contrast(found, wanted, 0.05)


def length_bucket(rows: Sequence[int], rng: random.Random, batch: int) -> list[int]:
    """`batch` of the rows, which are sorted by length, out of one stretch of them."""
    width = min(len(rows), batch * 8)
    start = rng.randrange(len(rows) - width + 1)
    return rng.sample(rows[start : start + width], min(batch, width))


def idea_loss(student: Student, ideas: Sequence[Idea], temperature: float, rng: random.Random, max_tokens: int) -> torch.Tensor:
    """Queries find their idea's wording in either language among all wordings of the batch.

    An idea's own other-language wording is masked, so neither language is preferred.
    """
    queries, docs, owner = [], [], []
    for idea in ideas:
        wordings = [rng.choice(side) for side in idea.docs if side]
        asks = [ask for side in idea.queries for ask in side]
        if not asks:
            asks = wordings if len(wordings) > 1 else []
        if len(asks) == 0:
            continue
        ask = rng.choice(asks)
        queries.append(ask)
        keep = [w for w in wordings if w != ask]
        docs += keep
        owner += [len(queries) - 1] * len(keep)
    vectors = student([*queries, *docs], max_tokens)
    found, texts = vectors[: len(queries)], vectors[len(queries) :]
    owners = torch.tensor(owner, device=vectors.device)
    logits = (found @ texts.T / temperature)[owners]
    own = owners[:, None] == owners[None, :]
    own.fill_diagonal_(False)
    down = F.cross_entropy(logits.masked_fill(own, -1e4), torch.arange(len(owner), device=vectors.device))
    up = F.cross_entropy(texts @ found.T / temperature, owners)
    return down + 0.5 * up


def neighbourhoods(student: Student, ideas: Sequence[Idea], size: int, rng: random.Random, max_tokens: int) -> list[list[int]]:
    """Batches of `size` idea numbers, each of a few seeds with their nearest ideas: hard negatives from retrieval itself."""
    texts = [next(w for side in (idea.docs[1], idea.docs[0]) for w in side) for idea in ideas]
    vectors = student.encode(texts, max_tokens)
    left = set(range(len(ideas)))
    order = list(left)
    rng.shuffle(order)
    out: list[list[int]] = [[]]
    for seed in order:
        if seed not in left:
            continue
        near = np.argsort(-(vectors @ vectors[seed]))[:24]
        group = [int(i) for i in near if int(i) in left][:6]
        left.difference_update(group)
        if len(out[-1]) + len(group) > size:
            out.append([])
        out[-1] += group
    rng.shuffle(out)
    return out


def retrieval_accuracy(student: Student, ideas: Sequence[Idea], max_tokens: int = 160) -> dict[str, float]:
    """hit@1 of each query language over each document language, on ideas kept out of training."""
    figures = {}
    for ql, name in enumerate(("ko", "en")):
        for dl, other in enumerate(("ko", "en")):
            rows = [(ask, i) for i, idea in enumerate(ideas) if idea.docs[dl] for ask in idea.queries[ql]]
            docs = [i for i, idea in enumerate(ideas) if idea.docs[dl]]
            if not rows:
                continue
            texts = student.encode([ideas[i].docs[dl][0] for i in docs], max_tokens)
            asks = student.encode([ask for ask, _ in rows], max_tokens)
            best = (asks @ texts.T).argmax(1)
            figures[f"{name}->{other}"] = float(np.mean([docs[b] == i for b, (_, i) in zip(best, rows, strict=False)]))
    return figures


def report(folder: Path, name: str, figures: dict[str, float]) -> None:
    """Append one line of figures to the run's log and show it."""
    line = json.dumps({"after": name, **{k: round(v, 4) for k, v in figures.items()}})
    with (folder / "figures.jsonl").open("a", encoding="utf-8") as log:
        log.write(line + "\n")
    print(line, file=sys.stderr, flush=True)
