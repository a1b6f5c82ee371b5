"""Evaluation protocols: the sequences that a method has to draw. The studio draws the same, as ground truth.

    for case in cases_of("factors", identity=0, others=[11, 45], plan=Plan()): ...

self      self-reenactment: a person's own motion
cross     cross-reenactment: another person's motion
factors   one factor at a time is swapped with another moment's, all others are held
view      cameras around a still face
emotion   every emotion at half and full intensity, over speech
drift     a long sequence that ends with the same moments as it starts
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from protocol.channels import EMOTIONS
from studio.factors import CameraView, Factors, Pose
from studio.head.identity import identity_weights
from studio.motion.acted import ActedMotion, MotionFrame
from studio.seeds import random_of, seed_of

#: The factors that are swapped, in the order of the tables.
FACTORS: Final = ("pose", "expression", "emotion", "gaze", "view")
#: Near enough for the face to fill the part of a portrait that an avatar is made from.
PORTRAIT_VIEW: Final = CameraView(distance=84.0)
_FPS: Final = 12.5
_DRIFT_FPS: Final = 25.0
_AROUND: Final = ((-0.6, 0.0), (-0.3, 0.0), (0.0, 0.0), (0.3, 0.0), (0.6, 0.0), (0.0, -0.25), (0.0, 0.25))
_INTENSITIES: Final = (0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Plan:
    """The size of the protocols.

    Attributes:
        frames: length of self and cross, and of each end of drift.
        run: frames of drift between its ends.
        swaps: number of pairs of moments in `factors`.
        seed: random seed of the moments.
        style: rendering style of the studio.
    """

    frames: int = 6
    run: int = 250
    swaps: int = 2
    seed: int = 0
    style: str = "real"


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """One frame of a case.

    Attributes:
        factors: to draw.
        word: its group in the report: the swapped factor, the emotion, the angle, "start" or "end".
        is_judged: whether it is scored; `drift` has frames between its ends that are drawn but not scored.
        follows: whether it directly follows the previous step in time, so that the temporal error is defined.
    """

    factors: Factors
    word: str
    is_judged: bool = True
    follows: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One sequence for one portrait; `fps` is its number of steps per second."""

    protocol: str
    identity: int
    portrait: Factors
    steps: Sequence[Step]
    fps: float


def portrait_of(identity: int, plan: Plan) -> Factors:
    """The factors of the portrait that a method gets: neutral, from the front."""
    return Factors(
        identity=identity_weights(identity),
        look=seed_of("measured look", identity) % 2**31,
        background=seed_of("measured background", identity) % 2**31,
        style=plan.style,
        view=PORTRAIT_VIEW,
    )


def cases_of(protocol: str, identity: int, others: Sequence[int], plan: Plan) -> list[Case]:
    """A protocol's sequences for one person.

    Args:
        protocol: name in PROTOCOLS.
        others: the evaluated people; those other than `identity` drive `cross` and `factors`.
    """
    portrait = portrait_of(identity, plan)
    sources = [other for other in others if other != identity] or [identity + 1]
    place = seed_of("other", plan.seed, identity) % len(sources)
    sources = sources[place:] + sources[:place]
    return [
        Case(protocol, identity, portrait, steps, fps=_DRIFT_FPS if protocol == "drift" else _FPS)
        for steps in PROTOCOLS[protocol](portrait, identity, sources, plan)
    ]


def _self(portrait: Factors, identity: int, others: list[int], plan: Plan) -> list[list[Step]]:
    return [_track(portrait, identity, plan)]


def _cross(portrait: Factors, identity: int, others: list[int], plan: Plan) -> list[list[Step]]:
    return [_track(portrait, others[0], plan)]


def _factors(portrait: Factors, identity: int, others: list[int], plan: Plan) -> list[list[Step]]:
    found = []
    for swap in range(plan.swaps):
        own = _moment(portrait, identity, plan, swap)
        other = _moment(portrait, others[swap % len(others)], plan, 100 + swap)
        changed = {
            "pose": replace(own, pose=other.pose),
            "expression": replace(own, articulation=other.articulation),
            "emotion": replace(own, emotion=other.emotion),
            "gaze": replace(own, gaze=other.gaze),
            "view": replace(own, view=other.view),
        }
        found.append([Step(own, "none"), *(Step(changed[name], name) for name in FACTORS)])
    return found


def _view(portrait: Factors, identity: int, others: list[int], plan: Plan) -> list[list[Step]]:
    held = _shown(portrait, _motion(identity, plan).at(_begin(identity, plan)))
    held = replace(held, pose=Pose())
    return [
        [
            Step(
                replace(held, view=replace(PORTRAIT_VIEW, azimuth=azimuth, elevation=elevation)),
                f"{np.degrees(azimuth):+.0f} {np.degrees(elevation):+.0f}",
            )
            for azimuth, elevation in _AROUND
        ]
    ]


def _emotion(portrait: Factors, identity: int, others: list[int], plan: Plan) -> list[list[Step]]:
    motion, begin_s = _motion(identity, plan), _begin(identity, plan)
    steps: list[Step] = []
    for number, name in enumerate(EMOTIONS):
        for intensity in _INTENSITIES:
            wanted = np.zeros(len(EMOTIONS), np.float32)
            wanted[number] = intensity
            moment = _shown(portrait, motion.at(begin_s + len(steps) / _FPS))
            steps.append(Step(replace(moment, emotion=wanted), name))
    return [steps]


def _drift(portrait: Factors, identity: int, others: list[int], plan: Plan) -> list[list[Step]]:
    motion, begin_s = _motion(identity, plan), _begin(identity, plan)

    def step(frame: int, word: str) -> Step:
        factors = _shown(portrait, motion.at(begin_s + frame / _DRIFT_FPS))
        return Step(factors, word, is_judged=word != "between", follows=False)

    # forward and back, so that the end is reached by continuous motion
    way = [*range(plan.run // 2), *range(plan.run // 2, plan.frames - 1, -1)]
    start, between, end = range(plan.frames), way[plan.frames :], reversed(range(plan.frames))
    return [
        [
            *(step(frame, "start") for frame in start),
            *(step(frame, "between") for frame in between),
            *(step(frame, "end") for frame in end),
        ]
    ]


PROTOCOLS: Final[dict[str, Callable[[Factors, int, list[int], Plan], list[list[Step]]]]] = {
    "self": _self,
    "cross": _cross,
    "factors": _factors,
    "view": _view,
    "emotion": _emotion,
    "drift": _drift,
}


def _track(portrait: Factors, mover: int, plan: Plan) -> list[Step]:
    motion, begin_s = _motion(mover, plan), _begin(mover, plan)
    return [
        Step(_shown(portrait, motion.at(begin_s + k / _FPS)), "moving", follows=k > 0)
        for k in range(plan.frames)
    ]


def _moment(portrait: Factors, mover: int, plan: Plan, number: int) -> Factors:
    """The portrait's person at a random moment of the mover's motion, with an emotion, from a random camera."""
    random = random_of("measured moment", plan.seed, mover, number)
    shown = _shown(portrait, _motion(mover, plan).at(float(random.uniform(0.0, 60.0))))
    emotion = np.zeros(len(EMOTIONS), np.float32)
    emotion[random.integers(len(EMOTIONS))] = random.uniform(0.5, 1.0)
    view = replace(
        PORTRAIT_VIEW,
        azimuth=float(random.uniform(-0.45, 0.45)),
        elevation=float(random.uniform(-0.2, 0.2)),
    )
    return replace(shown, emotion=emotion, view=view)


def _motion(mover: int, plan: Plan) -> ActedMotion:
    return ActedMotion(seed_of("measured motion", plan.seed, mover) % 2**31)


def _begin(mover: int, plan: Plan) -> float:
    return float(random_of("measured begin", plan.seed, mover).uniform(0.0, 30.0))


def _shown(portrait: Factors, frame: MotionFrame) -> Factors:
    """The portrait's person in a frame of motion."""
    return replace(
        portrait, pose=frame.pose, articulation=frame.articulation, emotion=frame.emotion, gaze=frame.gaze
    )
