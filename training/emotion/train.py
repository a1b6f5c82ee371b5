"""Trains the emotion filter, the composite layer and the holistic encoder that they take the emotion from.

    train_emotion(takes, unseen, Path("runs/emotion"), EmotionRecipe(), TrainOptions(minutes=20, batch=256))

The encoder learns first and is then frozen. Two ways of training follow. With labels: the filter's goal is what was
spoken, in which an adversary cannot name the emotion that was removed, and the composite's is the same speech with the
emotion of another take, or with the bare expression of an emotion. Without labels, as in the paper: both together must
return the tracked expression; capacity and KL alone keep the emotion out of the filter's code, because the composite is
given it anyway.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from networks.emotion_filter import HolisticEncoder
from protocol.blendshapes import INDEX
from training.averaged_net import AveragedNet
from training.emotion.adversary import PAST, EmotionAdversary
from training.emotion.combining import combine_expressions
from training.emotion.judging import figures_of, write_curves
from training.emotion.nets import EmotionNets, emotion_codes, filter_takes
from training.emotion.recipe import EmotionRecipe, write_recipe
from training.emotion.takes import Takes
from training.emotion.trained import ENCODER
from training.loop import DAMAGES, TrainOptions, last_step, train
from training.ranks import Ranks
from training.read_ahead import ReadAhead

Floats = NDArray[np.float32]

_JAW, _CLOSE = INDEX["jawOpen"], INDEX["mouthClose"]


class EmotionBatch(NamedTuple):
    """B moments; without labels `spoken` is empty.

    Attributes:
        history: (B, AGES, 52). spoken: (B, 52). code: (C, 64) emotions of the first C. goal: (C, 52) composed with them.
        before: (C, PAST - 1, AGES, 52) histories of earlier moments of the first C, intensities: (C, 8) of their emotions;
            empty without an adversary.
    """

    history: Tensor
    spoken: Tensor
    code: Tensor
    goal: Tensor
    before: Tensor
    intensities: Tensor


def train_emotion(
    takes: Takes,
    unseen: Takes,
    run: Path,
    recipe: EmotionRecipe,
    options: TrainOptions,
    *,
    resume: bool = False,
    progress: Callable[[float, str], None] = lambda minutes, note: None,
) -> dict[str, float]:
    """Train; returns the last judgement on unseen movers. Arguments as of `training.loop.train`.

    Raises:
        TrainingError: the checkpoint does not fit.
    """
    write_recipe(recipe, run)
    encoder = _encoder(takes, run / ENCODER, options.seed, recipe.encoder_steps)
    begin = last_step(run) if resume else 0
    device = torch.device(options.device)
    with Ranks(device) as ranks:
        batches = _Batches(takes, encoder, recipe, options)
        learner = _EmotionLearner(takes, unseen, recipe, options, device, ranks)
        with ReadAhead(batches.make, begin=begin) as ahead:
            return train(learner, ahead.next, run, options, ranks, resume=resume, progress=progress)


def _encoder(takes: Takes, path: Path, seed: int, steps: int) -> HolisticEncoder:
    """The frozen encoder: read from the run, or taught first."""
    torch.manual_seed(seed)
    encoder = HolisticEncoder()
    try:
        encoder.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
        encoder.eval()
        return encoder
    except DAMAGES:
        pass
    optimiser = torch.optim.AdamW(encoder.parameters(), 2e-3)
    random = np.random.default_rng(seed)
    flat, weights = takes.seen.reshape(-1, takes.seen.shape[-1]), _weights(takes)
    for step in range(steps):
        for group in optimiser.param_groups:
            group["lr"] = 2e-3 * min(1.0, 2.0 * (1.0 - step / steps) + 0.02)
        seen = torch.from_numpy(flat[random.integers(len(flat), size=512)])
        loss = _distance(encoder.decode(encoder(seen + 0.02 * torch.randn_like(seen))), seen, weights)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(encoder.state_dict(), path)
    encoder.eval()
    return encoder


def _weights(takes: Takes) -> Tensor:
    """Shapes that hardly move count as much as others."""
    spread = 1.0 / (takes.seen.reshape(-1, takes.seen.shape[-1]).std(0) + 0.05)
    return torch.from_numpy((spread / spread.mean()).astype(np.float32))


def _distance(one: Tensor, other: Tensor, weights: Tensor) -> Tensor:
    """Mostly the absolute error: its minimum is a median, and that of a shape seldom used is 0."""
    away = (one - other) * weights
    return functional.smooth_l1_loss(away, torch.zeros_like(away), beta=0.02)


class _Batches:
    """Makes the batch of a number: the same for the same seed."""

    def __init__(
        self, takes: Takes, encoder: HolisticEncoder, recipe: EmotionRecipe, options: TrainOptions
    ) -> None:
        self._takes, self._recipe, self._options = takes, recipe, options
        self._slow = emotion_codes(encoder, takes.seen, slow_s=recipe.slow_s)
        self._bare = emotion_codes(encoder, takes.felt, slow_s=0.0)

    def make(self, number: int) -> EmotionBatch:
        random = np.random.default_rng((self._options.seed, number))
        takes, size = self._takes, self._options.batch
        count, frames = takes.seen.shape[:2]
        i, j = random.integers(count, size=(2, size))
        t, u = random.integers(frames, size=(2, size))
        history = torch.from_numpy(takes.history(i, t))
        nothing = history.new_zeros(0)
        if not self._recipe.has_labels:
            slow = torch.from_numpy(self._slow[i, t])
            return EmotionBatch(history, nothing, slow, history[:, 0], nothing, nothing)
        # attention costs more than the filter: a quarter of the moments is composed
        some = slice(max(size // 4, 1))
        is_bare = random.random(some.stop) < 0.5
        code = np.where(is_bare[:, None], self._bare[j[some], u[some]], self._slow[j[some], u[some]])
        spoken = takes.spoken[i, t]
        goal = combine_expressions(spoken[some], takes.felt[j[some], u[some]])
        told, felt, full = (torch.from_numpy(one) for one in (spoken, code, goal))
        made = EmotionBatch(history, told, felt, full, nothing, nothing)
        if not self._recipe.adversary:
            return made
        before = [takes.history(i[some], np.maximum(t[some] - age, 0)) for age in PAST[1:]]
        return made._replace(
            before=torch.from_numpy(np.stack(before, 1)),
            intensities=torch.from_numpy(takes.intensities[i[some], t[some]]),
        )


class _EmotionLearner:
    """Filter and composite as a `training.loop.Learner`."""

    def __init__(
        self,
        takes: Takes,
        unseen: Takes,
        recipe: EmotionRecipe,
        options: TrainOptions,
        device: torch.device,
        ranks: Ranks,
    ) -> None:
        self._kept = AveragedNet(lambda: EmotionNets(recipe), options, device, ranks)
        self._adversary = EmotionAdversary(options, device, ranks) if recipe.adversary else None
        self._weights = _weights(takes).to(device)
        self._unseen, self._recipe, self._device = unseen, recipe, device
        self._seed = options.seed

    def learn(self, batch: EmotionBatch, rate: float, step: int) -> dict[str, float]:
        batch = EmotionBatch(*(one.to(self._device) for one in batch))
        nets, recipe = self._kept.net, self._recipe
        torch.manual_seed(self._seed * 1_000_003 + step)  # the noise of a step is the same after a resume
        count, some = len(batch.history), len(batch.code)
        histories = (
            torch.cat([batch.history, batch.before.flatten(0, 1)]) if self._adversary else batch.history
        )
        filtered = nets.filter(histories)
        now = filtered.expression[:count]
        full = nets.composite(now[:some], batch.code)
        parts = {"composed": _distance(full, batch.goal, self._weights)}
        if recipe.has_labels:
            parts["filtered"] = _distance(now, batch.spoken, self._weights)
            parts["closure"] = _closure_error(now, batch.spoken)
        if self._adversary:
            earlier = filtered.expression[count:].unflatten(0, (some, -1))
            of_first = torch.cat([now[:some, None], earlier], 1)
            parts["named"] = recipe.adversary * self._adversary.betrayal(of_first, batch.intensities)
            self._adversary.learn(of_first, batch.intensities, rate, step)
        total = sum(parts.values()) + recipe.kl * filtered.divergence
        self._kept.step(total, rate, step)
        return {name: float(part.detach()) for name, part in parts.items()} | {
            "divergence": float(filtered.divergence.detach())
        }

    def judge(self, samples: Path) -> dict[str, float]:
        made = filter_takes(self._kept.mean.filter, self._unseen.seen)
        write_curves(self._unseen, made, samples.with_suffix(".png"))
        return figures_of(self._unseen, made)

    def state(self) -> dict[str, Any]:
        return self._kept.state() | ({"adversary": self._adversary.state()} if self._adversary else {})

    def load(self, kept: dict[str, Any]) -> None:
        self._kept.load(kept)
        if self._adversary:
            self._adversary.load(kept["adversary"])

    def weights(self) -> dict[str, Tensor]:
        return self._kept.weights()


def _closure_error(filtered: Tensor, spoken: Tensor) -> Tensor:
    """Lips that meet in a [p] must meet: the gap of jaw and closure, where the truth has none, counts more.

    It counts most where the jaw is hardly open, because there a smaller gap parts the lips. Only the closure learns from
    it: a jaw that did would be shut too far in all speech.
    """
    gap = torch.relu(filtered[:, _JAW].detach() - filtered[:, _CLOSE])
    wanted = torch.relu(spoken[:, _JAW] - spoken[:, _CLOSE])
    shut = (spoken[:, _CLOSE] > 0.8 * spoken[:, _JAW]) & (spoken[:, _JAW] > 0.03)
    return ((gap - wanted).abs() / (spoken[:, _JAW] + 0.1) * shut).mean() * 3.0
