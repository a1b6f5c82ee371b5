"""Judging the parsing network on people that it has never seen, and sheets of samples to look at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from networks.parsing import ParsingLogits
from studio.seeds import random_of
from training.parsing.batches import Examples, ParsingBatch, parsing_batch
from vision.portrait_parts import PORTRAIT_PART, PORTRAIT_PARTS

_EXAMPLES: Final = 96  # half of them augmented
_BATCH: Final = 16
_SHOWN: Final = 14
#: Colours of the parts in sheets, 0..1.
PART_COLOURS: Final = torch.tensor(
    [(0, 0, 0), (1, 0.7, 0.55), (0.5, 0.25, 0.1), (1, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0), (0, 0.3, 1)]
)


def held_out_batches(folders: Sequence[Path]) -> list[ParsingBatch]:
    """The examples by which a network is judged: always the same, every second one augmented."""
    examples = Examples(folders)
    chosen = random_of("parsing held out", 0).permutation(len(examples))[:_EXAMPLES]
    made = [
        examples.make(int(number), random_of("parsing judged", int(number)) if place % 2 else None)
        for place, number in enumerate(chosen)
    ]
    return [parsing_batch(made[k : k + _BATCH]) for k in range(0, len(made), _BATCH)]


def judged(made: Sequence[ParsingLogits], batches: Sequence[ParsingBatch]) -> dict[str, float]:
    """Figures over batches.

    Returns:
        person_iou, and the IoU of each part, 0..1; alpha_mae, the mean error of the coverage in thousandths.
    """
    errors: list[Tensor] = []
    shared = torch.zeros(len(PORTRAIT_PARTS))
    either = torch.zeros(len(PORTRAIT_PARTS))
    for logits, batch in zip(made, batches, strict=True):
        alpha = torch.sigmoid(logits.alpha)
        errors.append((alpha - batch.alpha).abs().mean((1, 2, 3)) * 1000)
        truth = torch.where(batch.alpha[:, 0] > 0.5, batch.part, PORTRAIT_PART["background"])
        found = logits.part.argmax(1)
        for number in range(1, len(PORTRAIT_PARTS)):
            shared[number] += ((truth == number) & (found == number)).sum()
            either[number] += ((truth == number) | (found == number)).sum()
        person, seen = batch.alpha > 0.5, alpha > 0.5
        shared[0] += (person & seen).sum()
        either[0] += (person | seen).sum()
    share = shared / either.clamp(min=1.0)
    figures = {"person_iou": float(share[0]), "alpha_mae": float(torch.cat(errors).mean())}
    return figures | {f"{name}_iou": float(share[k]) for k, name in enumerate(PORTRAIT_PARTS) if k}


def write_samples(made: Sequence[ParsingLogits], batches: Sequence[ParsingBatch], path: Path) -> None:
    """A sheet: picture, parts found and true, coverage found and true, two examples a row."""
    logits, batch = made[0], batches[0]
    true_part = torch.where(batch.alpha[:, 0] > 0.5, batch.part, 0)
    columns = [
        batch.planes[:, :3],
        PART_COLOURS[logits.part.argmax(1)].permute(0, 3, 1, 2),
        PART_COLOURS[true_part].permute(0, 3, 1, 2),
        torch.sigmoid(logits.alpha).expand(-1, 3, -1, -1),
        batch.alpha.expand(-1, 3, -1, -1),
    ]
    sheet = torch.cat([column[:_SHOWN].float() for column in columns], 3)
    pixels = (sheet.clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).numpy()
    if len(pixels) % 2:
        pixels = np.concatenate([pixels, np.zeros_like(pixels[:1])])
    rows = [np.concatenate(list(pixels[k : k + 2]), 1) for k in range(0, len(pixels), 2)]
    Image.fromarray(np.concatenate(rows, 0)).save(path, quality=88)
