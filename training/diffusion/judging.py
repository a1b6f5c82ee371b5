"""Judging the diffusion transformer on held-out people: figures beside the draft's own, and sheets of samples."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from networks.dit import Dit
from training.diffusion.examples import Examples, examples_of
from training.diffusion.recipe import DiffusionRecipe
from training.pairs.person_pairs import read_pairs
from training.retouch.batches import Batch, batch_of
from training.retouch.losses import over, psnr_db, sharpness

#: Steps of the flow that a run is judged by.
STEPS: Final = (1, 4)
_BATCH: Final = 8
_SHOWN: Final = 6


def held_out_rows(folders: Sequence[Path], pairs: int) -> list[Batch]:
    """Pairs by which a network is judged, never augmented; always the same. The portraits' own motion is left out.

    Args:
        pairs: of each person, in the order of the regimes.
    """
    rows = [
        (person, number)
        for person in map(read_pairs, folders)
        for number in range(1, min(1 + pairs, len(person.draft)))
    ]
    return [batch_of(rows[k : k + _BATCH], None) for k in range(0, len(rows), _BATCH)]


def judged(
    net: Dit, recipe: DiffusionRecipe, batches: Sequence[Batch], steps: Sequence[int] = STEPS
) -> dict[str, float]:
    """Mean figures over batches, all at the network's size: PSNR in the face over the draft's, and sharpness.

    Sharpness is gradient energy over the truth's in the face. Steps of the flow follow a figure's name: `face_gain_db_4`.
    """
    rows: dict[str, list[Tensor]] = {}
    for number, batch in enumerate(batches):
        examples, backdrop = examples_of(batch, recipe.design), _backdrop(batch, recipe)
        truth, draft = (over(0.5 * (one[:, 0] + 1.0), backdrop) for one in (examples.truth, examples.draft))
        face = examples.face[:, 0]
        draft_db = psnr_db(draft, truth, face)
        rows.setdefault("draft_db", []).append(draft_db)
        rows.setdefault("draft_sharp", []).append(sharpness(draft, truth, face))
        for count in steps:
            shown = over(_made(net, recipe, examples, count, number), backdrop)
            rows.setdefault(f"face_gain_db_{count}", []).append(psnr_db(shown, truth, face) - draft_db)
            rows.setdefault(f"sharp_{count}", []).append(sharpness(shown, truth, face))
    return {name: float(torch.cat(values).mean()) for name, values in rows.items()}


def write_samples(
    net: Dit, recipe: DiffusionRecipe, batch: Batch, path: Path, steps: Sequence[int] = STEPS
) -> None:
    """A sheet of twice the size: draft, output for each number of steps, truth; one pair a row."""
    examples, backdrop = examples_of(batch, recipe.design), _backdrop(batch, recipe)
    columns = [
        over(0.5 * (examples.draft[:, 0] + 1.0), backdrop),
        *(over(_made(net, recipe, examples, count, 0), backdrop) for count in steps),
        over(0.5 * (examples.truth[:, 0] + 1.0), backdrop),
    ]
    sheet = torch.cat([column[:_SHOWN] for column in columns], 3)
    sheet = functional.interpolate(sheet, scale_factor=2.0, mode="bicubic")
    pixels = (sheet.clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).numpy()
    Image.fromarray(np.concatenate(list(pixels), 0)).save(path)


def _made(net: Dit, recipe: DiffusionRecipe, examples: Examples, steps: int, seed: int) -> Tensor:
    """(B, 4, S, S), in the computer's own memory; the noise is the same at every judgement."""
    random = torch.Generator().manual_seed(seed)
    device = next(net.parameters()).device
    return recipe.made(net, examples.to(device), steps, random)[:, 0].cpu()


def _backdrop(batch: Batch, recipe: DiffusionRecipe) -> Tensor:
    return functional.avg_pool2d(batch.backdrop, batch.backdrop.shape[-1] // recipe.design.side)
