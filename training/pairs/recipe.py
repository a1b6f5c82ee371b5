"""Recipe of training pairs: which people, their portraits, and the motions that each is drawn with.

    portrait = portrait_factors(identity, seed=0)
    for moment in moments(portrait, identity, count=40, seed=0): ...

Everything follows from the seed, so pairs are never committed. The four regimes are FactorPortrait's (training data).
Moments are alone, or consecutive frames of short clips: what is random then stays for a clip, and time goes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from protocol.blendshapes import BLENDSHAPES, INDEX
from protocol.channels import EMOTIONS
from studio.factors import CameraView, Factors, Pose
from studio.head.identity import identity_weights
from studio.motion.acted import ActedMotion, MotionFrame
from studio.seeds import random_of, seed_of

#: A frontal camera over a moving face; a camera elsewhere over a moving face; a camera that sweeps around a still face;
#: everything at once.
REGIMES: Final = ("frontal", "static", "sweep", "dynamic")
#: Distance of the portrait's camera over its focal length: the face fills the part of the picture that an avatar is cut
#: from, so that frames show the portrait's square.
_NEAR, _FAR = 33.5, 36.5
_WIDEST_RAD: Final = 0.65
_MOST_RAD: Final = np.array([0.16, 0.10, 0.08])  # of the portrait's own yaw, pitch, roll
#: Seconds between two frames of a clip, and how fast its camera moves around the head, radians a second.
_GAP_S: Final = (1 / 30, 1 / 8)
_SWEEP: Final = 0.9
#: Shapes that acted motion hardly uses are added to this share of the moments.
_STRAY_SHARE: Final = 0.35


def portrait_factors(identity: int, seed: int) -> Factors:
    """The factors of a person's portrait: a look, a light, a camera, a little pose and expression of its own."""
    random = random_of("pairs portrait", seed, identity)
    focal = float(random.uniform(1.8, 3.0))
    yaw, pitch, roll = (float(v) for v in np.clip(random.normal(0, 0.5, 3), -1, 1) * _MOST_RAD)
    articulation = np.zeros(len(BLENDSHAPES), np.float32)
    emotion = np.zeros(len(EMOTIONS), np.float32)
    gaze = (0.0, 0.0)
    if random.random() < 0.4:
        frame = ActedMotion(int(random.integers(2**31))).at(float(random.uniform(0, 30)))
        articulation = np.asarray(frame.articulation * np.float32(0.4))
        articulation[[INDEX["eyeBlinkLeft"], INDEX["eyeBlinkRight"]]] = 0.0
        gaze = (0.4 * frame.gaze[0], 0.4 * frame.gaze[1])
    if random.random() < 0.4:  # people smile in portraits
        emotion[EMOTIONS.index("happy")] = random.uniform(0.2, 0.7)
    return Factors(
        identity=identity_weights(identity),
        look=seed_of("pairs look", seed, identity) % 2**31,
        background=seed_of("pairs background", seed, identity) % 2**31,
        style="real",
        pose=Pose(yaw=yaw, pitch=pitch, roll=roll),
        articulation=articulation,
        emotion=emotion,
        gaze=gaze,
        view=CameraView(distance=focal * float(random.uniform(_NEAR, _FAR)), focal=focal),
    )


def moments(portrait: Factors, identity: int, count: int, seed: int, clip: int = 1) -> Iterator[Factors]:
    """The factors of `count` moments of a person; moments, or clips, take turns in REGIMES.

    Half of the frontal ones are near the portrait.

    Args:
        clip: so many moments are consecutive frames of a clip.
    """
    for number in range(count):
        clip_number, frame = divmod(number, clip)
        random = random_of("pairs moment", seed, identity, clip_number)
        pace = random_of("pairs clip", seed, identity, clip_number)
        later_s = frame * float(pace.uniform(*_GAP_S))
        if clip_number % (2 * len(REGIMES)) == len(REGIMES):
            yield _near(portrait, random, later_s)  # where an avatar is most of the time
        else:
            swept = later_s * float(pace.uniform(-_SWEEP, _SWEEP))
            yield _moment(portrait, REGIMES[clip_number % len(REGIMES)], random, later_s, swept)


def _near(portrait: Factors, random: np.random.Generator, later_s: float) -> Factors:
    """A little off the portrait's own pose and expression."""
    frame = ActedMotion(int(random.integers(2**31))).at(float(random.uniform(0.0, 60.0)) + later_s)
    yaw, pitch, roll = (
        float(angle + random.normal(0, 0.05))
        for angle in (portrait.pose.yaw, portrait.pose.pitch, portrait.pose.roll)
    )
    articulation = np.clip(portrait.articulation + np.float32(0.5) * frame.articulation, 0, 1)
    return replace(
        portrait,
        pose=replace(portrait.pose, yaw=yaw, pitch=pitch, roll=roll),
        articulation=np.asarray(articulation, np.float32),
        gaze=(0.5 * frame.gaze[0], 0.5 * frame.gaze[1]),
    )


def _moment(
    portrait: Factors, regime: str, random: np.random.Generator, later_s: float, swept: float
) -> Factors:
    frame = ActedMotion(int(random.integers(2**31))).at(float(random.uniform(0.0, 60.0)) + later_s)
    view = portrait.view
    if regime != "frontal":
        view = replace(
            view,
            azimuth=float(random.uniform(-_WIDEST_RAD, _WIDEST_RAD)) + (0.0 if regime == "static" else swept),
            elevation=float(np.clip(random.normal(0.0, 0.13), -0.35, 0.35)),
            distance=view.distance * float(random.uniform(0.92, 1.12)),
        )
    pose = Pose() if regime == "sweep" else frame.pose
    if regime == "dynamic":
        pose = replace(
            pose,
            yaw=pose.yaw + float(random.uniform(-0.4, 0.4)),
            pitch=pose.pitch + float(random.uniform(-0.2, 0.2)),
            roll=pose.roll + float(random.uniform(-0.2, 0.2)),
        )
    emotion = frame.emotion
    if random.random() < 0.6:
        emotion = np.zeros(len(EMOTIONS), np.float32)
        emotion[random.integers(len(EMOTIONS))] = random.uniform(0.3, 1.0)
    return replace(
        portrait,
        pose=pose,
        articulation=_with_stray_shapes(frame, random),
        emotion=emotion,
        gaze=frame.gaze if random.random() < 0.7 else _wide_gaze(random),
        view=view,
    )


def _with_stray_shapes(frame: MotionFrame, random: np.random.Generator) -> np.ndarray:
    articulation = frame.articulation.copy()
    if random.random() < _STRAY_SHARE:
        for number in random.choice(len(BLENDSHAPES), int(random.integers(1, 4)), replace=False):
            articulation[number] = max(articulation[number], random.uniform(0.2, 1.0))
    if random.random() < 0.15:
        articulation[INDEX["jawOpen"]] = random.uniform(0.4, 1.0)
    if random.random() < 0.1:
        articulation[[INDEX["eyeBlinkLeft"], INDEX["eyeBlinkRight"]]] = random.uniform(0.3, 1.0)
    return articulation


def _wide_gaze(random: np.random.Generator) -> tuple[float, float]:
    return float(random.uniform(-0.55, 0.55)), float(random.uniform(-0.35, 0.35))
