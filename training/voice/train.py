"""Trains the voice network on labelled speech.

train_voice(folders, held_out, Path("runs/voice"), TrainOptions(minutes=60))
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import torch
from torch import Tensor
from torch.nn import functional

from face.mouth_controls import CONTROLS
from inference.model_folder import ModelFolder
from networks.voice import VoiceNet, VoiceReading
from protocol.visemes import VISEMES
from training.averaged_net import AveragedNet
from training.errors import TrainingError
from training.loop import TrainOptions, last_step, train
from training.ranks import Ranks
from training.read_ahead import ReadAhead
from training.voice.batches import UNJUDGED, SpeechBatch, SpeechBatches
from training.voice.judging import judged
from training.voice.shipped import voice_net_of
from training.voice.speech_maker import read_speaker

#: Weights of the controls' error: shut lips, the jaw and rounded lips are what is looked at.
_WEIGHTS: Final = torch.tensor([
    {"jaw": 4.0, "closure": 4.0, "pucker": 2.0, "funnel": 2.0, "stretch": 1.5}.get(control, 1.0) for control in CONTROLS
])  # fmt: skip
#: Weights of the visemes: a [p] that is missed is seen more than any other sound, and is short.
_VISEME_WEIGHTS: Final = torch.tensor([{"PP": 2.5, "FF": 1.6}.get(name, 1.0) for name in VISEMES])
_CONTROLS, _MOVES, _VISEMES, _SPEAKS = 12.0, 12.0, 0.35, 0.3


def train_voice(
    folders: Sequence[Path],
    held_out: Sequence[Path],
    run: Path,
    options: TrainOptions,
    *,
    resume: bool = False,
    begin_with: ModelFolder | None = None,
    progress: Callable[[float, str], None] = lambda minutes, note: None,
) -> dict[str, float]:
    """Train; returns the last judgement on held-out speakers. Arguments as of `training.loop.train`.

    Args:
        begin_with: an exported network whose weights are the first ones; without `resume` alone.

    Raises:
        TrainingError: there are no speakers, or the checkpoint or the network to begin with does not fit.
    """
    if not folders or not held_out:
        raise TrainingError("there are no finished speakers to train on; make some with: omote-train speech")
    begin = last_step(run) if resume else 0
    device = torch.device(options.device)
    with Ranks(device) as ranks:
        speech = SpeechBatches(folders, batch=options.batch, seed=options.seed + 1_000_003 * ranks.rank)
        learner = _VoiceLearner(held_out, options, device, ranks)
        if begin_with is not None:
            learner.begin_with(begin_with)
        with ReadAhead(speech.make, begin=begin) as batches:
            return train(learner, batches.next, run, options, ranks, resume=resume, progress=progress)


def voice_loss(reading: VoiceReading, batch: SpeechBatch) -> tuple[Tensor, dict[str, float]]:
    """The loss of a batch, (), and its parts: controls, their speed, visemes, voice; of the judged frames alone."""
    judged_from = slice(UNJUDGED, None)
    made, true = reading.controls[:, judged_from], batch.controls[:, judged_from]
    weights = _WEIGHTS.to(made.device)
    controls = (weights * (made - true).square()).mean()
    moves = (weights * (made.diff(dim=1) - true.diff(dim=1)).square()).mean()
    visemes = functional.cross_entropy(
        reading.visemes[:, judged_from].flatten(0, 2),
        batch.viseme[:, judged_from].flatten(),
        _VISEME_WEIGHTS.to(made.device),
    )
    speaks = functional.binary_cross_entropy_with_logits(
        reading.speaks[:, judged_from], batch.speaks[:, judged_from]
    )
    total = _CONTROLS * controls + _MOVES * moves + _VISEMES * visemes + _SPEAKS * speaks
    parts = {"controls": controls, "moves": moves, "visemes": visemes, "speaks": speaks}
    return total, {name: float(part.detach()) for name, part in parts.items()}


class _VoiceLearner:
    """The voice network as a `training.loop.Learner`."""

    def __init__(
        self, held_out: Sequence[Path], options: TrainOptions, device: torch.device, ranks: Ranks
    ) -> None:
        self._kept = AveragedNet(VoiceNet, options, device, ranks, decay=0.02, clip=1.0)
        self._unheard = [read_speaker(folder) for folder in held_out]
        self._device = device

    def begin_with(self, model: ModelFolder) -> None:
        """Begin with the weights of an exported network."""
        self._kept.begin_with(voice_net_of(model).state_dict())

    def learn(self, batch: SpeechBatch, rate: float, step: int) -> dict[str, float]:
        batch = batch.to(self._device)
        reading, _ = self._kept.net(batch.bands)
        loss, parts = voice_loss(reading, batch)
        self._kept.step(loss, rate, step)
        return parts

    def judge(self, samples: Path) -> dict[str, float]:
        net = VoiceNet()
        net.load_state_dict({name: one.cpu() for name, one in self._kept.weights().items()})
        return judged(net.eval(), self._unheard)

    def state(self) -> dict[str, Any]:
        return self._kept.state()

    def load(self, kept: dict[str, Any]) -> None:
        self._kept.load(kept)

    def weights(self) -> dict[str, Tensor]:
        return self._kept.weights()
