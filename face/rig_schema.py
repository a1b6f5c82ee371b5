"""What every array of a rig must be: shape, kind of number, range, and indices that exist.

check_rig(arrays, model)     # raises RigSchemaError with the first array that is wrong

An OpenGL driver may crash on an index out of range, and a picture be NaN throughout from one number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from face.errors import RigSchemaError
from face.head_model import HeadModel
from protocol.channels import CHANNELS

#: The rows of `mouth_colours`: what is lit, and what all of it darkens to.
MOUTH_COLOURS: Final = ("socket", "gums", "tongue", "teeth", "shadow")
MAX_POINTS: Final = 100_000
MAX_TRIANGLES: Final = 200_000
MAX_LID_VERTICES: Final = 7_000
#: Largest deviation of a rotation matrix times its transpose from the identity.
_ROTATION_ERROR: Final = 0.01


@dataclass(frozen=True, slots=True)
class ArraySchema:
    """What one array must be.

    Attributes:
        shape: numbers, or names of numbers that several arrays share: "sheet" = vertices of the sheet,
            "sheet triangles", "lids" = vertices of one eye's lids.
        low, high: its values lie between them; of an index array, high is the name of the vertices.
    """

    shape: tuple[int | str, ...]
    low: float = 0.0
    high: float | str = 1.0


def _mesh(name: str) -> dict[str, ArraySchema]:
    return {
        f"{name}_vertices": ArraySchema((name, 3), -1e4, 1e4),
        f"{name}_follow": ArraySchema((name,), -0.01, 1.01),
        f"{name}_triangles": ArraySchema((f"{name} triangles", 3), 0, name),
    }


def _sheet(name: str) -> dict[str, ArraySchema]:
    return _mesh(name) | {
        f"{name}_uv": ArraySchema((name, 2), -1.0, 2.0),
        f"{name}_bound": ArraySchema((name,), 0, "head"),
        f"{name}_bound_share": ArraySchema((name,), -0.01, 1.01),
    }


SCHEMA: Final[dict[str, ArraySchema]] = {
    "focal": ArraySchema((), 0.1, 100.0),
    "rotation": ArraySchema((3, 3), -1.01, 1.01),
    "translation": ArraySchema((3,), -1e4, 1e4),
    "pivot": ArraySchema((3,), -1e3, 1e3),
    "neutral": ArraySchema(("head", 3), -1e3, 1e3),
    "eye_centres": ArraySchema((2, 3), -1e3, 1e3),
    "iris_sine": ArraySchema((2,), 0.01, 1.0),
    "lid_vertices": ArraySchema((2, "lids"), 0, "head"),
    "lid_closing": ArraySchema((2, "lids", 3), -1e2, 1e2),
    "mouth_colours": ArraySchema((len(MOUTH_COLOURS), 3), 0.0, 10.0),
    "lid_paint": ArraySchema(("head", 4)),
    "mouth_view": ArraySchema((3,), -10.0, 10.0),
    "teeth_places": ArraySchema(("head", 2), -1.0, 2.0),
    "ink": ArraySchema((4,)),
    "portrait": ArraySchema((len(CHANNELS),), -1e2, 1e2),
    **_sheet("sheet"),
    **_sheet("back"),
    **_mesh("neck"),
    "neck_colours": ArraySchema(("neck", 4), -0.01, 1.01),
}
_LIMITS: Final = {
    "lids": MAX_LID_VERTICES,
    **dict.fromkeys(("sheet", "back", "neck"), MAX_POINTS),
    **{f"{name} triangles": MAX_TRIANGLES for name in ("sheet", "back", "neck")},
}


def check_rig(arrays: dict[str, NDArray[Any]], model: HeadModel) -> dict[str, NDArray[Any]]:
    """Check all arrays of SCHEMA; others are left out.

    Returns:
        name -> array, float32 or int32 in this machine's byte order and C order, as they are drawn.

    Raises:
        RigSchemaError: an array is missing or wrong.
    """
    lengths = {"head": len(model.vertices)}
    checked = {}
    for name, schema in SCHEMA.items():  # vertices come before the arrays that share their number
        if name not in arrays:
            raise RigSchemaError(f"{name} is missing")
        checked[name] = _checked(name, arrays[name], schema, lengths)
    for name, schema in SCHEMA.items():
        if isinstance(schema.high, str):
            checked[name] = _indices(name, checked[name], lengths[schema.high])
    turn = checked["rotation"].astype(np.float64)
    if np.abs(turn @ turn.T - np.eye(3)).max() > _ROTATION_ERROR:
        raise RigSchemaError("rotation is no rotation matrix")
    if checked["translation"][2] > -1.0:
        raise RigSchemaError(f"translation has z = {checked['translation'][2]:g}, expected -1 or less")
    return checked


def _checked(name: str, values: NDArray[Any], schema: ArraySchema, lengths: dict[str, int]) -> NDArray[Any]:
    """One array, converted; `lengths` learns the named numbers that it is the first to use."""
    is_index = isinstance(schema.high, str)
    expected = [
        lengths.get(size, values.shape[axis] if axis < values.ndim else size)
        if isinstance(size, str)
        else size
        for axis, size in enumerate(schema.shape)
    ]
    if list(values.shape) != expected or values.dtype.kind != ("i" if is_index else "f"):
        raise RigSchemaError(
            f"{name} is {values.dtype}{list(values.shape)}, expected {'int' if is_index else 'float'}{expected}"
        )
    for size, length in zip(schema.shape, values.shape, strict=True):
        if isinstance(size, str) and size not in lengths:
            if length > _LIMITS[size] or (length == 0 and size != "lids"):
                raise RigSchemaError(f"{name} has {length} rows, expected 1 to {_LIMITS[size]}")
            lengths[size] = length
    if is_index:
        return values  # checked below, when all numbers of vertices are known; then converted
    if not np.isfinite(values).all():
        raise RigSchemaError(f"{name} holds non-finite numbers")
    assert not isinstance(schema.high, str)
    if values.size and not (values.min() >= schema.low and values.max() <= schema.high):
        worst = values.flat[int(np.abs(values).argmax())]
        raise RigSchemaError(f"{name} holds {worst:g}, expected {schema.low:g} to {schema.high:g}")
    return np.array(values, np.float32, order="C")


def _indices(name: str, values: NDArray[Any], count: int) -> NDArray[np.int32]:
    if values.size and not (values.min() >= 0 and values.max() < count):
        raise RigSchemaError(f"{name} has vertex indices out of range, expected 0 to {count - 1}")
    return np.array(values, np.int32, order="C")
