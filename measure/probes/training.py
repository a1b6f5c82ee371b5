"""Training of the probes: minutes on two CPU cores, on people of the training split. Needs torch.

steps = train_probes(samples, minutes=5, seed=0, path=Path("probes/probes.npz"))
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from measure.probes.samples import ProbeSamples
from networks.probe import IDENTITY, ProbeNet, ProbeOut
from protocol.blendshapes import BLENDSHAPES, INDEX, mirrored

_BATCH: Final = 64
_EPOCHS: Final = 60
_RATE: Final = 2e-3
#: CosFace: scale of the cosines, and margin of the true class.
_SHARPNESS, _MARGIN = 16.0, 0.15
#: Augmentation: greatest shift of a crop, pixels.
_SHIFT: Final = 4


def train_probes(
    samples: ProbeSamples,
    *,
    minutes: float,
    seed: int,
    path: Path,
    progress: Callable[[int, int, float], None] = lambda step, steps, loss: None,
) -> int:
    """Train, and write the weights as an npz of float16 arrays.

    Args:
        samples: labelled crops; mirrored copies are added.
        minutes: time limit. The schedule is shortened to the number of steps that fits, so weights depend on the machine.
        seed: of torch and of the augmentation.
        path: file to write.
        progress: called with step, number of steps and loss.

    Returns:
        Steps taken.
    """
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    samples = with_mirrored(samples)
    people, person = np.unique(samples.person, return_inverse=True)
    net = ProbeNet().to(memory_format=torch.channels_last)
    with torch.no_grad():  # initialise the bias with the mean expression
        usual = torch.from_numpy(samples.expression.mean(0)).clamp(0.01, 0.99)
        net.expression.bias.copy_(torch.logit(usual))
    proxies = nn.Parameter(torch.randn(len(people), IDENTITY) * 0.1)
    optimiser = torch.optim.AdamW([*net.parameters(), proxies], lr=_RATE, weight_decay=0.02)
    truth = [
        torch.from_numpy(array)
        for array in (samples.pose, samples.expression, samples.gaze, samples.emotion, samples.intensity)
    ]
    who = torch.from_numpy(person)
    steps = wanted = max(_EPOCHS * len(samples.crops) // _BATCH, 1)
    begin_s, step = time.monotonic(), 0
    order = random.permutation(len(samples.crops))
    while step < steps:
        spent = (time.monotonic() - begin_s) / (60.0 * minutes)
        if step >= 20:  # fit the cosine schedule into the remaining time
            steps = min(wanted, max(int(step / max(spent, 1e-9)), step + 1))
        share = step / steps
        for group in optimiser.param_groups:
            group["lr"] = _RATE * min(1.0, (step + 1) / 50) * (0.5 + 0.5 * np.cos(np.pi * share)) + 1e-5
        at = step * _BATCH % max(len(order) - _BATCH, 1)
        chosen = order[at : at + _BATCH]
        out = net(torch.from_numpy(augmented(samples.crops[chosen], random)))
        loss = _loss(out, [array[chosen] for array in truth]) + _identity_loss(
            out.identity, proxies, who[chosen]
        )
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        step += 1
        if at + 2 * _BATCH >= len(order):
            order = random.permutation(len(order))
        progress(step, steps, float(loss.detach()))
    path.parent.mkdir(parents=True, exist_ok=True)
    weights = {name: _half_precision(value) for name, value in net.state_dict().items()}
    np.savez_compressed(path, **weights)  # type: ignore[arg-type]
    return step


def with_mirrored(samples: ProbeSamples) -> ProbeSamples:
    """The samples, followed by mirrored copies: (N,) -> (2 N,)."""
    other = np.array([INDEX[mirrored(name)] for name in BLENDSHAPES])
    both = {field.name: np.concatenate([getattr(samples, field.name)] * 2) for field in fields(samples)}
    half = len(samples.crops)
    both["crops"][half:] = samples.crops[:, :, ::-1]
    both["expression"][half:] = samples.expression[:, other]
    both["pose"][half:] *= np.array([-1, 1, -1], np.float32)
    both["gaze"][half:] *= np.array([-1, 1], np.float32)
    return ProbeSamples(**both)


def augmented(crops: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    """Augment crops (B, 96, 96, 3) uint8: random shift, colour gain, contrast, brightness and blur."""
    x = crops.astype(np.float32)
    gain = random.uniform(0.8, 1.25, (len(x), 1, 1, 3)) ** np.array([0.4, 0.4, 0.4])
    x = x * gain * random.uniform(0.8, 1.2, (len(x), 1, 1, 1)) + random.uniform(-18, 18, (len(x), 1, 1, 1))
    soft = random.random(len(x)) < 0.4
    blurred = x[soft]
    for axis in (1, 2):
        blurred = (np.roll(blurred, 1, axis) + 2 * blurred + np.roll(blurred, -1, axis)) / 4
    x[soft] = blurred
    side = x.shape[1]
    padded = np.pad(x, ((0, 0), (_SHIFT, _SHIFT), (_SHIFT, _SHIFT), (0, 0)), mode="edge")
    for place, (v, u) in enumerate(random.integers(0, 2 * _SHIFT + 1, (len(x), 2))):
        x[place] = padded[place, v : v + side, u : u + side]
    return np.asarray(np.clip(x, 0, 255), np.uint8)


def _loss(out: ProbeOut, truth: list[Tensor]) -> Tensor:
    """Weighted sum of the factors' losses; the weights make them about equal for constant guesses."""
    pose, expression, gaze, emotion, intensity = truth
    return (
        8.0 * functional.smooth_l1_loss(out.pose, pose, beta=0.1)
        + 30.0 * functional.smooth_l1_loss(out.expression, expression, beta=0.05)
        + 8.0 * functional.smooth_l1_loss(out.gaze, gaze, beta=0.1)
        + 1.2 * functional.cross_entropy(out.emotion, emotion)
        + 3.0 * functional.mse_loss(out.intensity, intensity)
    )


def _identity_loss(identity: Tensor, proxies: Tensor, who: Tensor) -> Tensor:
    """Source: H. Wang et al., "CosFace: large margin cosine loss", CVPR 2018, eq. 4."""
    cosine = identity @ functional.normalize(proxies, dim=1).T
    held_back = cosine - _MARGIN * functional.one_hot(who, len(proxies))
    return 0.4 * functional.cross_entropy(_SHARPNESS * held_back, who)


def _half_precision(value: Tensor) -> NDArray[Any]:
    array: NDArray[Any] = value.numpy()
    return array.astype(np.float16) if array.dtype == np.float32 else array
