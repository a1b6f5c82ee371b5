"""Movers: synthetic people, each with a way of speaking and of feeling, seen by a tracker of its own.

    take = tracked_take(seed=3, seconds=40.0)       # Take: arrays of RATE_HZ frames a second

What is spoken and what is felt come from the studio's acted motion and are known apart. A mover widens both: the rhythm
of speech and of emotions, shapes that take part in speech by habit, the strength, selection and asymmetry of every
emotion's shapes. The tracker then adds its gains, smoothing, noise, crosstalk and a face at rest that is not neutral, and
lacks channels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from face.emotion_shapes import CURVE, WEIGHT
from protocol.blendshapes import BLENDSHAPES, INDEX, REGION, mirrored
from protocol.channels import EMOTIONS
from studio.motion.acted import ActedMotion
from studio.motion.emotion import EmotionArcs
from studio.seeds import random_of
from training.emotion.combining import combine_expressions

Floats = NDArray[np.float32]

RATE_HZ: Final = 30
_SHAPES: Final = len(BLENDSHAPES)
_MIRROR: Final = np.array([INDEX[mirrored(name)] for name in BLENDSHAPES])
#: Shapes that an emotion may move besides its own.
_FELT: Final = np.array(
    [
        name not in ("tongueOut", "mouthClose") and not name.startswith(("eyeBlink", "eyeLook"))
        for name in BLENDSHAPES
    ]
)
#: Habits of speech: (moving shape, the shape that moves along, largest share), for both sides.
_HABITS: Final = (
    ("mouthStretch", "mouthSmile", 0.5), ("mouthStretch", "mouthDimple", 0.5), ("mouthStretch", "cheekSquint", 0.3),
    ("mouthLowerDown", "mouthFrown", 0.4), ("mouthUpperUp", "noseSneer", 0.5), ("mouthUpperUp", "mouthSmile", 0.4),
    ("mouthPress", "mouthDimple", 0.6), ("mouthPress", "mouthShrugLower", 0.6), ("jawOpen", "mouthLowerDown", 0.3),
    ("mouthPress", "mouthFrown", 0.4), ("jawOpen", "mouthShrugUpper", 0.2), ("mouthPucker", "mouthShrugUpper", 0.3),
    ("mouthFunnel", "mouthUpperUp", 0.25), ("mouthPucker", "mouthFunnel", 0.4), ("eyeBlink", "eyeSquint", 0.35),
    ("eyeBlink", "cheekSquint", 0.15), ("eyeBlink", "browDown", 0.12),
)  # fmt: skip
#: What a tracker may lack: MediaPipe's channels without a signal, OpenSeeFace's, a hidden brow, and none.
_LACKING: Final = (
    ((), 0.45),
    (("cheekPuff", "cheekSquint", "noseSneer", "jawForward", "tongueOut"), 0.25),
    (
        (
            "cheekPuff", "cheekSquint", "noseSneer", "jawForward", "jawLeft", "jawRight", "tongueOut", "mouthRoll",
            "mouthPress", "mouthShrug", "mouthDimple", "mouthFunnel", "eyeSquint", "mouthClose", "mouthStretch",
        ),
        0.15,
    ),
    (("mouthClose",), 0.05),
    (("brow",), 0.05),
    (("cheekSquint", "mouthDimple", "mouthPress"), 0.05),
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Take:
    """One mover before one tracker; T frames.

    Attributes:
        seen: (T, 52) float32, 0..1, what the tracker reports.
        spoken: (T, 52) float32, 0..1, what it would report without noise and without the emotion.
        felt: (T, 52) float32, 0..1, the emotion alone, before the tracker.
        intensities: (T, 8) float32, 0..1, of EMOTIONS.
        gains: (52,) float32, of the tracker, 0 where it has no channel.
    """

    seen: Floats
    spoken: Floats
    felt: Floats
    intensities: Floats
    gains: Floats


def tracked_take(seed: int, seconds: float, *, is_plain: bool = False) -> Take:
    """The take of one mover.

    Args:
        seed: of mover, speech and tracker.
        seconds: duration.
        is_plain: the studio's own emotions, and a tracker without faults.
    """
    random = random_of("movers", seed)
    count = round(seconds * RATE_HZ)
    spoken, felt, intensities = _acted(random, seed, count, is_plain=is_plain)
    both = combine_expressions(spoken, felt)
    if is_plain:
        return Take(both, spoken, felt, intensities, np.ones(_SHAPES, np.float32))
    gains = _gains(random)
    report = _Report(random, count, gains)
    return Take(
        report(np.clip(both * gains, 0.0, 1.0)), np.clip(spoken * gains, 0.0, 1.0), felt, intensities, gains
    )


def _acted(
    random: np.random.Generator, seed: int, count: int, *, is_plain: bool
) -> tuple[Floats, Floats, Floats]:
    """What is spoken (T, 52) and felt (T, 52), and the emotions' intensities (T, 8)."""
    tempo = 1.0 if is_plain else float(random.uniform(0.75, 1.3))
    # moods of many seconds, and changes quicker than a sentence
    pace = 1.0 if is_plain else float(np.exp(random.uniform(-0.7, 1.1)))
    acted, moods = ActedMotion(seed), EmotionArcs(seed + 7_000_003)
    start_s = float(random.uniform(0.0, 20.0))
    spoken, intensities = np.zeros((count, _SHAPES), np.float32), np.zeros((count, len(EMOTIONS)), np.float32)
    for number in range(count):
        now_s = start_s + number / RATE_HZ
        frame = acted.at(now_s * tempo)
        spoken[number] = frame.articulation
        _look(spoken[number], *frame.gaze)
        intensities[number] = moods.intensities(now_s * pace)
    if not is_plain:
        spoken *= np.clip(random.normal(1.0, 0.12, _SHAPES), 0.6, 1.4).astype(np.float32)
        spoken = _with_habits(random, spoken)
        if random.random() < 0.15:  # somebody who listens
            spoken[:, 14:41] *= np.float32(random.uniform(0.0, 0.3))
    weight, curve = (WEIGHT, CURVE) if is_plain else _feelings(random)
    felt = np.zeros_like(spoken)
    for row in range(len(EMOTIONS)):
        felt += weight[row] * intensities[:, row : row + 1] ** curve[row]
    return np.clip(spoken, 0.0, 1.0), np.clip(felt, 0.0, 1.0), intensities


def _look(shapes: Floats, yaw: float, pitch: float) -> None:
    """Write the eyeLook shapes of a gaze, radians."""
    for name, value in (
        ("eyeLookOutLeft", yaw), ("eyeLookInRight", yaw), ("eyeLookInLeft", -yaw), ("eyeLookOutRight", -yaw),
        ("eyeLookUpLeft", pitch), ("eyeLookUpRight", pitch), ("eyeLookDownLeft", -pitch), ("eyeLookDownRight", -pitch),
    ):  # fmt: skip
        shapes[INDEX[name]] = max(value, 0.0) / 0.7


def _sides(name: str) -> tuple[str, ...]:
    return (name,) if name in INDEX else (f"{name}Left", f"{name}Right")


def _pairs(mover: str, follower: str) -> tuple[tuple[str, str], ...]:
    """The shapes of both sides: (mover, follower)."""
    one, other = _sides(mover), _sides(follower)
    if len(other) == 1:
        return ((one[0], other[0]),)
    return ((one[0], other[0]), (one[-1], other[1]))


def _with_habits(random: np.random.Generator, spoken: Floats) -> Floats:
    """Speech with the shapes that move along with it in this mover."""
    out = spoken.copy()
    for mover, follower, most in _HABITS:
        share = np.float32(max(0.0, random.uniform(-0.6, 1.0)) * most)
        for moving, along in _pairs(mover, follower):
            out[:, INDEX[along]] += share * spoken[:, INDEX[moving]]
    return out


def _feelings(random: np.random.Generator) -> tuple[Floats, Floats]:
    """A mover's own emotions: weights and curves (8, 52) of the shapes."""
    weight, curve = WEIGHT.copy(), CURVE.copy()
    for row in range(len(EMOTIONS)):
        factor = np.exp(random.normal(0.0, 0.3, _SHAPES))
        factor = 0.5 * (factor + factor[_MIRROR])  # both sides alike, for now
        dropped = random.random(_SHAPES) < 0.15
        factor[dropped | dropped[_MIRROR]] *= 0.15
        mine = weight[row] * factor
        # a shape or two that others do not move in this emotion
        for place in random.choice(np.flatnonzero(_FELT), int(random.integers(0, 4)), replace=False):
            more = random.uniform(0.05, 0.3)
            mine[place] += more
            if random.random() < 0.8 and _MIRROR[place] != place:
                mine[_MIRROR[place]] += more
        if random.random() < 0.3:  # contempt on the left, say
            mine = mine[_MIRROR]
        left = np.array([name.endswith("Left") for name in BLENDSHAPES])
        lopsided = random.normal(0.0, 0.12)
        mine = mine * np.where(left, 1.0 + lopsided, 1.0) * np.where(left[_MIRROR], 1.0 - lopsided, 1.0)
        weight[row] = np.clip(mine, 0.0, 1.0) * random.uniform(0.75, 1.15)
        curve[row] = CURVE[row] * np.exp(random.normal(0.0, 0.2))
    return np.clip(weight, 0.0, 1.0).astype(np.float32), curve.astype(np.float32)


class _Report:
    """A tracker's faults: (T, 52) true coefficients -> what it reports."""

    def __init__(self, random: np.random.Generator, count: int, gains: Floats) -> None:
        has = gains > 0.0
        self._smooth_s = float(random.choice([0.0, 0.0, 0.02, 0.04]))
        level = float(random.uniform(0.0, 0.02))
        noise = random.normal(0.0, 1.0, (count, _SHAPES)) * level
        wander = np.cumsum(random.normal(0.0, 1.0, (count, _SHAPES)), 0)
        wander = _low_passed(wander - wander.mean(0), 1.0)
        wander *= float(random.uniform(0.0, 0.02)) / max(float(wander.std()), 1e-6)
        rest = np.zeros(_SHAPES)
        for _ in range(int(random.integers(0, 5))):
            place = int(random.integers(_SHAPES))
            rest[[place, _MIRROR[place]]] = random.uniform(0.02, 0.25)
        self._added = ((noise + wander + rest) * has).astype(np.float32)
        # shapes of the same region that the tracker does not quite tell apart
        region = np.array([REGION[name] for name in BLENDSHAPES])
        mixes = np.abs(random.normal(0.0, 0.03, (_SHAPES, _SHAPES))) * (region[:, None] == region)
        mixes *= random.random((_SHAPES, _SHAPES)) < 0.15
        np.fill_diagonal(mixes, 0.0)
        self._mixes = (np.eye(_SHAPES) + mixes * has[None]).astype(np.float32)

    def __call__(self, true: Floats) -> Floats:
        shown = _low_passed(true, self._smooth_s).astype(np.float32) @ self._mixes + self._added
        return np.asarray(np.clip(shown, 0.0, 1.0), np.float32)


def _gains(random: np.random.Generator) -> Floats:
    """A tracker's gain of every shape, 0 where it has no such channel."""
    gains = np.exp(random.normal(0.0, 0.15, _SHAPES))
    gains = np.clip(0.5 * (gains + gains[_MIRROR]), 0.5, 1.5)
    kinds, shares = zip(*_LACKING, strict=True)
    lacking = kinds[int(random.choice(len(kinds), p=shares))]
    for name in BLENDSHAPES:
        if lacking and name.startswith(lacking):
            gains[INDEX[name]] = 0.0
    return np.asarray(gains, np.float32)


def _low_passed(values: NDArray[Any], time_s: float) -> NDArray[Any]:
    """Exponential low-pass filter over the first axis."""
    if time_s <= 0.0:
        return values
    keep = np.exp(-1.0 / RATE_HZ / time_s)
    out = values.copy()
    for number in range(1, len(out)):
        out[number] = keep * out[number - 1] + (1.0 - keep) * values[number]
    return out
