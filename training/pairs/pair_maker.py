"""PairMaker: draws the training pairs of one person, through the same way that a user's portrait takes.

    with PairMaker(source, landmarker) as maker:
        pairs = maker.make(identity, count=40, seed=0)      # None: the portrait was refused, or fits badly

portrait (studio) -> `avatar make` -> drafts and conditions (head engine), beside the truth (studio).
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from authoring.errors import AuthoringError
from authoring.photo import LOOSE_FIT_PX, AvatarOptions, avatar_from_photo
from authoring.portrait.canvas import FACE_SHARE
from authoring.portrait.detect import AT_ONCE
from face.avatar import load_avatar
from face.motion import Motion
from measure.draft_geometry import DraftGeometry
from studio.factors import Factors
from studio.head.source import FaceSource
from studio.renderer import Studio
from training.pairs.drafter import Drafter, Row, Truth
from training.pairs.person_pairs import DRAWN_PX, PersonPairs
from training.pairs.recipe import moments, portrait_factors
from vision.landmarker import FaceLandmarker

Bytes = NDArray[np.uint8]


class PairMaker:
    """Owns a studio, a head engine and a landmarker; used from the thread that made it."""

    def __init__(self, source: FaceSource, face_landmarker: Path) -> None:
        """Open everything, which takes seconds.

        Raises:
            RuntimeFailure: there is no OpenGL 3.3, or no landmarker.
        """
        self._studio = Studio(source)
        self._drafter = Drafter()
        self._landmarker = FaceLandmarker(face_landmarker, video=False, num_faces=AT_ONCE)

    def make(self, identity: int, *, count: int, seed: int, clip: int = 1) -> PersonPairs | None:
        """Draw `count` pairs of a person, after the portrait itself; None if the portrait makes no good avatar.

        Args:
            clip: so many pairs are consecutive frames.
        """
        factors = portrait_factors(identity, seed)
        # the runtime's portrait camera stands in front; the pose is the head's alone
        picture = self._studio.render(factors, DRAWN_PX)
        portrait = np.ascontiguousarray(picture.composed())
        with tempfile.TemporaryDirectory() as place:
            photo, folder = Path(place) / "portrait.png", Path(place) / "avatar"
            Image.fromarray(portrait).save(photo, compress_level=1)
            try:
                report = avatar_from_photo(
                    photo,
                    folder,
                    AvatarOptions("pairs", preview=False),
                    self._landmarker,
                    progress=lambda _: None,
                )
            except AuthoringError:
                return None
            if report.landmark_error_px > LOOSE_FIT_PX or report.face_px < FACE_SHARE * DRAWN_PX:
                return None
            rig = self._drafter.set_avatar(load_avatar(folder))
        geometry = DraftGeometry(rig, picture)
        own = Motion.neutral()
        own.values[:] = rig.portrait
        rows = [self._row(geometry, factors, own)]
        rows += [
            self._row(geometry, moment, geometry.motion(moment))
            for moment in moments(factors, identity, count, seed, clip)
        ]
        return self._drafter.pairs(rows, portrait, identity)

    def _row(self, geometry: DraftGeometry, factors: Factors, motion: Motion) -> Row:
        truth = self._studio.render(factors, DRAWN_PX)
        head = geometry.expressed(motion)
        places = np.asarray(truth.mediapipe_landmarks[:, :2] / DRAWN_PX - 0.5, np.float32)
        return self._drafter.row(
            motion,
            head,
            geometry.places(head, motion),
            Truth(_premultiplied(truth.image), truth.part, places),
        )

    def close(self) -> None:
        """Close engine, studio and landmarker; may be called twice."""
        self._drafter.close()
        self._studio.close()
        self._landmarker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _premultiplied(image: Bytes) -> Bytes:
    alpha = image[..., 3:].astype(np.uint16)
    colour = ((image[..., :3] * alpha + 127) // 255).astype(np.uint8)
    return np.concatenate([colour, image[..., 3:]], -1)
