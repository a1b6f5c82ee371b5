"""Trains narrow LivePortrait networks on pairs of the studio: F, W and G together, and M beside them.

train_narrow(folders, held_out, Path("runs/narrow"), TrainOptions(minutes=60, batch=4))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor, nn
from torch.nn import functional

from networks.liveportrait.appearance import AppearanceExtractor
from networks.liveportrait.generator import SpadeGenerator
from networks.liveportrait.motion import MotionExtractor, MotionOutput
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
    hourglass=(8, 16, 32, 64),
    spade_hidden=16,
    stages=(12, 24, 48, 96),
    blocks=(2, 2, 6, 2),
)
#: Keypoints of eyes and mouth; pictures count more about them, within this distance.
_FINE: Final = (3, 6, 7, 8, 9, 11, 13, 14, 15, 16, 17, 20)
_REACH, _MORE = 0.09, 4.0
#: Moments of each held-out person by which the networks are judged.
_JUDGED: Final = (3, 6, 9, 14)
_SHOWN: Final = 6
#: What brings M's errors to the size of 1: the standard deviations of what it reads.
_EXP, _KP, _TURN, _T, _SCALE = 0.006, 0.01, 0.2, 0.1, 0.15


class PictureNetworks(nn.Module):
    """F, W and G."""

    def __init__(self) -> None:
        super().__init__()
        self.appearance, self.warping, self.generator = (
            make(NARROW) for make in (AppearanceExtractor, WarpingNetwork, SpadeGenerator)
        )

    def forward(self, source: Tensor, kp_driving: Tensor, kp_source: Tensor) -> Tensor:
        """(B, 3, READ_PX, READ_PX), (B, K, 3), (B, K, 3) -> (B, 3, MADE_PX, MADE_PX)."""
        made: Tensor = self.generator(self.warping(self.appearance(source), kp_driving, kp_source).out)
        return made


class MotionNetwork(MotionExtractor):
    """M, whose outputs begin at the mean face."""

    def __init__(self, mean_shape: NDArray[np.float32]) -> None:
        super().__init__(NARROW)
        heads = self.detector
        with torch.no_grad():
            for name in ("t", "exp", "scale", "kp"):
                head = getattr(heads, f"fc_{name}")
                head.weight.mul_(0.02)
                head.bias.zero_()
            heads.fc_scale.bias.fill_(2.2)
            heads.fc_kp.bias.copy_(torch.from_numpy(mean_shape).flatten())
            middle = -0.5 * (torch.arange(NARROW.bins) - 32.5).square() / 4.0**2
            for name in ("pitch", "yaw", "roll"):
                getattr(heads, f"fc_{name}").bias.copy_(middle)


def turn_of(seen: MotionOutput) -> Tensor:
    """Rotations (B, 3, 3) for rows of M's angles; as `face.liveportrait.control.head_rotation`."""
    places = torch.arange(NARROW.bins, dtype=torch.float32, device=seen.pitch.device)
    x, y, z = (
        torch.deg2rad((functional.softmax(one, -1) * places).sum(-1) * 3.0 - 97.5)
        for one in (seen.pitch, seen.yaw, seen.roll)
    )
    nil, one = torch.zeros_like(x), torch.ones_like(x)

    def matrix(*rows: Tensor) -> Tensor:
        return torch.stack(rows, -1).unflatten(-1, (3, 3))

    about_x = matrix(one, nil, nil, nil, x.cos(), -x.sin(), nil, x.sin(), x.cos())
    about_y = matrix(y.cos(), nil, y.sin(), nil, one, nil, -y.sin(), nil, y.cos())
    about_z = matrix(z.cos(), -z.sin(), nil, z.sin(), z.cos(), nil, nil, nil, one)
    return (about_z @ about_y @ about_x).transpose(1, 2)


def picture_loss(made: Tensor, batch: PortraitBatch) -> Tensor:
    """Differences on four scales, and of the edges, more about eyes and mouth."""
    weight = fine_weight(batch.kp_driving, made)
    difference = (made - batch.target) * weight
    loss = difference.abs().mean()
    for axis in (2, 3):
        loss = (
            loss
            + (torch.diff(made - batch.target, dim=axis) * weight.narrow(axis, 1, MADE_PX - 1)).abs().mean()
        )
    for _ in range(3):
        difference = functional.avg_pool2d(difference, 2)
        loss = loss + difference.abs().mean()
    return loss


def fine_weight(keypoints: Tensor, like: Tensor) -> Tensor:
    """(B, 1, S, S) how much a pixel counts."""
    at = (torch.arange(MADE_PX, device=like.device) + 0.5) * (2.0 / MADE_PX) - 1.0
    points = keypoints[:, list(_FINE)]
    x, y = (torch.exp(-0.5 * ((at - points[..., axis, None]) / _REACH).square()) for axis in (0, 1))
    return 1.0 + _MORE * (y[..., :, None] * x[..., None, :]).amax(1, keepdim=True)


def motion_loss(seen: MotionOutput, batch: PortraitBatch) -> Tensor:
    """Differences in units of what is usual."""
    count = len(batch.exp)
    parts = (
        (seen.exp.view(count, -1, 3) - batch.exp) / _EXP,
        (seen.kp.view(count, -1, 3) - batch.kp) / _KP,
        (turn_of(seen) - batch.turn) / _TURN,
        (seen.t[:, :2] - batch.t) / _T,
        seen.t[:, 2:] / _T,
        (seen.scale[:, 0] - batch.scale) / _SCALE,
    )
    return torch.stack([functional.smooth_l1_loss(one, torch.zeros_like(one)) for one in parts]).sum()


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
    with Ranks(device) as ranks:
        reader = PortraitBatches(folders, batch=options.batch, seed=options.seed + 1_000_003 * ranks.rank)
        learner = _Learner(held_out, options, reader.mean_shape(), device, ranks)
        with ReadAhead(reader.make, begin=begin) as batches:
            return train(learner, batches.next, run, options, ranks, resume=resume, progress=progress)


class _Learner:
    """Both parts as a `training.loop.Learner`."""

    def __init__(
        self,
        held_out: Sequence[Path],
        options: TrainOptions,
        mean_shape: NDArray[np.float32],
        device: torch.device,
        ranks: Ranks,
    ) -> None:
        plain = torch.preserve_format  # volumes have five axes
        self._pictures = AveragedNet(PictureNetworks, options, device, ranks, memory_format=plain)
        self._motion = AveragedNet(
            lambda: MotionNetwork(mean_shape), options, device, ranks, memory_format=plain
        )
        self._seen = [plain_batch(held_out, number) for number in _JUDGED]

    def learn(self, batch: PortraitBatch, rate: float, step: int) -> dict[str, float]:
        made = self._pictures.net(batch.source, batch.kp_driving, batch.kp_source)
        loss = picture_loss(made, batch)
        self._pictures.step(loss, rate, step)
        read = motion_loss(self._motion.net(batch.seen), batch)
        self._motion.step(read, rate, step)
        return {"picture": float(loss.detach()), "motion": float(read.detach())}

    def judge(self, samples: Path) -> dict[str, float]:
        rows: dict[str, list[float]] = {}
        with torch.no_grad():
            for number, batch in enumerate(self._seen):
                made = self._pictures.mean(batch.source, batch.kp_driving, batch.kp_source)
                still = functional.interpolate(batch.source, size=MADE_PX, mode="bilinear")
                for name, picture in (("db", made), ("still_db", still)):
                    rows.setdefault(name, []).append(_psnr(picture, batch.target))
                seen = self._motion.mean(batch.seen)
                error = (seen.exp.view(*batch.exp.shape) - batch.exp)[..., :2]
                rows.setdefault("exp_r2", []).append(
                    float(1.0 - error.square().mean() / batch.exp[..., :2].square().mean())
                )
                turned = turn_of(seen).transpose(1, 2) @ batch.turn
                cosine = ((turned.diagonal(dim1=1, dim2=2).sum(-1) - 1.0) / 2.0).clamp(-1.0, 1.0)
                rows.setdefault("turn_deg", []).append(float(torch.rad2deg(cosine.acos()).mean()))
                if number == 0:
                    _write_sheet(samples.with_suffix(".png"), still, made, batch.target)
        return {name: float(np.mean(values)) for name, values in rows.items()}

    def state(self) -> dict[str, Any]:
        return {"pictures": self._pictures.state(), "motion": self._motion.state()}

    def load(self, kept: dict[str, Any]) -> None:
        self._pictures.load(kept["pictures"])
        self._motion.load(kept["motion"])

    def weights(self) -> dict[str, Tensor]:
        both = {"pictures": self._pictures.weights(), "motion": self._motion.weights()}
        return {f"{name}.{key}": one for name, kept in both.items() for key, one in kept.items()}


def _psnr(made: Tensor, target: Tensor) -> float:
    error = (made - target).square().mean((1, 2, 3))
    return float((-10.0 * torch.log10(error.clamp_min(1e-8))).mean())


def _write_sheet(path: Path, *columns: Tensor) -> None:
    rows = torch.cat([one[:_SHOWN].clamp(0, 1) for one in columns], 3)  # side by side
    sheet = torch.cat(list(rows), 1).permute(1, 2, 0)
    Image.fromarray((sheet * 255).to(torch.uint8).numpy()).save(path)


assert MADE_PX == 2 * READ_PX
