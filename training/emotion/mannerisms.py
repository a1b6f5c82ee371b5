"""with_mannerisms: movement of speech that the studio's visemes lack, added to takes.

takes = with_mannerisms(takes, seed=0, holds_postures=True)

Recorded speakers also press and shrug their lips, pull the mouth and the jaw aside and raise a brow for a moment. A filter
that never saw it in speech takes all of it for emotion. Shapes chosen for each mover follow others of speech, and make
movements of 0.3 to 3 Hz of their own, most of them while the mouth moves anyway; the strength of each shape is bent.
Postures, which are held, are added on demand, because the movers that judge do without.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.emotion_filter import ARTICULATION, MIXED
from protocol.blendshapes import BLENDSHAPES, INDEX, mirrored
from training.emotion.combining import combine_expressions
from training.emotion.movers import RATE_HZ
from training.emotion.postures import postures
from training.emotion.takes import Takes

Floats = NDArray[np.float32]

#: Shape -> share of the movers who move it, and their greatest mean amplitude. Brows and lids flash; they are not held.
_SPOKEN: Final = (0.65, 0.35)
_FLASHED: Final = (0.25, 0.12)
_NEVER: Final = ("eyeBlink", "eyeLook", "mouthClose", "tongueOut")
#: Shapes of speech that others follow.
_LEADING: Final = [
    INDEX[name] for name in ("jawOpen", "mouthPucker", "mouthFunnel", "mouthStretchLeft", "mouthRollLower")
]
#: Share of the movement of a shape that both sides have in common.
_TOGETHER: Final = 0.85
_MIRROR: Final = np.array([INDEX[mirrored(name)] for name in BLENDSHAPES])
_JAW, _CLOSE = INDEX["jawOpen"], INDEX["mouthClose"]


def with_mannerisms(takes: Takes, seed: int, *, holds_postures: bool = False) -> Takes:
    """The same movers with mannerisms of their own; emotions, trackers and their noise stay.

    Args:
        seed: of all choices. holds_postures: add `postures` as well.
    """
    random = np.random.default_rng((7, seed))
    gains = takes.gains[:, None]
    felt = np.clip(takes.felt * gains, 0.0, 1.0)
    # what the tracker added to the face, to be added again
    faults = takes.seen - combine_expressions(takes.spoken, felt)
    spoken = _bent(random, takes.spoken) + _movement(random, takes.spoken) * (gains > 0.0)
    spoken = np.clip(spoken, 0.0, 1.0).astype(np.float32)
    if holds_postures:
        held = postures(np.random.default_rng((17, seed)), takes.spoken) * gains
        spoken = 1.0 - (1.0 - spoken) * (1.0 - np.clip(held, 0.0, 1.0).astype(np.float32))
    # lips that met still meet
    closure = np.minimum(takes.spoken[..., _CLOSE] / np.maximum(takes.spoken[..., _JAW], 0.02), 1.0)
    spoken[..., _CLOSE] = np.where(
        takes.spoken[..., _JAW] > 0.02, closure * spoken[..., _JAW], spoken[..., _CLOSE]
    )
    seen = np.clip(combine_expressions(spoken, felt) + faults, 0.0, 1.0)
    return replace(takes, spoken=spoken, seen=seen.astype(np.float32))


def _bent(random: np.random.Generator, spoken: Floats) -> Floats:
    """Each mover's shapes to a power of their own: some speakers hardly use the middle of a shape, others no more."""
    power = np.exp(random.normal(0.0, 0.25, (len(spoken), 1, spoken.shape[2])))
    power = 0.5 * (power + power[..., _MIRROR])
    power[..., [i for i, name in enumerate(BLENDSHAPES) if name.startswith(_NEVER)]] = 1.0
    bent: Floats = spoken ** power.astype(np.float32)
    return bent


def _movement(random: np.random.Generator, spoken: Floats) -> Floats:
    """Movement (M, T, 52), 0..1."""
    movers, frames, shapes = spoken.shape
    share, most = np.zeros(shapes), np.zeros(shapes)
    for name, place in INDEX.items():
        if not name.startswith(_NEVER):
            share[place], most[place] = _SPOKEN if name in (*ARTICULATION, *MIXED) else _FLASHED
    has = random.random((movers, shapes)) < share
    has &= has[:, _MIRROR] | (random.random((movers, shapes)) < 0.2)
    amplitude = has * most * random.random((movers, shapes)) ** 1.5
    amplitude = 0.5 * (amplitude + amplitude[:, _MIRROR])
    noise = random.normal(0.0, 1.0, (movers, frames, shapes)).astype(np.float32)
    noise = (
        np.float32(_TOGETHER) * noise[..., np.minimum(_MIRROR, np.arange(shapes))]
        + np.float32(1.0 - _TOGETHER) * noise
    )
    quick = _low_passed(_low_passed(noise, 3.0), 3.0) - _low_passed(_low_passed(noise, 0.3), 0.3)
    quick /= quick.std(axis=(0, 1)) + 1e-6
    # only pushes show, as contractions of a muscle
    pushes = np.maximum(quick - 0.2, 0.0)
    speaking = np.abs(np.diff(spoken[..., [_JAW, INDEX["mouthPucker"]]].sum(-1), axis=1, prepend=0.0))
    active = np.clip(_low_passed(speaking[..., None], 1.0) * 60.0, 0.15, 1.0)
    follows = random.normal(0.0, 0.7, (movers, len(_LEADING), shapes)) * (
        random.random((movers, len(_LEADING), shapes)) < 0.4
    )
    follows = 0.5 * (follows + follows[..., _MIRROR])
    led = np.maximum(spoken[..., _LEADING] @ follows.astype(np.float32), 0.0)
    moved: Floats = ((pushes * active + led) * amplitude[:, None]).astype(np.float32)
    return np.clip(moved, 0.0, 0.8)


def _low_passed(values: Floats, cut_hz: float) -> Floats:
    """Exponential low-pass filter over the frames of (M, T, K)."""
    share = np.float32(1.0 - np.exp(-2.0 * np.pi * cut_hz / RATE_HZ))
    out = values.copy()
    for number in range(1, out.shape[1]):
        out[:, number] = out[:, number - 1] + (out[:, number] - out[:, number - 1]) * share
    return out
