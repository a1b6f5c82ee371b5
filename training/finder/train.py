"""Trains the finder on scenes of drawn people.

train_finder(folders, held_out, Path("runs/finder"), TrainOptions(minutes=30))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import torch
from torch import Tensor

from networks.finder import FinderNet, FoundPlaces
from training.averaged_net import AveragedNet
from training.errors import TrainingError
from training.finder.batches import SceneBatch, SceneBatches, batch_of
from training.finder.judging import faces_in, judged, write_samples
from training.finder.losses import finder_loss
from training.finder.scenes import SceneMaker
from training.loop import TrainOptions, last_step, train
from training.ranks import Ranks
from training.read_ahead import ReadAhead
from training.tracker.face_pictures import read_faces

#: Scenes that a run is judged on.
JUDGED: Final = 256
_AT_ONCE: Final = 32


def train_finder(
    folders: Sequence[Path],
    held_out: Sequence[Path],
    run: Path,
    options: TrainOptions,
    *,
    resume: bool = False,
    progress: Callable[[float, str], None] = lambda minutes, note: None,
) -> dict[str, float]:
    """Train; returns the last judgement on held-out people. Arguments as of `training.loop.train`.

    Args:
        folders, held_out: people's pictures to learn from, and to judge by.

    Raises:
        TrainingError: there are no pictures, or the checkpoint does not fit.
    """
    if not folders or not held_out:
        raise TrainingError("there are no finished people to train on; make some with: omote-train faces")
    cv2.setNumThreads(1)
    begin = last_step(run) if resume else 0
    device = torch.device(options.device)
    with Ranks(device) as ranks:
        scenes = SceneBatches(folders, batch=options.batch, seed=options.seed + 1_000_003 * ranks.rank)
        learner = _FinderLearner(held_out, options, device, ranks)
        with ReadAhead(scenes.make, begin=begin) as batches:
            return train(learner, batches.next, run, options, ranks, resume=resume, progress=progress)


class _FinderLearner:
    """The finder as a `training.loop.Learner`."""

    def __init__(
        self, held_out: Sequence[Path], options: TrainOptions, device: torch.device, ranks: Ranks
    ) -> None:
        self._kept = AveragedNet(FinderNet, options, device, ranks, decay=0.02, clip=5.0)
        maker = SceneMaker([read_faces(folder) for folder in held_out])
        self._scenes = [maker.scene(np.random.default_rng([9, number])) for number in range(JUDGED)]
        self._device = device

    def learn(self, batch: SceneBatch, rate: float, step: int) -> dict[str, float]:
        batch = batch.to(self._device)
        loss = finder_loss(places_of(self._kept.net, batch.planes), batch)
        self._kept.step(loss.total, rate, step)
        return loss.parts

    def judge(self, samples: Path) -> dict[str, float]:
        scores, places = [], []
        with torch.no_grad():
            for first in range(0, JUDGED, _AT_ONCE):
                planes = batch_of(self._scenes[first : first + _AT_ONCE]).planes.to(self._device)
                made = places_of(self._kept.mean, planes)
                scores.append(made.logit.sigmoid().cpu().numpy())
                places.append(made.places.cpu().numpy())
        score, place = np.concatenate(scores), np.concatenate(places)
        write_samples(self._scenes, faces_in(score, place), samples.with_suffix(".jpg"))
        return judged(self._scenes, score, place)

    def state(self) -> dict[str, Any]:
        return self._kept.state()

    def load(self, kept: dict[str, Any]) -> None:
        self._kept.load(kept)

    def weights(self) -> dict[str, Tensor]:
        return self._kept.weights()


def places_of(net: FinderNet, planes: Tensor) -> FoundPlaces:
    """What the network finds in a batch, computed in bfloat16 and returned in float32."""
    planes = planes.contiguous(memory_format=torch.channels_last)
    with torch.autocast(planes.device.type, torch.bfloat16):
        made: FoundPlaces = net(planes)
    return FoundPlaces(made.logit.float(), made.places.float())
