"""HeadModel: a linear head model on Omote's own topology, made by `training.head_model`.

    model = load_head_model()
    vertices = model.shape(identity)            # a neutral head

Head space: right-handed, +X to the subject's left, +Y up, +Z out of the face, about centimetres.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

import numpy as np
from numpy.typing import NDArray

MODEL_FILE: Final = "head_model.npz"


@dataclass(frozen=True, slots=True, eq=False)
class Loop:
    """A lid or lip edge: vertex indices of its upper and lower half, each from -X to +X, corners in both."""

    upper: NDArray[np.int32]
    lower: NDArray[np.int32]


@dataclass(frozen=True, slots=True, eq=False)
class HeadModel:
    """The arrays that all avatars share.

    Attributes:
        vertices: (V, 3) float32, the mean head.
        identity: (K, V, 3) float32; a weight of 1 is one standard deviation, strongest mode first.
        expression: (52, V, 3) float32, ARKit shapes in `protocol.blendshapes` order; eyeLook* move lids only.
        triangles: part name -> (T, 3) int32, counter-clockwise from outside.
        uv: (V, 2) float32 atlas coordinates of the part "face", 0..1, v up, mirror-symmetric about u = 0.5; 0 for
            other parts.
        lids: the lid edges of the subject's left and right eye.
        lips: the inner edge of the lips.
        pivot: (3,) point about which the head turns on the neck.
    """

    vertices: NDArray[np.float32]
    identity: NDArray[np.float32]
    expression: NDArray[np.float32]
    triangles: dict[str, NDArray[np.int32]]
    uv: NDArray[np.float32]
    lids: tuple[Loop, Loop]
    lips: Loop
    pivot: NDArray[np.float32]

    def shape(self, identity: NDArray[np.float32]) -> NDArray[np.float32]:
        """Neutral head (V, 3) float32 of identity weights (up to K,), in standard deviations."""
        count = len(identity)
        flat = self.identity[:count].reshape(count, -1)
        return self.vertices + (identity.astype(np.float32) @ flat).reshape(-1, 3)

    def expressed(self, neutral: NDArray[np.float32], expression: NDArray[np.float32]) -> NDArray[np.float32]:
        """A head (V, 3) with ARKit weights (52,) applied. The slow reference of `face.deform`."""
        return neutral + np.tensordot(expression.astype(np.float32), self.expression, 1)

    def part(self, *names: str) -> NDArray[np.int32]:
        """Triangles (T, 3) of several parts together."""
        return np.concatenate([self.triangles[name] for name in names])

    def eye_centre(self, vertices: NDArray[np.float32], side: int) -> NDArray[np.float32]:
        """Mean (3,) of an eyeball's vertices, so linear in them; side 0 is the subject's left."""
        return np.asarray(vertices[self.eyeball(side)].mean(0), np.float32)

    def eyeball(self, side: int) -> NDArray[np.int32]:
        """Vertex indices (N,) of an eyeball; side 0 is the subject's left."""
        return np.unique(self.triangles[("eyeball_left", "eyeball_right")[side]])


@cache
def load_head_model() -> HeadModel:
    """The head model that ships with Omote; cached, not to be changed."""
    with (
        resources.files("face").joinpath(MODEL_FILE).open("rb") as file,
        np.load(file, allow_pickle=False) as data,
    ):
        step = float(data["step"])
        labels = data["labels"]
        triangles = data["triangles"].astype(np.int32)

        def loop(name: str) -> Loop:
            return Loop(data[f"{name}_upper"].astype(np.int32), data[f"{name}_lower"].astype(np.int32))

        return HeadModel(
            vertices=data["vertices"],
            identity=data["identity"].astype(np.float32) * step,
            expression=data["expression"].astype(np.float32) * step,
            triangles={str(name): triangles[labels == i] for i, name in enumerate(data["part_names"])},
            uv=data["uv"],
            lids=(loop("lids_left"), loop("lids_right")),
            lips=loop("lips"),
            pivot=data["pivot"],
        )
