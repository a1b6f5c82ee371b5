"""Judging a network on held-out people: figures beside the draft's own, and sheets of samples to look at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import torch
from PIL import Image
from torch import Tensor
from torch.nn import functional

from networks.retouch import FormFields, composite
from training.pairs.person_pairs import read_pairs
from training.retouch.batches import Batch, batch_of
from training.retouch.losses import over, psnr_db, sharpness

_PAIRS: Final = 8  # of each held-out person
_BATCH: Final = 16
_SHOWN: Final = 6  # rows of a sheet
_CROPS_SHOWN: Final = 10


def held_out_batches(
    folders: Sequence[Path], *, with_regions: bool = False, at_rest: bool = False
) -> list[Batch]:
    """The pairs by which a network is judged, never augmented; always the same.

    Args:
        at_rest: those at the portraits' own motion, and not the others.
    """
    rows = [
        (person, number)
        for person in map(read_pairs, folders)
        for number in ([0] if at_rest else range(1, min(1 + _PAIRS, len(person.draft))))
    ]
    rows = rows[::7] + [row for place, row in enumerate(rows) if place % 7]  # many people in the first batch
    return [
        batch_of(rows[k : k + _BATCH], None, with_regions=with_regions) for k in range(0, len(rows), _BATCH)
    ]


def judged(made: Sequence[FormFields], batches: Sequence[Batch]) -> dict[str, float]:
    """Mean figures over batches: gains in dB over the draft, and sharpness (1 = as the truth)."""
    rows: dict[str, list[Tensor]] = {}
    for fields, batch in zip(made, batches, strict=True):
        truth = over(batch.truth, batch.backdrop)
        draft = over(batch.draft, batch.backdrop)
        shown = over(composite(fields, batch.draft), batch.backdrop)
        person = torch.maximum(batch.truth[:, 3:], batch.draft[:, 3:])
        for name, mask in (("face", batch.face), ("person", person)):
            rows.setdefault(f"{name}_db", []).append(psnr_db(shown, truth, mask))
            rows.setdefault(f"{name}_gain_db", []).append(
                psnr_db(shown, truth, mask) - psnr_db(draft, truth, mask)
            )
        rows.setdefault("sharp", []).append(sharpness(shown, truth, batch.face))
        rows.setdefault("draft_sharp", []).append(sharpness(draft, truth, batch.face))
        at = functional.grid_sample(fields.flow, 2.0 * batch.flow_at[:, :, None], align_corners=False)[..., 0]
        error = (at.transpose(1, 2) - batch.flow).norm(dim=-1) * 256
        seen = batch.flow_weight
        rows.setdefault("flow_px", []).append((error * seen).sum(1) / seen.sum(1).clamp(min=1.0))
        rows.setdefault("draft_flow_px", []).append(
            (batch.flow.norm(dim=-1) * 256 * seen).sum(1) / seen.sum(1).clamp(min=1.0)
        )
    return {name: float(torch.cat(values).mean()) for name, values in rows.items()}


def write_samples(made: Sequence[FormFields], batches: Sequence[Batch], path: Path) -> None:
    """A sheet: draft, output, truth, the mask of the paint and the gain, one pair a row."""
    fields, batch = made[0], batches[0]
    shown = over(composite(fields, batch.draft), batch.backdrop)
    size = shown.shape[-1]
    columns = [
        over(batch.draft, batch.backdrop),
        shown,
        over(batch.truth, batch.backdrop),
        functional.interpolate(fields.mask, (size, size)).expand(-1, 3, -1, -1),
        functional.interpolate(fields.gain, (size, size)) * 0.5,
    ]
    sheet = torch.cat([column[:_SHOWN] for column in columns], 3)  # (rows, 3, S, 5 S)
    pixels = (sheet.clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).numpy()
    Image.fromarray(np.concatenate(list(pixels), 0)).save(path, quality=88)


def write_crops(columns: Sequence[Tensor], path: Path) -> None:
    """A sheet of crops at twice their size, one pair a row.

    Args:
        columns: (B, 3 or 4, H, W) premultiplied, 0..1.
        path: of a PNG file.
    """
    sheet = torch.cat([column[:_CROPS_SHOWN, :3].cpu() for column in columns], 3)
    sheet = functional.interpolate(sheet, scale_factor=2.0, mode="bicubic")
    pixels = (sheet.clamp(0, 1) * 255).round().byte().permute(0, 2, 3, 1).numpy()
    Image.fromarray(np.concatenate(list(pixels), 0)).save(path)
