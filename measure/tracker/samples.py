"""Tracked samples: drawn webcam sessions with MediaPipe's results and the true values.

samples = draw_tracked_samples(source, people=identities_of("test", 40), plan=DrawPlan(landmarker=path))
samples.save(Path("samples.npz"))
"""

from __future__ import annotations

import io
import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Final, Protocol, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from face.array_file import read_arrays
from measure.errors import MeasureError
from measure.factors_to_motion import head_in_camera
from measure.tracker.crop_samples import CropSamples, crops_of
from measure.tracker.webcam_sessions import webcam_pictures
from protocol.errors import FileError
from studio.factors import Factors
from studio.head.source import read_face_source
from studio.renderer import Studio
from studio.seeds import random_of
from vision.landmarker import FaceLandmarker, FaceObservation
from vision.native_logs import quiet_native_libraries

#: Faces then have about as many pixels as in a webcam's 640 x 480.
SIZE_PX: Final = 384
#: Of the file, and of its arrays; a session of 100 people has about 150 MB.
MAX_BYTES: Final = 4 * 1024**3
#: Sessions that one worker draws with one OpenGL context.
_GROUP: Final = 8


class Pictures(Protocol):
    """What is drawn of one person: a function of a module, since other processes call it."""

    def __call__(self, person: int, place: int, seed: int, *, style: str) -> list[tuple[int, Factors]]:
        """The kind of each picture, an index that the samples keep, and its factors; arguments as of `session_of`."""
        ...


@dataclass(frozen=True, slots=True)
class DrawPlan:
    """How to draw, and what; `landmarker` is MediaPipe's model."""

    landmarker: Path
    seed: int = 0
    style: str = "real"
    workers: int = 1
    pictures: Pictures = webcam_pictures


@dataclass(frozen=True, slots=True, eq=False)
class TrackedSamples:
    """N pictures in which a face was found, grouped by person, rest pictures first.

    Attributes:
        person: (N,) identity number. kind: (N,) index in KINDS.
        landmarks: (N, 478, 3), blendshapes: (N, 52), transform: (N, 4, 4): as in `FaceObservation`.
        expression: (N, 52) true coefficients, 0..1, without the lid movement that the runtime derives from the gaze.
        gaze: (N, 2) true yaw and pitch relative to the head, radians.
        pose: (N, 3) true yaw, pitch and roll in camera space, radians.
        drawn: () number of pictures drawn, including those without a detected face.
    """

    person: NDArray[np.int64]
    kind: NDArray[np.int64]
    landmarks: NDArray[np.float32]
    blendshapes: NDArray[np.float32]
    transform: NDArray[np.float32]
    expression: NDArray[np.float32]
    gaze: NDArray[np.float32]
    pose: NDArray[np.float32]
    drawn: NDArray[np.int64]

    def observation(self, place: int) -> FaceObservation:
        """The landmarker's result for one picture."""
        return FaceObservation(self.landmarks[place], self.blendshapes[place], self.transform[place])

    def of(self, people: Sequence[int]) -> TrackedSamples:
        """The samples of these people."""
        chosen = np.isin(self.person, people)
        return TrackedSamples(
            **{f.name: getattr(self, f.name)[chosen] for f in fields(self) if f.name != "drawn"},
            drawn=np.array(round(int(self.drawn) * len(people) / max(len(np.unique(self.person)), 1))),
        )

    def save(self, path: Path) -> None:
        """Write the arrays to an npz file."""
        arrays: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        np.savez_compressed(path, **arrays)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a file that `save` wrote.

        Raises:
            MeasureError: the file is something else, or damaged.
        """
        try:
            arrays = read_arrays(path, max_bytes=MAX_BYTES)
            return cls(**{field.name: arrays[field.name] for field in fields(cls)})
        except (FileError, KeyError) as error:
            raise MeasureError(
                f"{path} holds no tracked samples ({error}); remove it to draw them again"
            ) from error


def through_webcam(picture: NDArray[np.uint8], random: np.random.Generator) -> NDArray[np.uint8]:
    """A picture (S, S, 3) uint8 sRGB as a cheap webcam sends it: with Gaussian noise and JPEG compression."""
    noisy = picture + random.normal(0.0, random.uniform(1.0, 6.0), picture.shape)
    packed = io.BytesIO()
    image = Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))
    image.save(packed, "JPEG", quality=int(random.integers(60, 96)))
    return np.asarray(Image.open(packed))


def seen_pictures(
    studio: Studio, person: int, place: int, plan: DrawPlan
) -> Iterator[tuple[int, Factors, NDArray[np.uint8]]]:
    """The kind, the factors and the webcam's picture of everything that is drawn of one person, always alike."""
    random = random_of("webcam", plan.seed, person)
    shown: Factors | None = None
    for kind, factors in plan.pictures(person, place, plan.seed, style=plan.style):
        if factors is not shown:
            drawn, shown = studio.render(factors, SIZE_PX).composed(), factors
        yield kind, factors, through_webcam(drawn, random)


def draw_tracked_samples(
    source: Path,
    people: Sequence[int],
    plan: DrawPlan,
    *,
    progress: Callable[[int], None] = lambda drawn: None,
) -> tuple[TrackedSamples, CropSamples]:
    """Draw and track a session of each person; the result does not depend on the number of workers.

    Raises:
        MeasureError, RenderError, BridgeError: there is no head model, no OpenGL, or no landmarker.
    """
    groups = [(first, list(people[first : first + _GROUP])) for first in range(0, len(people), _GROUP)]
    found, drawn = [], 0
    # Always in another process: MediaPipe and OpenGL do not free all threads and contexts.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(plan.workers, mp_context=context) as pool:
        jobs = [pool.submit(_draw, source, group, first, plan) for first, group in groups]
        for job in jobs:
            samples, crops = job.result()
            found.append((samples, crops))
            drawn += int(samples.drawn)
            progress(drawn)
    arrays = {
        f.name: np.concatenate([getattr(part, f.name) for part, _ in found])
        for f in fields(TrackedSamples)
        if f.name != "drawn"
    }
    cut_out = {
        f.name: np.concatenate([getattr(part, f.name) for _, part in found]) for f in fields(CropSamples)
    }
    return TrackedSamples(**arrays, drawn=np.array(drawn)), CropSamples(**cut_out)


def _draw(source: Path, people: list[int], first: int, plan: DrawPlan) -> tuple[TrackedSamples, CropSamples]:
    quiet_native_libraries()
    rows: list[tuple[Any, ...]] = []
    count = 0
    crops: list[tuple[Any, ...]] = []
    with (
        Studio(read_face_source(source)) as studio,
        FaceLandmarker(plan.landmarker, video=False, num_faces=1) as landmarker,
    ):
        for place, person in enumerate(people, first):
            for kind, factors, seen in seen_pictures(studio, person, place, plan):
                count += 1
                for face in landmarker.detect(seen, None):
                    crops.append(crops_of(seen, face.landmarks))
                    rows.append(
                        (
                            person, kind, face.landmarks, face.blendshapes, face.transform,
                            factors.expression(), factors.gaze, head_in_camera(factors),
                        )
                    )  # fmt: skip
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    names = [f.name for f in fields(TrackedSamples) if f.name != "drawn"]
    kinds = (np.int64, np.int64, *[np.float32] * 6)
    arrays = {name: column.astype(kind) for name, column, kind in zip(names, columns, kinds, strict=True)}
    cut_out = [np.array(column) for column in zip(*crops, strict=True)]
    return TrackedSamples(**arrays, drawn=np.array(count)), CropSamples(*cut_out)
