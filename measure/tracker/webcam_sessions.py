"""Webcam sessions: the factors of one person's pictures in front of a webcam.

    session = session_of(person=7, place=3, seed=0)
    session.rest        # Factors of the first second, in which the bridge learns the neutral
    session.pictures    # (kind, Factors) of the pictures after it

Look, light, lens and camera angle stay the same for a session; the face changes with every picture. Acted faces rarely
contain puffed cheeks, so most pictures set single coefficients.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from protocol.blendshapes import BLENDSHAPES, INDEX, mirrored
from protocol.channels import EMOTIONS
from studio.arrays import Floats
from studio.factors import CameraView, Factors, Pose
from studio.head.identity import identity_weights
from studio.motion.acted import ActedMotion
from studio.motion.eyes import SIDEWAYS_RAD, UPWARDS_RAD
from studio.seeds import random_of, seed_of

#: Kinds of pictures. ALONE: one coefficient, or the same one on both sides. SEVERAL: two to four of these.
#: STILL: the first rest picture with different camera noise.
KINDS: Final = ("rest", "still", "acted", "alone", "several", "gaze")
REST, STILL, ACTED, ALONE, SEVERAL, GAZE = range(len(KINDS))
#: Pictures of each kind in a session.
COUNTS: Final = {REST: 4, STILL: 6, ACTED: 8, ALONE: 10, SEVERAL: 4, GAZE: 4}
PICTURES: Final = sum(COUNTS.values())

#: All coefficients but the eight eyeLook shapes, which follow from the gaze.
TESTED_SHAPES: Final = tuple(name for name in BLENDSHAPES if not name.startswith("eyeLook"))
#: Every coefficient by itself, and both sides of every pair together.
_ALONE: Final = (
    *((name,) for name in TESTED_SHAPES),
    *(
        (name, mirrored(name))
        for name in TESTED_SHAPES
        if name.endswith("Left") and mirrored(name) in TESTED_SHAPES
    ),
)
#: Stride through the list, coprime to its length, so that one person does not get neighbouring entries.
_STEP: Final = 29
#: mouthClose needs an equally open jaw.
_NEEDS: Final = {"mouthClose": "jawOpen"}
#: Head pose in front of a webcam: standard deviation and limit of yaw, pitch and roll, radians.
_TURN: Final = ((0.22, 0.6), (0.13, 0.35), (0.08, 0.3))


@dataclass(frozen=True, slots=True, eq=False)
class Session:
    """One person's session: `rest` first, then `pictures` as (kind, factors)."""

    person: int
    rest: list[Factors]
    pictures: list[tuple[int, Factors]]


def session_of(person: int, place: int, seed: int, *, style: str = "real") -> Session:
    """The session of one person.

    Args:
        person: identity number.
        place: index of the session; consecutive sessions cover all coefficients evenly.
        seed: random seed of the pictures.
        style: rendering style of the studio.
    """
    random = random_of("tracked session", seed, person)
    focal = float(random.uniform(1.2, 2.6))
    calm = Factors(
        identity=identity_weights(person),
        look=seed_of("tracked look", seed, person) % 2**31,
        background=seed_of("tracked light", seed, person) % 2**31,
        style=style,
        # a webcam is usually above or below the face, seldom beside it
        view=CameraView(
            azimuth=float(random.normal(0.0, 0.04)),
            elevation=float(np.clip(random.normal(0.0, 0.1), -0.25, 0.25)),
            distance=37.0 * focal * float(random.uniform(0.9, 1.3)),
            focal=focal,
        ),
    )
    rest = [_turned(calm, random, 0.15) for _ in range(COUNTS[REST])]
    pictures = [(STILL, rest[0])] * COUNTS[STILL]
    for _ in range(COUNTS[ACTED]):
        face = ActedMotion(int(random.integers(2**31))).at(float(random.uniform(0.0, 30.0)))
        emotion = face.emotion if random.random() < 0.5 else _some_emotion(random)
        acted = replace(calm, articulation=face.articulation, emotion=emotion, gaze=face.gaze)
        pictures.append((ACTED, _turned(acted, random, 1.0)))
    for number in range(COUNTS[ALONE]):
        names = _ALONE[(place * COUNTS[ALONE] + number) * _STEP % len(_ALONE)]
        asked = _asked(names, float(random.uniform(0.2, 1.0)))
        pictures.append((ALONE, _turned(replace(calm, articulation=asked), random, 0.6)))
    for _ in range(COUNTS[SEVERAL]):
        asked = np.zeros(len(BLENDSHAPES), np.float32)
        for _ in range(int(random.integers(2, 5))):
            names = _ALONE[int(random.integers(len(_ALONE)))]
            asked = np.maximum(asked, _asked(names, float(random.uniform(0.2, 1.0))))
        several = replace(calm, articulation=asked, gaze=_some_gaze(random, 0.5))
        pictures.append((SEVERAL, _turned(several, random, 1.0)))
    for number in range(COUNTS[GAZE]):
        asked = np.zeros(len(BLENDSHAPES), np.float32)
        if number == 0:
            asked[[INDEX["eyeBlinkLeft"], INDEX["eyeBlinkRight"]]] = random.uniform(0.0, 1.0)
        looking = replace(calm, articulation=asked, gaze=_some_gaze(random, 1.0))
        pictures.append((GAZE, _turned(looking, random, 1.0)))
    return Session(person, rest, pictures)


def webcam_pictures(person: int, place: int, seed: int, *, style: str = "real") -> list[tuple[int, Factors]]:
    """The kind and the factors of every picture of `session_of`, rest first."""
    session = session_of(person, place, seed, style=style)
    return [*((REST, rest) for rest in session.rest), *session.pictures]


def _asked(names: tuple[str, ...], level: float) -> Floats:
    articulation = np.zeros(len(BLENDSHAPES), np.float32)
    for name in names:
        articulation[INDEX[name]] = level
        if name in _NEEDS:
            articulation[INDEX[_NEEDS[name]]] = level
    return articulation


def _some_emotion(random: np.random.Generator) -> Floats:
    emotion = np.zeros(len(EMOTIONS), np.float32)
    emotion[random.integers(len(EMOTIONS))] = random.uniform(0.3, 1.0)
    return emotion


def _some_gaze(random: np.random.Generator, share: float) -> tuple[float, float]:
    yaw, pitch = random.uniform(-share, share, 2)
    return float(yaw) * SIDEWAYS_RAD, float(pitch) * UPWARDS_RAD


def _turned(factors: Factors, random: np.random.Generator, share: float) -> Factors:
    """The same face with a random head pose, scaled by `share`."""
    yaw, pitch, roll = (
        float(np.clip(random.normal(0.0, share * spread), -limit, limit)) for spread, limit in _TURN
    )
    x, y, z = random.normal(0.0, 1.0, 3) * share
    return replace(factors, pose=Pose(yaw, pitch, roll, float(x), float(y), float(z)))
