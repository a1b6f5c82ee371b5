"""Trains the network of personal heads on heads of the studio with living skin.

    train_personal(heads, unseen, Path("runs/personal"), TrainOptions(minutes=20, batch=2400))

An example is a vertex of a head and one of its neighbours. Compared are what each shape moves beyond the mean head's
displacement, offsets in expressions, and their differences between neighbours, which are the Laplacian term; small offsets
are preferred.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from face.skin_folds import furrow_depth
from networks.personal import SHAPES, PersonalSkinNet
from studio.head.living_skin import LID_SHAPES
from training.averaged_net import AveragedNet
from training.loop import TrainOptions, last_step, train
from training.personal.expressions import acted_expressions
from training.personal.heads import SkinHeads
from training.personal.judging import error_figures, write_sheet
from training.ranks import Ranks
from training.read_ahead import ReadAhead

Floats = NDArray[np.float32]

#: Heads and expressions of a batch.
_HEADS, _EXPRESSIONS, _ACTED = 6, 16, 3000
#: Errors are compared in this unit, about a millimetre; weights of the terms.
_UNIT: Final = 0.1
_LAPLACIAN, _MAGNITUDE, _SHAPES_WEIGHT = 0.5, 0.002, 3.0


class SkinBatch(NamedTuple):
    """H heads, S vertices each, the second half of which are neighbours of the first; E expressions.

    Attributes:
        features: (H, S, FEATURES). residual: (H, S, SHAPES, 3). expressions: (H, E, 52). depth: (H, 1, 1).
        offsets: (H, E, S, 3).
    """

    features: Tensor
    residual: Tensor
    expressions: Tensor
    depth: Tensor
    offsets: Tensor


def train_personal(
    heads: SkinHeads,
    unseen: SkinHeads,
    triangles: NDArray[np.int32],
    run: Path,
    options: TrainOptions,
    *,
    resume: bool = False,
    progress: Callable[[float, str], None] = lambda minutes, note: None,
) -> dict[str, float]:
    """Train; returns the last judgement on unseen heads. Other arguments as of `training.loop.train`.

    Args:
        triangles: (T, 3) of the face.

    Raises:
        TrainingError: the checkpoint does not fit.
    """
    begin = last_step(run) if resume else 0
    device = torch.device(options.device)
    with Ranks(device) as ranks:
        batches = SkinBatches(heads, triangles, options, ranks.rank)
        learner = _SkinLearner(unseen, triangles, options, device, ranks)
        with ReadAhead(batches.make, begin=begin) as ahead:
            return train(learner, ahead.next, run, options, ranks, resume=resume, progress=progress)


class SkinBatches:
    """Makes the batch of a number: the same for the same seed, another on each rank."""

    def __init__(
        self, heads: SkinHeads, triangles: NDArray[np.int32], options: TrainOptions, rank: int
    ) -> None:
        self._heads, self._options = heads, options
        self._seed = options.seed + 1_000_003 * rank
        self._acted = acted_expressions(options.seed, _ACTED)
        self._edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
        # what moves more is seen more often
        moved = heads.residual[: min(len(heads.ages), 20)].astype(np.float32).std((0, 1, 3))
        share = moved[self._edges].mean(1) + 0.2 * moved.mean()
        self._share = np.cumsum(share / share.sum())

    def make(self, number: int) -> SkinBatch:
        random = np.random.default_rng((self._seed, number))
        heads, count = self._heads, max(self._options.batch // (2 * _HEADS), 1)
        chosen = random.integers(len(heads.ages), size=_HEADS)
        rows: dict[str, list[Any]] = {name: [] for name in SkinBatch._fields}
        for head in chosen:
            edges = self._edges[
                np.searchsorted(self._share, random.random(count)).clip(max=len(self._edges) - 1)
            ]
            vertices = np.concatenate([edges[:, 0], edges[:, 1]])
            expressions = self._acted[random.integers(len(self._acted), size=_EXPRESSIONS)]
            # any head in any age
            age = float(random.random() ** 2)
            skin = heads.skin_at(int(head), vertices)
            rows["features"].append(heads.features[head][vertices].astype(np.float32))
            rows["residual"].append(skin.residual.transpose(1, 0, 2))
            rows["expressions"].append(expressions)
            rows["depth"].append(np.full((1, 1), furrow_depth(age), np.float32))
            rows["offsets"].append(skin.offsets(expressions, age=age))
        return SkinBatch(*(torch.from_numpy(np.stack(rows[name])) for name in SkinBatch._fields))


class _SkinLearner:
    """The network as a `training.loop.Learner`."""

    def __init__(
        self,
        unseen: SkinHeads,
        triangles: NDArray[np.int32],
        options: TrainOptions,
        device: torch.device,
        ranks: Ranks,
    ) -> None:
        self._kept = AveragedNet(PersonalSkinNet, options, device, ranks)
        self._unseen, self._triangles, self._device = unseen, triangles, device
        self._learned = [row for row in range(SHAPES) if row not in LID_SHAPES]

    def learn(self, batch: SkinBatch, rate: float, step: int) -> dict[str, float]:
        batch = SkinBatch(*(one.to(self._device) for one in batch))
        net = self._kept.net
        basis = net.basis(batch.features)  # (H, S, ROWS, 3)
        codes = net.codes(batch.expressions, batch.depth)  # (H, E, ROWS)
        offsets = torch.einsum("hek,hskc->hesc", codes, basis)
        half = offsets.shape[2] // 2
        away = offsets - batch.offsets
        parts = {
            "offsets": _huber(away),
            "shapes": _SHAPES_WEIGHT * _huber((basis[:, :, :SHAPES] - batch.residual)[:, :, self._learned]),
            "laplacian": _LAPLACIAN * _huber(away[:, :, :half] - away[:, :, half:]),
            "magnitude": _MAGNITUDE * offsets.square().mean() / _UNIT**2,
        }
        self._kept.step(sum(parts.values(), start=torch.zeros(())), rate, step)
        return {name: float(part.detach()) for name, part in parts.items()}

    def judge(self, samples: Path) -> dict[str, float]:
        write_sheet(self._kept.mean, self._unseen, self._triangles, samples.with_suffix(".png"))
        return error_figures(self._kept.mean, self._unseen)

    def state(self) -> dict[str, Any]:
        return self._kept.state()

    def load(self, kept: dict[str, Any]) -> None:
        self._kept.load(kept)

    def weights(self) -> dict[str, Tensor]:
        return self._kept.weights()


def _huber(away: Tensor) -> Tensor:
    return functional.smooth_l1_loss(away / _UNIT, torch.zeros_like(away), beta=0.2)
