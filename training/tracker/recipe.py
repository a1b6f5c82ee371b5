"""Recipe of the tracker's pictures: which faces each person makes, before which cameras and in which light.

    for factors in face_factors(identity, count=24, seed=0): ...

The first RESTS pictures show the person's face at rest, as a tracker sees it before anything moves.
Acted speech never puffs a cheek, rolls a lip or moves the jaw aside, so most faces set coefficients by themselves, alone
and mixed, alike on both sides and not. Everything follows from the seed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.camera import rotation
from protocol.blendshapes import BLENDSHAPES, INDEX, mirrored
from protocol.channels import EMOTIONS
from studio.camera import TARGET
from studio.factors import CameraView, Factors, Pose
from studio.head.head_deformer import PIVOT
from studio.head.identity import identity_weights
from studio.motion.acted import ActedMotion
from studio.seeds import random_of, seed_of
from training.tracker.habits import add_habit

Floats = NDArray[np.float32]

#: Pictures at rest that come first of each person.
RESTS: Final = 3
#: How strong a shape may be in a face that its owner takes for rest, and how many there are at most.
_FAINT, _FAINT_SHAPES = 0.12, 3
#: Share of the pictures in the person's usual light before the usual camera; the others have their own.
_USUAL_PLACE: Final = 0.5
#: Kinds of faces after those, and their shares.
_SHARES: Final = {
    "rest": 0.03, "acted": 0.25, "acted and more": 0.17, "habit": 0.18, "alone": 0.15, "several": 0.16, "many": 0.06,
}  # fmt: skip
#: All shapes but the eight eyeLook ones, which follow from the gaze.
_FREE: Final = tuple(name for name in BLENDSHAPES if not name.startswith("eyeLook"))
#: What acted motion hardly uses, or what is hard to see, is drawn more often.
_SOUGHT: Final = (
    "tongueOut", "cheekPuff", "jawLeft", "jawRight", "jawForward", "mouthLeft", "mouthRight", "mouthRollLower",
    "mouthRollUpper", "mouthPressLeft", "mouthShrugLower", "mouthShrugUpper", "noseSneerLeft", "mouthDimpleLeft",
    "mouthFrownLeft", "cheekSquintLeft", "mouthPucker", "mouthFunnel", "mouthClose",
)  # fmt: skip
#: Of two shapes that undo each other, the larger stays: a picture could not tell them apart.
_OPPOSED: Final = (
    ("jawLeft", "jawRight"), ("mouthLeft", "mouthRight"), ("eyeBlinkLeft", "eyeWideLeft"),
    ("eyeBlinkRight", "eyeWideRight"), ("browDownLeft", "browOuterUpLeft"), ("browDownRight", "browOuterUpRight"),
    ("mouthSmileLeft", "mouthFrownLeft"), ("mouthSmileRight", "mouthFrownRight"), ("mouthFunnel", "mouthPucker"),
)  # fmt: skip
_LIDS: Final = [INDEX["eyeBlinkLeft"], INDEX["eyeBlinkRight"]]
_WIDE: Final = [INDEX["eyeWideLeft"], INDEX["eyeWideRight"]]
_GAZE_RAD: Final = (0.6, 0.45)
#: The widest yaw, pitch and roll of the head before its camera, radians.
_WIDEST_RAD: Final = np.array([0.85, 0.55, 0.55])
_USUAL_RAD: Final = np.array([0.24, 0.15, 0.10])
#: How far the neck lets a head be moved to keep its face in the picture, head-model units.
_REACH: Final = 4.5


def face_factors(identity: int, count: int, seed: int) -> Iterator[Factors]:
    """The factors of `count` pictures of a person: one look, half of them in one light before one camera."""
    look = seed_of("tracker look", seed, identity) % 2**31
    usual = _camera(random_of("tracker camera", seed, identity))
    for number in range(count):
        random = random_of("tracker face", seed, identity, number)
        kind = "rest" if number < RESTS else str(random.choice(list(_SHARES), p=list(_SHARES.values())))
        is_usual = random.random() < _USUAL_PLACE
        view = usual if is_usual else _camera(random)
        light = seed_of("tracker light", seed, identity, -1 if is_usual else number) % 2**31
        articulation, emotion, gaze = _face(kind, random)
        yield Factors(
            identity=identity_weights(identity),
            look=look,
            background=light,
            style="real",
            pose=_pose(random, is_wide=kind != "rest"),
            articulation=articulation,
            emotion=emotion,
            gaze=gaze,
            view=view,
        )


def _camera(random: np.random.Generator) -> CameraView:
    """A webcam: often above or below the face, seldom beside it."""
    focal = float(random.uniform(1.1, 3.0))
    return CameraView(
        azimuth=float(random.normal(0.0, 0.08)),
        elevation=float(np.clip(random.normal(0.0, 0.14), -0.35, 0.35)),
        distance=focal * float(random.uniform(23.0, 30.0)),
        focal=focal,
    )


def _face(kind: str, random: np.random.Generator) -> tuple[Floats, Floats, tuple[float, float]]:
    """Articulation (52,), emotion (8,) and gaze."""
    articulation = np.zeros(len(BLENDSHAPES), np.float32)
    emotion = np.zeros(len(EMOTIONS), np.float32)
    gaze = (float(random.normal(0.0, 0.1)), float(random.normal(0.0, 0.07)))
    if kind.startswith("acted"):
        frame = ActedMotion(int(random.integers(2**31))).at(float(random.uniform(0.0, 60.0)))
        articulation, gaze = frame.articulation.copy(), frame.gaze
        emotion = frame.emotion
        if random.random() < 0.5:
            emotion = np.zeros(len(EMOTIONS), np.float32)
            emotion[random.integers(len(EMOTIONS))] = random.uniform(0.3, 1.0)
    number = {
        "acted and more": int(random.integers(1, 4)),
        "alone": 1,
        "several": int(random.integers(2, 5)),
        "many": int(random.integers(5, 9)),
    }.get(kind, 0)
    for _ in range(number):
        _add_shape(articulation, random)
    if kind == "habit":
        add_habit(articulation, random)
    if kind == "rest":
        _add_faint(articulation, random)
    else:
        _add_lids(articulation, random)
        if random.random() < 0.55:
            yaw, pitch = random.uniform(-1.0, 1.0, 2) * _GAZE_RAD
            gaze = (float(yaw), float(pitch))
    _settle(articulation)
    return articulation, emotion, gaze


def _add_shape(articulation: Floats, random: np.random.Generator) -> None:
    """One more shape: alike on both sides, on one side, or on both by different amounts."""
    name = str(random.choice(_SOUGHT if random.random() < 0.5 else _FREE))
    if random.random() < 0.5:
        name = mirrored(name)
    # few are faint, more are clear, some are at their limit
    level = 1.0 if random.random() < 0.14 else float(random.beta(1.3, 1.0))
    articulation[INDEX[name]] = max(articulation[INDEX[name]], level)
    other = mirrored(name)
    if other != name and (name, other) not in _OPPOSED and (other, name) not in _OPPOSED:
        chance = random.random()
        if chance < 0.5:
            articulation[INDEX[other]] = articulation[INDEX[name]]
        elif chance < 0.7:
            articulation[INDEX[other]] = level * float(random.random())
    if name == "mouthClose":  # has a meaning with an open jaw only
        articulation[INDEX["jawOpen"]] = max(articulation[INDEX["jawOpen"]], level)
    if name == "tongueOut" and random.random() < 0.7:
        articulation[INDEX["jawOpen"]] = max(articulation[INDEX["jawOpen"]], float(random.uniform(0.0, 0.7)))


def _add_faint(articulation: Floats, random: np.random.Generator) -> None:
    """What a resting face does all the same; half of them do nothing."""
    if random.random() < 0.5:
        for name in random.choice(_FREE, int(random.integers(1, _FAINT_SHAPES + 1))):
            level = random.uniform(0.0, _FAINT)
            articulation[[INDEX[name], INDEX[mirrored(str(name))]]] = level


def _add_lids(articulation: Floats, random: np.random.Generator) -> None:
    chance = random.random()
    if chance < 0.2:  # both lids, halfway or shut
        articulation[_LIDS] = 1.0 if random.random() < 0.3 else random.uniform(0.1, 1.0)
    elif chance < 0.32:  # a wink
        articulation[_LIDS] = 0.0
        side = int(random.integers(2))
        articulation[_LIDS[side]] = 1.0 if random.random() < 0.4 else random.uniform(0.2, 1.0)
        articulation[_LIDS[1 - side]] = random.uniform(0.0, 0.3) if random.random() < 0.3 else 0.0
    elif chance < 0.42:
        articulation[_WIDE] = random.uniform(0.1, 1.0)
        articulation[_LIDS] = 0.0


def _settle(articulation: Floats) -> None:
    for first, second in _OPPOSED:
        weaker = min((INDEX[first], INDEX[second]), key=lambda k: float(articulation[k]))
        articulation[weaker] = 0.0
    close, jaw = INDEX["mouthClose"], INDEX["jawOpen"]
    articulation[close] = min(articulation[close], articulation[jaw])


def _pose(random: np.random.Generator, *, is_wide: bool) -> Pose:
    """A head pose: a quarter nearly straight, a third wide if any may be, the others between."""
    chance = random.random() * (1.0 if is_wide else 0.65)
    if chance < 0.25:
        turn = random.normal(0.0, 0.25, 3) * _USUAL_RAD
    elif chance < 0.65:
        turn = random.normal(0.0, 1.0, 3) * _USUAL_RAD
    else:
        turn = random.uniform(-1.0, 1.0, 3) * _WIDEST_RAD
    yaw, pitch, roll = (float(v) for v in np.clip(turn, -_WIDEST_RAD, _WIDEST_RAD))
    # the head turns about the neck: bring the face back to where the camera looks
    arm = TARGET - PIVOT
    swing = arm - rotation(yaw, pitch, roll) @ arm
    x, y, z = (float(v) for v in np.clip(0.8 * swing + random.normal(0.0, 0.5, 3), -_REACH, _REACH))
    return Pose(yaw, pitch, roll, x, y, 0.0 * z)
