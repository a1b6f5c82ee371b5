"""Losses of the region networks, what the form network makes of their crops, and the figures by which they are judged."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from face.conditions import CHANNELS_IN, PARTS
from networks.regions import RegionFields, bent_crop, composite_region
from networks.retouch import FormFields, detailed, softened
from training.retouch.batches import Batch, RegionBatch
from training.retouch.losses import (
    charbonnier,
    difference,
    gradient_energy,
    psnr_db,
    second_difference,
    sharpness,
)

#: Weights of the sum.
_COARSE, _FINE, _GRADIENT, _ENERGY = 1.0, 0.5, 0.3, 2.0
_FLOW, _SMOOTH, _LIGHT, _MASK = 0.02, 0.02, 0.2, 0.004
#: What pixels count more that show the inside of the mouth or an eye, and those near them.
_INNER = 4.0
_NEAR = 7  # pixels of the planes
#: Labels of the parts inside, among a region's planes.
_INNER_PLANES = [CHANNELS_IN - 4 - len(PARTS) + PARTS.index(part) for part in ("mouth", "eye")]
_SQUARE = 4  # pixels of the squares whose colours are compared


@dataclass(frozen=True, slots=True)
class RegionLoss:
    """The loss of a batch of crops, its parts for the log, and the picture (B, 4, H, W) that was made."""

    total: Tensor
    parts: dict[str, float]
    made: Tensor


def form_crop(fields: FormFields, batch: Batch, region: RegionBatch) -> Tensor:
    """What the form network makes of a crop (B, 4, H, W); as `networks.retouch.composite` at the crop's pixels.

    The paint that it copies from elsewhere comes from the pair's smaller draft: crops do not show it.
    """
    places, turn = _places(region)
    grid = 2.0 * places
    shape = region.draft.shape[-2:]

    def at(field: Tensor) -> Tensor:
        return functional.grid_sample(field, grid, padding_mode="border", align_corners=False)

    flow = torch.einsum("bij,bjhw->bihw", turn, at(fields.flow))
    soft = bent_crop(softened(region.draft), flow, mode="bilinear")
    bent = detailed(bent_crop(region.draft, flow), soft, at(fields.detail))
    alpha = bent[:, 3:].clamp(0.0, 1.0)
    lit = bent[:, :3] * at(fields.gain) + at(fields.bias) * alpha
    below = torch.cat([torch.minimum(lit.clamp(min=0.0), alpha), alpha], 1)
    far = grid + 2.0 * at(fields.far).permute(0, 2, 3, 1)
    copy = functional.grid_sample(batch.draft, far, align_corners=False)
    paint = at(fields.paint)
    colour = torch.lerp(
        paint[:, :3], copy[:, :3] + (1.0 - copy[:, 3:]) * paint[:, :3], at(fields.copied).clamp(0, 1)
    )
    made = torch.lerp(below, torch.cat([colour * paint[:, 3:], paint[:, 3:]], 1), at(fields.mask))
    assert made.shape[-2:] == shape
    return made


def region_loss(fields: RegionFields, batch: Batch, region: RegionBatch, below: Tensor) -> RegionLoss:
    """The weighted sum of all losses but the critic's.

    Args:
        below: (B, 4, H, W) of `form_crop`.
    """
    made = composite_region(fields, region.draft, below)
    error = made - region.truth
    weight = _weight(region)
    coarse = (
        charbonnier(functional.avg_pool2d(error, _SQUARE)) * functional.avg_pool2d(weight, _SQUARE)
    ).mean()
    fine = (charbonnier(error) * weight).mean()
    gradient = sum(
        (charbonnier(difference(error, axis)) * weight.narrow(axis, 1, weight.shape[axis] - 1)).mean()
        for axis in (2, 3)
    )
    energy = (gradient_energy(made[:, :3]) - gradient_energy(region.truth[:, :3])).abs().mean()
    flow = _flow_loss(fields, batch, region)
    smooth = sum(second_difference(fields.flow, axis).abs().mean() for axis in (2, 3))
    light = sum(second_difference(torch.log(fields.gain), axis).abs().mean() for axis in (2, 3))
    mask = fields.mask.mean()
    total = (
        _COARSE * coarse
        + _FINE * fine
        + _GRADIENT * gradient
        + _ENERGY * energy
        + _FLOW * flow
        + _SMOOTH * smooth
        + _LIGHT * light
        + _MASK * mask
    )
    named = {
        "coarse": coarse, "fine": fine, "gradient": gradient, "energy": energy, "flow": flow, "smooth": smooth,
        "light": light, "mask": mask,
    }  # fmt: skip
    return RegionLoss(total, {name: float(value.detach()) for name, value in named.items()}, made)


def judged_crops(made: Tensor, region: RegionBatch, below: Tensor) -> dict[str, Tensor]:
    """Figures (B,) of crops beside those of the form network's: PSNR in dB, and sharpness (1 = as the truth)."""
    everywhere = torch.ones_like(made[:, :1])
    everywhere[..., :8, :] = everywhere[..., -8:, :] = 0.0
    everywhere[..., :, :8] = everywhere[..., :, -8:] = 0.0
    found = {}
    for name, picture in (("", made), ("form_", below), ("draft_", region.draft)):
        found[f"{name}db"] = psnr_db(picture[:, :3], region.truth[:, :3], everywhere)
        found[f"{name}sharp"] = sharpness(picture[:, :3], region.truth[:, :3], everywhere)
    return found


def _weight(region: RegionBatch) -> Tensor:
    """(B, 1, H, W) of mean 1: most where the draft shows the inside of the mouth or an eye, and around it."""
    inner = region.planes[:, _INNER_PLANES].amax(1, keepdim=True)
    near = functional.max_pool2d(inner, _NEAR, stride=1, padding=_NEAR // 2)
    weight = 1.0 + _INNER * functional.interpolate(near, region.draft.shape[-2:], mode="bilinear")
    return weight / weight.mean()


def _places(region: RegionBatch) -> tuple[Tensor, Tensor]:
    """Where a crop's pixels lie in the picture (B, H, W, 2), heights; and how heights turn into its pixels (B, 2, 2)."""
    height, width = region.draft.shape[-2:]
    y, x = torch.meshgrid(torch.arange(height) + 0.5, torch.arange(width) + 0.5, indexing="ij")
    pixels = torch.stack([x, y], -1).to(region.matrix)
    turn = region.matrix[:, :, :2]
    places = torch.einsum(
        "bij,bhwj->bhwi", torch.linalg.inv(turn), pixels[None] - region.matrix[:, None, None, :, 2]
    )
    return places, turn


def _flow_loss(fields: RegionFields, batch: Batch, region: RegionBatch) -> Tensor:
    """The true displacement of the landmarks that both pictures show and the crop holds, pixels of the crop."""
    turn, shift = region.matrix[:, :, :2], region.matrix[:, :, 2]
    height, width = region.draft.shape[-2:]
    size = torch.tensor([width, height]).to(turn)
    at = (torch.einsum("bij,bkj->bki", turn, batch.flow_at) + shift[:, None]) / size * 2.0 - 1.0
    wanted = torch.einsum("bij,bkj->bki", turn, batch.flow)
    found = functional.grid_sample(fields.flow, at[:, :, None], align_corners=False)[..., 0].transpose(1, 2)
    apart = functional.smooth_l1_loss(found, wanted, beta=1.0, reduction="none").sum(-1)
    seen = batch.flow_weight * (at.abs() < 0.95).all(-1)
    return (apart * seen).sum() / (seen.sum() + 1.0)
