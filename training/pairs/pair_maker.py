"""PairMaker: draws the training pairs of one person, through the same way that a user's portrait takes.

    with PairMaker(source, landmarker) as maker:
        pairs = maker.make(identity, count=40, seed=0)      # None: the portrait was refused, or fits badly

portrait (studio) -> `avatar make` -> drafts and conditions (head engine), beside the truth (studio).
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from authoring.errors import AuthoringError
from authoring.photo import LOOSE_FIT_PX, AvatarOptions, avatar_from_photo
from authoring.portrait.canvas import FACE_SHARE
from authoring.portrait.detect import AT_ONCE
from face.avatar import load_avatar
from face.camera import PortraitCamera
from face.conditions import CODE, frame_code
from face.motion import Motion
from face.regions import REGIONS, RegionCrops, lip_vertices
from face.rig import load_rig
from face.textures import load_picture
from measure.draft_geometry import DraftGeometry
from runtime.engines.condition_pass import ConditionPass
from runtime.engines.head import HeadEngine
from runtime.engines.head_prepare import MARGIN_SHARE
from studio.factors import Factors
from studio.head.source import FaceSource
from studio.renderer import Studio
from training.pairs.person_pairs import DRAWN_PX, PAIR_PX, PersonPairs
from training.pairs.recipe import moments, portrait_factors
from vision.landmarker import FaceLandmarker

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]


class PairMaker:
    """Owns a studio, a head engine and a landmarker; used from the thread that made it."""

    def __init__(self, source: FaceSource, face_landmarker: Path) -> None:
        """Open everything, which takes seconds.

        Raises:
            RuntimeFailure: there is no OpenGL 3.3, or no landmarker.
        """
        self._studio = Studio(source)
        self._engine = HeadEngine(DRAWN_PX)
        self._conditions = ConditionPass(self._engine.gl)
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
            avatar = load_avatar(folder)
            rig = load_rig(avatar)
            self._conditions.release_head()
            self._engine.set_avatar(avatar)
            plate = _small(_plate(load_picture(avatar, "plate", None)))
        geometry = DraftGeometry(rig, picture)
        crops = RegionCrops(lip_vertices(rig.model), rig.camera, rig.eye_centres)
        own = Motion.neutral()
        own.values[:] = rig.portrait
        self._head_is_set = False
        portrait_draft, portrait_conditions = self._draft(own)
        rows = [self._pair(geometry, crops, rig.camera, factors, own)]
        rows += [
            self._pair(geometry, crops, rig.camera, moment, geometry.motion(moment))
            for moment in moments(factors, identity, count, seed, clip)
        ]
        stacked = {name: np.stack([row[name] for row in rows]) for name in rows[0]}
        return PersonPairs(
            **stacked,
            portrait_draft=_small(portrait_draft),
            portrait_conditions=portrait_conditions,
            portrait=_small(portrait),
            plate=plate,
            identity=np.array(identity, np.int64),
        )

    def _draft(self, motion: Motion) -> tuple[Bytes, Bytes]:
        """The draft (DRAWN_PX, DRAWN_PX, 4) and the second and third picture of conditions, copied."""
        head = self._engine.draw(motion)
        if not self._head_is_set:
            self._conditions.set_head(head)
            self._head_is_set = True
            self._engine.draw(motion)
        pictures = self._conditions.draw(head, self._engine.drawn, motion)[1:].copy()
        drawn = np.frombuffer(self._engine.drawn.read(), np.uint8).reshape(DRAWN_PX, DRAWN_PX, 4)
        return drawn, pictures

    def _pair(
        self,
        geometry: DraftGeometry,
        crops: RegionCrops,
        camera: PortraitCamera,
        factors: Factors,
        motion: Motion,
    ) -> dict[str, NDArray[np.generic]]:
        drawn, conditions = self._draft(motion)
        truth = self._studio.render(factors, DRAWN_PX)
        true_image = _premultiplied(truth.image)
        head = geometry.expressed(motion)
        matrices = {name: crops.matrix(name, head, motion) for name in REGIONS}
        regions = {
            name: np.stack([cropped(one, matrix, name) for one in (drawn, true_image)])
            for name, matrix in matrices.items()
        }
        return {
            "draft": _small(drawn),
            "truth": _small(true_image),
            "conditions": conditions,
            "part": truth.part[::2, ::2],
            "code": frame_code(motion, camera, out=np.zeros(CODE, np.float32)),
            "place_draft": geometry.places(head, motion),
            "place_truth": truth.mediapipe_landmarks[:, :2] / DRAWN_PX - np.float32(0.5),
            **regions,
            **{f"{name}_crop": matrix for name, matrix in matrices.items()},
        }

    def close(self) -> None:
        """Close engine, studio and landmarker; may be called twice."""
        self._engine.close()
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


def _small(picture: Bytes) -> Bytes:
    return np.asarray(cv2.resize(picture, (PAIR_PX, PAIR_PX), interpolation=cv2.INTER_AREA))


def _plate(picture: Bytes) -> Bytes:
    edge = round(len(picture) * MARGIN_SHARE)
    return np.ascontiguousarray(picture[edge:-edge, edge:-edge, :3])


def cropped(picture: Bytes, matrix: Floats, name: str) -> Bytes:
    """A region (H, W, C) of a square picture, bilinear.

    Args:
        matrix: (2, 3) `RegionCrops.matrix`.
        name: of REGIONS.
    """
    size, region = len(picture), REGIONS[name]
    # heights from the centre -> pixel indices of OpenCV, whose (0, 0) is the centre of the first pixel
    to_heights = np.array([[1 / size, 0, 0.5 / size - 0.5], [0, 1 / size, 0.5 / size - 0.5], [0, 0, 1]])
    warp = matrix.astype(np.float64) @ to_heights
    warp[:, 2] -= 0.5
    return np.asarray(cv2.warpAffine(picture, warp, (region.width, region.height), flags=cv2.INTER_LINEAR))
