"""Drafter: draws the drafts of one avatar after another, with the conditions and the crops that belong to them.

    drafter = Drafter()
    rig = drafter.set_avatar(load_avatar(folder))
    row = drafter.row(motion, vertices, places, Truth(image, part, landmarks))      # one pair, by the names of PersonPairs

The truth beside a draft comes from the studio, or is a photograph.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from face.avatar import Avatar
from face.conditions import CODE, frame_code
from face.motion import Motion
from face.regions import REGIONS, RegionCrops, lip_vertices
from face.rig import HeadRig, load_rig
from face.textures import load_picture
from runtime.engines.condition_pass import ConditionPass
from runtime.engines.head import HeadEngine
from runtime.engines.head_prepare import MARGIN_SHARE
from training.pairs.person_pairs import DRAWN_PX, PAIR_PX, PersonPairs

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]
#: One pair: name of a `PersonPairs` array -> its value without N.
Row = dict[str, NDArray[np.generic]]


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """How a draft should look.

    Attributes:
        image: (DRAWN_PX, DRAWN_PX, 4) uint8 RGBA, premultiplied. part: (DRAWN_PX, DRAWN_PX) uint8, studio PARTs.
        landmarks: (478, 2) float32, MediaPipe's; picture heights from the centre, x right, y down.
    """

    image: Bytes
    part: Bytes
    landmarks: Floats


class Drafter:
    """Owns a head engine; used from the thread that made it."""

    def __init__(self) -> None:
        """Open the engine, which takes a second.

        Raises:
            RuntimeFailure: there is no OpenGL 3.3.
        """
        self._engine = HeadEngine(DRAWN_PX)
        self._conditions = ConditionPass(self._engine.gl)

    def set_avatar(self, avatar: Avatar) -> HeadRig:
        """Draw this avatar from now on."""
        self._rig = load_rig(avatar)
        self._conditions.release_head()
        self._engine.set_avatar(replace(avatar, background="keep"))
        self._plate = small(_inner(load_picture(avatar, "plate", None)))
        self._crops = RegionCrops(lip_vertices(self._rig.model), self._rig.camera, self._rig.eye_centres)
        self._head_is_set = False
        return self._rig

    def draw(self, motion: Motion) -> tuple[Bytes, Bytes]:
        """The draft (DRAWN_PX, DRAWN_PX, 4) uint8 RGBA, premultiplied, valid until the next one, and the second and third
        picture of conditions (2, P, P, 4) uint8."""
        head = self._engine.draw(motion)
        if not self._head_is_set:
            self._conditions.set_head(head)
            self._head_is_set = True
            self._engine.draw(motion)
        pictures = self._conditions.draw(head, self._engine.drawn, motion)[1:].copy()
        drawn = np.frombuffer(self._engine.drawn.read(), np.uint8).reshape(DRAWN_PX, DRAWN_PX, 4)
        return drawn, pictures

    def shown(self, motion: Motion) -> Bytes:
        """The avatar over its background, (DRAWN_PX, DRAWN_PX, 3) RGB."""
        return self._engine.render(motion, 0.0)[..., :3].copy()

    def row(self, motion: Motion, vertices: Floats, places: Floats, truth: Truth) -> Row:
        """One pair, by the names of `PersonPairs`.

        Args:
            vertices: (V, 3) the head with the motion's expression, head space.
            places: (478, 2) where the draft shows MediaPipe's landmarks of the portrait's face, as `Truth.landmarks`.
        """
        drawn, conditions = self.draw(motion)
        matrices = {name: self._crops.matrix(name, vertices, motion) for name in REGIONS}
        regions = {
            name: np.stack([cropped(one, matrix, name) for one in (drawn, truth.image)])
            for name, matrix in matrices.items()
        }
        return {
            "draft": small(drawn),
            "truth": small(truth.image),
            "conditions": conditions,
            "part": truth.part[::2, ::2],
            "code": frame_code(motion, self._rig.camera, out=np.zeros(CODE, np.float32)),
            "place_draft": places,
            "place_truth": truth.landmarks,
            **regions,
            **{f"{name}_crop": matrix for name, matrix in matrices.items()},
        }

    def pairs(self, rows: list[Row], portrait: Bytes, identity: int) -> PersonPairs:
        """One person's rows, the first of which is at the portrait's own motion.

        Args:
            portrait: (DRAWN_PX, DRAWN_PX, 3) uint8 RGB.
        """
        own = Motion.neutral()
        own.values[:] = self._rig.portrait
        draft, conditions = self.draw(own)
        return PersonPairs(
            **{name: np.stack([row[name] for row in rows]) for name in rows[0]},  # type: ignore[arg-type]
            portrait_draft=small(draft),
            portrait_conditions=conditions,
            portrait=small(portrait),
            plate=self._plate,
            identity=np.array(identity, np.int64),
        )

    def close(self) -> None:
        """Close the engine; may be called twice."""
        self._engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def small(picture: Bytes) -> Bytes:
    """A picture (S, S, C) at PAIR_PX, averaged."""
    return np.asarray(cv2.resize(picture, (PAIR_PX, PAIR_PX), interpolation=cv2.INTER_AREA))


def _inner(picture: Bytes) -> Bytes:
    """A texture without its margin."""
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
