"""Trains the tracker's network on labelled faces.

train_tracker(folders, held_out, Path("runs/tracker"), TrainOptions(minutes=120))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import cv2
import torch
from torch import Tensor

from inference.model_folder import ModelFolder
from networks.tracker import TrackerNet, TrackerReading, known
from training.averaged_net import AveragedNet
from training.errors import TrainingError
from training.loop import TrainOptions, last_step, train
from training.ranks import Ranks
from training.read_ahead import ReadAhead
from training.tracker.batches import FaceBatches, TrackerBatch, plain_batch
from training.tracker.face_pictures import read_faces
from training.tracker.judging import judged, write_samples
from training.tracker.losses import tracker_loss, weights_of
from training.tracker.recipe import RESTS
from training.tracker.shipped import tracker_net_of

#: Pictures of each held-out person that a run is judged on.
JUDGED: Final = 8
#: Pictures by whose statistics an exported network's normalisations are unfolded.
_TYPICAL: Final = 256


def train_tracker(
    folders: Sequence[Path],
    held_out: Sequence[Path],
    run: Path,
    options: TrainOptions,
    *,
    resume: bool = False,
    begin_with: ModelFolder | None = None,
    progress: Callable[[float, str], None] = lambda minutes, note: None,
) -> dict[str, float]:
    """Train; returns the last judgement on held-out people. Arguments as of `training.loop.train`.

    Args:
        folders, held_out: people's pictures to learn from, and to judge by.
        begin_with: an exported network whose weights are the first ones; without `resume` alone.

    Raises:
        TrainingError: there are no pictures, or too few of a person, or the checkpoint or the network to begin with does
            not fit.
    """
    if not folders or not held_out:
        raise TrainingError("there are no finished people to train on; make some with: omote-train faces")
    cv2.setNumThreads(1)
    begin = last_step(run) if resume else 0
    device = torch.device(options.device)
    with Ranks(device) as ranks:
        faces = FaceBatches(folders, batch=options.batch, seed=options.seed + 1_000_003 * ranks.rank)
        learner = _TrackerLearner(faces, held_out, options, device, ranks)
        if begin_with is not None:
            typical = FaceBatches(folders, batch=_TYPICAL, seed=options.seed).make(0)
            learner.begin_with(tracker_net_of(begin_with, typical))
        with ReadAhead(faces.make, begin=begin) as batches:
            return train(learner, batches.next, run, options, ranks, resume=resume, progress=progress)


class _TrackerLearner:
    """The tracker's network as a `training.loop.Learner`."""

    def __init__(
        self,
        faces: FaceBatches,
        held_out: Sequence[Path],
        options: TrainOptions,
        device: torch.device,
        ranks: Ranks,
    ) -> None:
        self._kept = AveragedNet(TrackerNet, options, device, ranks, decay=0.02, clip=2.0)
        self._weights = weights_of(faces.spread()).to(device)
        people = [read_faces(folder) for folder in held_out]
        shown = min(RESTS + JUDGED, *(len(one.ends) for one in people))
        self._rest = plain_batch(people, 0, disturbed=False)
        # half of them as they are drawn, half through rooms, lights and cameras
        self._plain, self._disturbed = (
            [plain_batch(people, number, disturbed=bool(k)) for number in range(RESTS + k, shown, 2)]
            for k in (0, 1)
        )
        if not self._disturbed:
            raise TrainingError(
                f"a held-out person has {shown} pictures, expected at least {RESTS + 2}; make more with: omote-train faces"
            )
        self._device = device

    def begin_with(self, net: TrackerNet) -> None:
        """Begin with a network's weights."""
        self._kept.begin_with(net.state_dict())

    def learn(self, batch: TrackerBatch, rate: float, step: int) -> dict[str, float]:
        batch = batch.to(self._device)
        loss = tracker_loss(told_reading_of(self._kept.net, batch), batch, self._weights)
        self._kept.step(loss.total, rate, step)
        return loss.parts

    def judge(self, samples: Path) -> dict[str, float]:
        net = self._kept.mean
        with torch.no_grad():
            rest = known(reading_of(net, self._rest.to(self._device)).code)
            plain, disturbed, untold = (
                [reading_of(net, batch.to(self._device), whose).cpu() for batch in seen]
                for seen, whose in ((self._plain, rest), (self._disturbed, rest), (self._plain, None))
            )
        shown = [self._plain[-1], self._disturbed[-1]]
        write_samples([plain[-1], disturbed[-1]], shown, samples.with_suffix(".jpg"))
        figures = judged(plain, self._plain)
        others = {"disturbed": judged(disturbed, self._disturbed), "untold": judged(untold, self._plain)}
        named = ("rms", "r", "gaze_deg", "pose_deg")
        return figures | {f"{name}_{kind}": found[name] for kind, found in others.items() for name in named}

    def state(self) -> dict[str, Any]:
        return self._kept.state()

    def load(self, kept: dict[str, Any]) -> None:
        self._kept.load(kept)

    def weights(self) -> dict[str, Tensor]:
        return self._kept.weights()


def reading_of(net: TrackerNet, batch: TrackerBatch, rest: Tensor | None = None) -> TrackerReading:
    """What the network reads of a batch, computed in bfloat16 and returned in float32.

    Args:
        rest: as `TrackerNet` takes it.
    """
    with torch.autocast(batch.face.device.type, torch.bfloat16):
        reading: TrackerReading = net(*_crops(batch), rest)
    return reading.float()


def told_reading_of(net: TrackerNet, batch: TrackerBatch) -> TrackerReading:
    """The same, with the batch's own faces at rest in place of `rest`."""
    with torch.autocast(batch.face.device.type, torch.bfloat16):
        seen = net.see(*_crops(batch))
        reading = net.read(seen, known(seen.code[batch.rest_row], batch.known[:, None]))
    return reading.float()


def _crops(batch: TrackerBatch) -> tuple[Tensor, Tensor, Tensor]:
    face, eyes, mouth = (
        one.contiguous(memory_format=torch.channels_last) for one in (batch.face, batch.eyes, batch.mouth)
    )
    return face, eyes, mouth
