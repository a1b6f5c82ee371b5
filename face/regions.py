"""Crops of the mouth and the eyes that follow the head: what the region networks see, at the frame's own resolution.

crops = RegionCrops(lip_vertices(model), camera, eye_centres)
matrix = crops.matrix("mouth", deformer.vertices, motion)      # picture heights -> pixels of the crop
RegionPlanes("mouth").cut(planes[4:], matrix, out=cut)         # the conditions at every second pixel of it
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from face.camera import PortraitCamera
from face.conditions import CONDITION_PX
from face.head_model import HeadModel
from face.motion import Motion

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Region:
    """A crop: height and width in pixels, and its width in distances between the centres of the eyeballs."""

    height: int
    width: int
    span: float


#: At a frame of 512 pixels a crop's pixels are about as large as the frame's.
REGIONS: Final = {"mouth": Region(96, 128, 1.35), "eyes": Region(64, 160, 1.8)}
#: The roll is not read off eyes that lie nearer to each other than this share of their distance: a head in profile.
_LEAST_ACROSS: Final = 0.2


def lip_vertices(model: HeadModel) -> NDArray[np.int64]:
    """The numbers of the lips' vertices, (L,)."""
    return np.unique(np.concatenate([model.lips.upper, model.lips.lower]))


class RegionCrops:
    """The crops of one avatar's head."""

    def __init__(self, lips: NDArray[np.integer[Any]], camera: PortraitCamera, eye_centres: Floats) -> None:
        """Keep the geometry.

        Args:
            lips: (L,) `lip_vertices`.
            camera: the portrait's.
            eye_centres: (2, 3) head space, the subject's left eye first.
        """
        self._camera = camera
        self._lips = lips
        self._eyes = eye_centres.astype(np.float32)
        self._span = float(np.linalg.norm(eye_centres[0] - eye_centres[1]))

    def matrix(self, name: str, vertices: Floats, motion: Motion) -> Floats:
        """(2, 3) float32: picture coordinates (heights from the centre, x right, y down) to pixels of the crop.

        Args:
            name: of REGIONS.
            vertices: (V, 3) the head with its expression, head space.
            motion: the frame's.
        """
        region, camera = REGIONS[name], self._camera
        points = np.concatenate([self._eyes, vertices[self._lips].mean(0, keepdims=True)])
        seen = camera.seen(points, motion)
        places = camera.project(seen)
        centre = places[:2].mean(0) if name == "eyes" else places[2]
        depth = -float(seen[:2, 2].mean())
        span = self._span * float(motion.pose[6]) * camera.focal / depth  # picture heights
        scale = region.width / (region.span * span)
        across = places[0] - places[1]
        lean = float(np.arctan2(across[1], across[0])) if across[0] > _LEAST_ACROSS * span else 0.0
        c, s = float(np.cos(lean)) * scale, float(np.sin(lean)) * scale
        matrix = np.array([[c, s, 0.0], [-s, c, 0.0]])
        matrix[:, 2] = (region.width / 2, region.height / 2) - matrix[:, :2] @ centre
        return matrix.astype(np.float32)


class RegionPlanes:
    """Cuts a region's conditions out of a frame's, at every second pixel of the crop, to the nearest pixel."""

    def __init__(self, name: str) -> None:
        """Allocate.

        Args:
            name: of REGIONS.
        """
        region = REGIONS[name]
        v, u = np.mgrid[1 : region.height : 2, 1 : region.width : 2].astype(np.float32)
        self._crop = np.stack([u.ravel(), v.ravel()])
        self._places = np.zeros_like(self._crop)
        self._numbers = np.zeros((2, self._crop.shape[1]), np.int64)

    def cut(self, planes: Floats, matrix: Floats, *, out: Floats) -> Floats:
        """Fill and return `out`.

        Args:
            planes: (C, CONDITION_PX, CONDITION_PX), contiguous.
            matrix: (2, 3) `RegionCrops.matrix`.
            out: (C, height / 2, width / 2), contiguous. Beyond the picture its edge continues.
        """
        inverse = np.linalg.inv(matrix[:, :2]).astype(np.float32)
        shift = np.float32(0.5) - inverse @ matrix[:, 2]
        np.matmul(inverse, self._crop, out=self._places)
        self._places += shift[:, None]
        self._places *= CONDITION_PX
        np.clip(self._places, 0, CONDITION_PX - 1, out=self._places)
        np.copyto(self._numbers, self._places, casting="unsafe")
        self._numbers[1] *= CONDITION_PX
        self._numbers[0] += self._numbers[1]
        flat = planes.reshape(len(planes), -1)
        np.take(flat, self._numbers[0], axis=1, out=out.reshape(len(planes), -1), mode="clip")
        return out
