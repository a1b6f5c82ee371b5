"""FaceMaker: draws the tracker's labelled pictures of one person in the studio.

faces = FaceMaker(source, count=24, seed=0).draw(identity)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from face.camera import rotation
from measure.factors_to_motion import head_in_camera
from studio.head.source import FaceSource, read_face_source
from studio.renderer import Studio
from training.person_workers import make_people
from training.tracker.face_pictures import FACE_PX, FacePictures, pack_pictures, write_faces
from training.tracker.recipe import face_factors


class FaceMaker:
    """Owns a studio; used from the thread that made it. A `PersonMaker`."""

    def __init__(self, source: FaceSource, count: int, seed: int) -> None:
        """Open the studio, which takes seconds.

        Raises:
            RenderError: there is no OpenGL 3.3.
        """
        self._studio = Studio(source)
        self._count, self._seed = count, seed

    def draw(self, identity: int) -> FacePictures:
        """Draw a person's pictures."""
        factors = list(face_factors(identity, self._count, self._seed))
        drawn = [self._studio.render(one, FACE_PX) for one in factors]
        packed, ends = pack_pictures([(one.composed(), one.part) for one in drawn])
        return FacePictures(
            packed=packed,
            ends=ends,
            expression=np.stack([one.expression() for one in factors]),
            gaze=np.array([one.gaze for one in factors], np.float32),
            turn=np.stack([rotation(*head_in_camera(one)) for one in factors]),
            focal=np.array([one.view.focal for one in factors], np.float32),
            landmarks=np.stack([one.mediapipe_landmarks for one in drawn]),
            identity=np.array(identity, np.int64),
        )

    def make(self, identity: int, folder: Path) -> bool:
        """See `PersonMaker`; refuses no one."""
        write_faces(self.draw(identity), folder)
        return True

    def close(self) -> None:
        """Close the studio; may be called twice."""
        self._studio.close()


def make_all_faces(
    folder: Path,
    identities: Sequence[int],
    *,
    count: int,
    seed: int,
    source: Path,
    workers: int,
    progress: Callable[[int], None] = lambda done: None,
) -> int:
    """Draw the pictures of people that are not finished yet; returns the number of people who are.

    Raises:
        TrainingError: a worker ended unexpectedly.
    """
    open_maker = partial(_open, source, count, seed)
    return make_people(folder, identities, open_maker, workers=workers, progress=progress)[0]


def _open(source: Path, count: int, seed: int) -> FaceMaker:
    return FaceMaker(read_face_source(source), count, seed)
