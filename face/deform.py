"""FaceDeformer: ARKit weights and gaze -> the head's vertices, fast.

The slow reference is `HeadModel.expressed`; a blink here also overrides the other lid shapes, so that the eye shuts
exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from face.eyeballs import set_look_shapes
from face.rig import HeadRig
from protocol.blendshapes import INDEX

Floats = NDArray[np.float32]

_BLINK = (INDEX["eyeBlinkLeft"], INDEX["eyeBlinkRight"])
#: Lid shapes by side that fade out as the lid closes: added to a blink they would leave a gap or close the lid twice.
_OVERRIDDEN = tuple(
    [INDEX[f"{name}{side}"] for name in ("eyeWide", "eyeLookUp", "eyeLookDown", "eyeSquint")]
    for side in ("Left", "Right")
)

_VERTEX = np.dtype((np.void, 12))


@dataclass(frozen=True, slots=True, eq=False)
class SkinCodes:
    """Weights of further rows, piecewise linear in the expression: the larger of 0 and weight @ expression + bias.

    Attributes:
        weight: (R, 52) float32. bias: (R,) float32.
    """

    weight: Floats
    bias: Floats


def with_lids(expression: Floats, gaze: Floats, *, out: Floats) -> Floats:
    """ARKit weights with the gaze's lid shapes, and without the lid shapes that a blink overrides.

    Args:
        expression: (52,) float32, 0..1.
        gaze: (2,) yaw and pitch, radians.
        out: (52,) float32, overwritten and returned.
    """
    out[:] = expression
    set_look_shapes(out, gaze)
    for side in (0, 1):
        out[_OVERRIDDEN[side]] *= 1 - out[_BLINK[side]]
    return out


def deform_basis(rig: HeadRig) -> tuple[NDArray[np.int32], Floats]:
    """The fixed part of a deformation.

    Returns:
        moving: (M,) int32, the vertices that any shape moves.
        basis: (54, 3 M) float32, their displacement by the 52 shapes and the two lid closings.
    """
    shapes = rig.model.expression
    extra = np.zeros((2, *rig.neutral.shape), np.float32)
    for side in (0, 1):
        extra[side, rig.lid_vertices[side]] = rig.lid_closing[side]
    basis = np.concatenate([shapes, extra])
    moving = np.flatnonzero(np.abs(basis).max((0, 2)) > 0).astype(np.int32)
    return moving, np.ascontiguousarray(basis[:, moving].reshape(len(basis), -1))


class FaceDeformer:
    """Applies expressions to one avatar's head. Owns its arrays but the basis; used from one thread."""

    def __init__(self, rig: HeadRig) -> None:
        self._set(rig.neutral, *deform_basis(rig))

    @classmethod
    def of(
        cls, neutral: Floats, moving: NDArray[np.int32], basis: Floats, codes: SkinCodes | None = None
    ) -> Self:
        """A deformer of arrays that are prepared already.

        Args:
            neutral: (V, 3) float32 head without expression.
            moving, basis: as `deform_basis` returns them; may be read-only, and must stay as they are.
            codes: of further rows of the basis, R in all, or None.
        """
        made = cls.__new__(cls)
        made._set(neutral, moving, basis, codes)
        return made

    def _set(
        self, neutral: Floats, moving: NDArray[np.int32], basis: Floats, codes: SkinCodes | None = None
    ) -> None:
        self.moving = moving
        self._basis = basis
        self._codes = codes
        self._neutral = np.ascontiguousarray(neutral[moving].reshape(-1))
        rows = 0 if codes is None else len(codes.bias)
        self._all = np.zeros(len(basis), np.float32)
        self._weights, self._further = self._all[: len(basis) - rows], self._all[len(basis) - rows :]
        self._flat = np.zeros_like(self._neutral)
        self._part = np.zeros_like(self._neutral)
        #: (V, 3) float32, overwritten by every `deform`.
        self.vertices: Floats = np.array(neutral, np.float32, order="C")
        #: (V, 3) how far each vertex moved from neutral, overwritten by every `deform`.
        self.delta: Floats = np.zeros_like(self.vertices)
        # the same memory, a vertex an element: numpy copies these three times as fast as rows of three numbers
        self._moved, self._vertices, self._delta = (
            each.reshape(-1).view(_VERTEX) for each in (self._flat, self.vertices, self.delta)
        )

    def weights(self, expression: Floats, gaze: Floats) -> Floats:
        """Basis weights (54,) of an expression (52,) and a gaze (2,): the shapes of `with_lids`, then two lid closings."""
        weights = self._weights
        with_lids(expression, gaze, out=weights[:52])
        for side in (0, 1):
            weights[52 + side] = (
                weights[_BLINK[side]] ** 2
            )  # squared: a half-closed eye needs little of the correction
        return weights

    def deform(self, expression: Floats, gaze: Floats) -> Floats:
        """Vertices (V, 3) float32 in head space for ARKit weights (52,) and a gaze (2,); the array is reused."""
        weights = self.weights(expression, gaze)
        if self._codes is not None:
            further = self._further
            np.einsum("k,rk->r", weights[:52], self._codes.weight, out=further)
            further += self._codes.bias
            np.maximum(further, 0.0, out=further)
        # Row by row, because few shapes are there at a time. Not matmul: its BLAS threads compete with those of software
        # OpenGL for the cores, which cost 8 ms a frame at the 95th percentile.
        self._flat.fill(0.0)
        for row in np.flatnonzero(self._all):
            np.multiply(self._basis[row], self._all[row], out=self._part)
            self._flat += self._part
        np.put(self._delta, self.moving, self._moved)
        self._flat += self._neutral
        np.put(self._vertices, self.moving, self._moved)
        return self.vertices
