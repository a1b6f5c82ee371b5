"""Labelled crops of studio pictures, to train the probes and to evaluate them.

samples = draw_probe_samples(source_path, people=identities_of("train", 400), seed=0)
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from measure.factors_to_motion import head_in_camera
from measure.protocols import PORTRAIT_VIEW, Plan, portrait_of
from protocol.channels import EMOTIONS
from studio.factors import Factors
from studio.head.identity import identity_weights
from studio.head.source import read_face_source
from studio.motion.acted import ActedMotion
from studio.renderer import Studio
from studio.seeds import random_of, seed_of

Floats = NDArray[np.float32]

#: Pictures of one person, each in different light.
PER_PERSON: Final = 8
CROP_PX: Final = 96
_DRAWN_PX: Final = 256
#: Share of the picture's side that a crop shows, centred.
_MIDDLE: Final = 0.72


@dataclass(frozen=True, slots=True, eq=False)
class ProbeSamples:
    """N crops and their labels.

    Attributes:
        crops: (N, 96, 96, 3) uint8. person: (N,) identity's number. pose: (N, 3) radians, as the camera sees the head.
        expression: (N, 52). gaze: (N, 2) radians. emotion: (N,) index in EMOTIONS, len(EMOTIONS) = none.
        intensity: (N,) 0..1.
    """

    crops: NDArray[np.uint8]
    person: NDArray[np.int64]
    pose: Floats
    expression: Floats
    gaze: Floats
    emotion: NDArray[np.int64]
    intensity: Floats


def crop_of(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Crop the centre of a picture: (S, S, 3) -> (96, 96, 3) uint8 sRGB.

    The crop does not follow the face, so that a head at a wrong position stays visible.
    """
    side = picture.shape[0]
    edge = side * (1.0 - _MIDDLE) / 2.0
    image = Image.fromarray(picture).resize(
        (CROP_PX, CROP_PX), Image.Resampling.BILINEAR, (edge, edge, side - edge, side - edge)
    )
    return np.asarray(image)


def sample_factors(person: int, number: int, seed: int, style: str) -> Factors:
    """Random factors of one picture: acted face, one emotion or none, a camera in front."""
    random = random_of("probe sample", seed, person, number)
    face = ActedMotion(int(random.integers(2**31))).at(float(random.uniform(0.0, 30.0)))
    emotion = np.zeros(len(EMOTIONS), np.float32)
    if random.random() < 0.8:
        emotion[random.integers(len(EMOTIONS))] = random.uniform(0.3, 1.0)
    view = PORTRAIT_VIEW
    if random.random() < 0.7:
        view = replace(
            view, azimuth=float(random.uniform(-0.65, 0.65)), elevation=float(random.uniform(-0.3, 0.3))
        )
    return replace(
        portrait_of(person, Plan(style=style)),
        identity=identity_weights(person),
        background=seed_of("probe light", seed, person, number) % 2**31,
        pose=face.pose,
        articulation=face.articulation,
        emotion=emotion,
        gaze=face.gaze,
        view=view,
    )


def draw_probe_samples(
    source: Path,
    people: Sequence[int],
    *,
    seed: int,
    style: str = "real",
    workers: int = 1,
    progress: Callable[[int], None] = lambda drawn: None,
) -> ProbeSamples:
    """Draw PER_PERSON pictures of each person; the result does not depend on the number of workers.

    Args:
        source: the head model's file.
        people: identity numbers.
        seed: random seed of the pictures.
        style: rendering style.
        workers: processes that draw.
        progress: called with the number of pictures drawn.

    Raises:
        MeasureError, RenderError: there is no head model, or no OpenGL.
    """
    groups = [list(people[k : k + 16]) for k in range(0, len(people), 16)]
    found: list[ProbeSamples] = []
    if workers < 2:
        drawn: Iterator[ProbeSamples] = (_draw(source, group, seed, style) for group in groups)
        found = list(_counted(drawn, progress))
    else:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers, mp_context=context) as pool:
            many = [[argument] * len(groups) for argument in (source, seed, style)]
            found = list(_counted(pool.map(_draw, many[0], groups, *many[1:]), progress))
    return ProbeSamples(
        **{
            field.name: np.concatenate([getattr(part, field.name) for part in found])
            for field in fields(ProbeSamples)
        }
    )


def probe_labels(factors: Factors) -> tuple[Floats, int, float]:
    """The true values of what probes read.

    Returns:
        Pose (3,) radians in camera space, the index of the strongest emotion (len(EMOTIONS) = none), its intensity.
    """
    strongest = int(factors.emotion.argmax())
    intensity = float(factors.emotion[strongest])
    name = strongest if intensity >= 0.08 else len(EMOTIONS)
    return np.array(head_in_camera(factors), np.float32), name, intensity


def _counted(parts: Iterator[ProbeSamples], progress: Callable[[int], None]) -> Iterator[ProbeSamples]:
    drawn = 0
    for part in parts:
        drawn += len(part.crops)
        progress(drawn)
        yield part


def _draw(source: Path, people: list[int], seed: int, style: str) -> ProbeSamples:
    crops, persons, poses, expressions, gazes, emotions, intensities = [], [], [], [], [], [], []
    with Studio(read_face_source(source)) as studio:
        for person in people:
            for number in range(PER_PERSON):
                factors = sample_factors(person, number, seed, style)
                picture = studio.render(factors, _DRAWN_PX)
                pose, emotion, intensity = probe_labels(factors)
                crops.append(crop_of(picture.composed()))
                persons.append(person)
                poses.append(pose)
                expressions.append(factors.expression())
                gazes.append(factors.gaze)
                emotions.append(emotion)
                intensities.append(intensity)
    return ProbeSamples(
        crops=np.stack(crops),
        person=np.array(persons, np.int64),
        pose=np.stack(poses),
        expression=np.stack(expressions),
        gaze=np.array(gazes, np.float32),
        emotion=np.array(emotions, np.int64),
        intensity=np.array(intensities, np.float32),
    )
