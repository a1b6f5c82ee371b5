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
from training.diffusion.batches import clip_examples
from training.diffusion.examples import Examples
from training.diffusion.recipe import DiffusionRecipe
from training.diffusion.rollout import streamed
from training.pairs.person_pairs import read_pairs
from training.retouch.batches import Batch, batch_of
from training.retouch.losses import over, psnr_db, sharpness

#: Steps of the flow that a run is judged by.
STEPS: Final = (1, 4)
_BATCH: Final = 8
_SHOWN: Final = 6


def held_out_rows(folders: Sequence[Path], pairs: int, frames: int = 1) -> list[tuple[Batch, ...]]:
    """Clips by which a network is judged, never augmented; always the same. The portraits' own motion is left out.

    Args:
        pairs: clips of each person, in the order of the regimes. frames: of a clip; 1 = moments.
    """
    rows = [
        (person, number)
        for person in map(read_pairs, folders)
        for number in range(1, min(1 + pairs * frames, len(person.draft)), frames)
    ]
    return [
        tuple(
            batch_of([(person, number + frame) for person, number in rows[k : k + _BATCH]], None)
            for frame in range(frames)
        )
        for k in range(0, len(rows), _BATCH)
    ]


def judged(
    net: Dit, recipe: DiffusionRecipe, clips: Sequence[tuple[Batch, ...]], steps: Sequence[int] = STEPS
) -> dict[str, float]:
    """Mean figures over clips, all at the network's size: PSNR in the face over the draft's, and sharpness.

    Sharpness is gradient energy over the truth's in the face. Flicker, of clips alone: how far what changes from frame to
    frame differs from what changes in the truth, mean of 0..255. Steps of the flow follow a name: `face_gain_db_4`.
    """
    rows: dict[str, list[Tensor]] = {}
    for number, clip in enumerate(clips):
        examples = clip_examples(clip, recipe.design)
        backdrop = _backdrop(clip[0], recipe)
        truth, draft = (_shown(0.5 * (one + 1.0), backdrop) for one in (examples.truth, examples.draft))
        face = examples.face
        for name, value in _figures(draft, truth, face).items():
            rows.setdefault(f"draft_{name}", []).append(value)
        for count in steps:
            shown = _shown(_made(net, recipe, examples, count, number), backdrop)
            found = _figures(shown, truth, face)
            found["face_gain_db"] = found.pop("db") - rows["draft_db"][-1]
            for name, value in found.items():
                rows.setdefault(f"{name}_{count}", []).append(value)
    return {name: float(torch.cat(values).mean()) for name, values in rows.items()}


def _figures(shown: Tensor, truth: Tensor, face: Tensor) -> dict[str, Tensor]:
    """Of pictures (B, T, 3, S, S) 0..1, (B T,) each and (B,) the flicker."""
    flat = [one.flatten(0, 1) for one in (shown, truth, face)]
    found = {"db": psnr_db(*flat), "sharp": sharpness(*flat)}
    if truth.shape[1] > 1:
        both = torch.minimum(face[:, 1:], face[:, :-1])
        wrong = (torch.diff(shown, dim=1) - torch.diff(truth, dim=1)).abs() * both
        found["flicker"] = 255.0 / 3.0 * wrong.sum((1, 2, 3, 4)) / both.sum((1, 2, 3, 4)).clamp(min=1.0)
    return found


def write_samples(
    net: Dit, recipe: DiffusionRecipe, clip: tuple[Batch, ...], path: Path, steps: Sequence[int] = STEPS
) -> None:
    """A sheet of twice the size: draft, output for each number of steps, truth; the last frame of one clip a row."""
    examples, backdrop = clip_examples(clip, recipe.design), _backdrop(clip[0], recipe)
    columns = [
        over(0.5 * (examples.draft[:, -1] + 1.0), backdrop),
        *(over(_made(net, recipe, examples, count, 0)[:, -1], backdrop) for count in steps),
        over(0.5 * (examples.truth[:, -1] + 1.0), backdrop),
    ]
    sheet = torch.cat([column[:_SHOWN] for column in columns], 3)
    sheet = functional.interpolate(sheet, scale_factor=2.0, mode="bicubic")
    pixels = (sheet.clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).numpy()
    Image.fromarray(np.concatenate(list(pixels), 0)).save(path)


def _shown(pictures: Tensor, backdrop: Tensor) -> Tensor:
    """Premultiplied pictures (B, T, 4, S, S) over their clips' backdrops (B, 3, S, S), as (B, T, 3, S, S)."""
    count, frames = pictures.shape[:2]
    shown = over(pictures.flatten(0, 1), backdrop.repeat_interleave(frames, 0))
    return shown.unflatten(0, (count, frames))


def _made(net: Dit, recipe: DiffusionRecipe, examples: Examples, steps: int, seed: int) -> Tensor:
    """(B, T, 4, S, S), in the computer's own memory, as a stream; the noise is the same at every judgement."""
    random = torch.Generator().manual_seed(seed)
    device = next(net.parameters()).device
    return streamed(recipe, net, examples.to(device), steps, random).cpu()


def _backdrop(batch: Batch, recipe: DiffusionRecipe) -> Tensor:
    return functional.avg_pool2d(batch.backdrop, batch.backdrop.shape[-1] // recipe.design.side)
