"""Averages the weights of checkpoints. `python -m ragdigest.training.average OUT DIR=SHARE DIR=SHARE ...`.

A model trained on little text keeps more of what it knew where its weights are averaged with
those it started from (Wortsman et al., Robust fine-tuning of zero-shot models, 2022).
"""

import sys
from pathlib import Path

import torch

from . import data
from .model import Student


def average(parts: list[tuple[Path, float]], out: Path) -> None:
    """Write the average of the students, by shares that sum to one, its tokens' projection fitted anew. Raises ValueError where they do not."""
    if abs(sum(share for _, share in parts) - 1) > 1e-6:
        raise ValueError(f"shares sum to {sum(share for _, share in parts)}, not 1")
    students = [(Student(folder).float(), share) for folder, share in parts]
    mean = {name: sum(share * student.body.state_dict()[name] for student, share in students) for name, _ in students[0][0].body.named_parameters()}
    with torch.no_grad():
        for name, parameter in students[0][0].body.named_parameters():
            parameter.copy_(mean[name])
    students[0][0].project(data.passages(data.authored_ideas()))
    students[0][0].save(out)


if __name__ == "__main__":
    average([(Path(part.rpartition("=")[0]), float(part.rpartition("=")[2])) for part in sys.argv[2:]], Path(sys.argv[1]))
