"""Trains narrow LivePortrait networks on pairs of the studio: F, W and G together; M is not learned (`motion.py`).

train_narrow(folders, held_out, Path("runs/narrow"), TrainOptions(minutes=60, batch=4))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional

from networks.liveportrait.appearance import AppearanceExtractor
from networks.liveportrait.generator import SpadeGenerator
from networks.liveportrait.sizes import NetworkSizes
from networks.liveportrait.warping import WarpingNetwork
from training.averaged_net import AveragedNet
from training.loop import TrainOptions, last_step, train
from training.narrow_liveportrait.batches import MADE_PX, READ_PX, PortraitBatch, PortraitBatches, plain_batch
from training.ranks import Ranks
from training.read_ahead import ReadAhead

#: An eighth of LivePortrait's widths, and a quarter of its planes.
NARROW: Final = NetworkSizes(
    first=8,
    volume=16,
    depth=4,
    compressed=1,
    hourglass=(8, 16, 32),
    spade_hidden=16,
    centred=True,
)
#: Keypoints of eyes and mouth; pictures count more about them, within this distance.
_FINE: Final = (3, 6, 7, 8, 9, 11, 13, 14, 15, 16, 17, 20)
_REACH, _MORE = 0.07, 6.0
#: How much it counts where landmarks are read, against the picture.
_WARPED: Final = 5.0
#: Moments of each held-out person by which the networks are judged.
_JUDGED: Final = (3, 6, 9, 14)
_SHOWN: Final = 6


class PictureNetworks(nn.Module):
    """F, W and G."""

    def __init__(self) -> None:
        super().__init__()
        self.appearance, self.warping, self.generator = (
            make(NARROW) for make in (AppearanceExtractor, WarpingNetwork, SpadeGenerator)
        )

    def forward(self, source: Tensor, kp_driving: Tensor, kp_source: Tensor) -> tuple[Tensor, Tensor]:
        """(B, 3, S, S), (B, K, 3), (B, K, 3) -> the picture (B, 3, 2 S, 2 S), and W's deformation (B, D, H, W, 3)."""
        warped = self.warping(self.appearance(source), kp_driving, kp_source)
        return self.generator(warped.out), warped.motion.deformation


def picture_loss(made: Tensor, batch: PortraitBatch) -> Tensor:
    """Differences on four scales, and of the edges, more about eyes and mouth."""
    weight = fine_weight(batch.kp_driving, made)
    difference = (made - batch.target) * weight
    loss = difference.abs().mean()
    for axis in (2, 3):
        loss = (
            loss
            + (torch.diff(made - batch.target, dim=axis) * weight.narrow(axis, 1, made.shape[-1] - 1))
            .abs()
            .mean()
        )
    for _ in range(3):
        difference = functional.avg_pool2d(difference, 2)
        loss = loss + difference.abs().mean()
    return loss


def warping_loss(deformation: Tensor, batch: PortraitBatch) -> Tensor:
    """How far from its place in the portrait each landmark of the target is read: what else W takes long to find out.

    Args:
        deformation: (B, D, H, W, 3), of every plane.
    """
    field = deformation.float()[..., :2].permute(0, 1, 4, 2, 3).flatten(1, 2)  # (B, D 2, H, W)
    read = functional.grid_sample(
        field, batch.seen_driving[:, None], padding_mode="border", align_corners=False
    )
    read = read[:, :, 0].unflatten(1, (-1, 2))  # (B, D, 2, 478)
    return (read - batch.seen_source.transpose(1, 2)[:, None]).abs().mean()


def fine_weight(keypoints: Tensor, like: Tensor) -> Tensor:
    """(B, 1, S, S) how much a pixel counts."""
    side = like.shape[-1]
    at = (torch.arange(side, device=like.device) + 0.5) * (2.0 / side) - 1.0
    points = keypoints[:, list(_FINE)]
    x, y = (torch.exp(-0.5 * ((at - points[..., axis, None]) / _REACH).square()) for axis in (0, 1))
    return 1.0 + _MORE * (y[..., :, None] * x[..., None, :]).amax(1, keepdim=True)


def train_narrow(
    folders: Sequence[Path],
    held_out: Sequence[Path],
    run: Path,
    options: TrainOptions,
    *,
    resume: bool = False,
    progress: Callable[[float, str], None] = lambda minutes, note: None,
) -> dict[str, float]:
    """Train; returns the last judgement on held-out people. Arguments as of `training.loop.train`.

    Raises:
        TrainingError: there are no pairs, or the checkpoint does not fit.
    """
    begin = last_step(run) if resume else 0
    device = torch.device(options.device)
    torch.set_flush_denormal(True)  # the far ends of Gaussians: a fifth of W's time on a CPU
    with Ranks(device) as ranks:
        reader = PortraitBatches(folders, batch=options.batch, seed=options.seed + 1_000_003 * ranks.rank)
        learner = _Learner(held_out, options, device, ranks)
        with ReadAhead(reader.make, begin=begin) as batches:
            return train(learner, batches.next, run, options, ranks, resume=resume, progress=progress)


class _Learner:
    """F, W and G as a `training.loop.Learner`."""

    def __init__(
        self, held_out: Sequence[Path], options: TrainOptions, device: torch.device, ranks: Ranks
    ) -> None:
        plain = torch.preserve_format  # volumes have five axes
        self._pictures = AveragedNet(PictureNetworks, options, device, ranks, memory_format=plain)
        self._seen = [plain_batch(held_out, number) for number in _JUDGED]

    def learn(self, batch: PortraitBatch, rate: float, step: int) -> dict[str, float]:
        with torch.autocast(batch.source.device.type, torch.bfloat16):
            made, deformation = self._pictures.net(batch.source, batch.kp_driving, batch.kp_source)
        loss, warped = picture_loss(made.float(), batch), warping_loss(deformation, batch)
        self._pictures.step(loss + _WARPED * warped, rate, step)
        return {"picture": float(loss.detach()), "warped": float(warped.detach())}

    def judge(self, samples: Path) -> dict[str, float]:
        rows: dict[str, list[float]] = {}
        with torch.no_grad():
            for number, batch in enumerate(self._seen):
                made, deformation = self._pictures.mean(batch.source, batch.kp_driving, batch.kp_source)
                still = functional.interpolate(batch.source, size=MADE_PX, mode="bilinear")
                for name, picture in (("db", made), ("still_db", still)):
                    rows.setdefault(name, []).append(_psnr(picture, batch.target))
                rows.setdefault("warped_px", []).append(float(warping_loss(deformation, batch)) * MADE_PX / 2)
                if number == 0:
                    _write_sheet(samples.with_suffix(".png"), still, made, batch.target)
        return {name: float(np.mean(values)) for name, values in rows.items()}

    def state(self) -> dict[str, Any]:
        return {"pictures": self._pictures.state()}

    def load(self, kept: dict[str, Any]) -> None:
        self._pictures.load(kept["pictures"])

    def weights(self) -> dict[str, Tensor]:
        return self._pictures.weights()


def _psnr(made: Tensor, target: Tensor) -> float:
    error = (made - target).square().mean((1, 2, 3))
    return float((-10.0 * torch.log10(error.clamp_min(1e-8))).mean())


def _write_sheet(path: Path, *columns: Tensor) -> None:
    rows = torch.cat([one[:_SHOWN].clamp(0, 1) for one in columns], 3)  # side by side
    sheet = torch.cat(list(rows), 1).permute(1, 2, 0)
    Image.fromarray((sheet * 255).to(torch.uint8).numpy()).save(path)


assert MADE_PX == 2 * READ_PX
