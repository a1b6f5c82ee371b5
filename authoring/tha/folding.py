"""A THA4 character's state dicts -> the arrays that the runtime draws with (`runtime.tha.weights`).

    weights = folded(read_torch_file(face, ...), read_torch_file(body, ...))

Names and shapes are those of the original's modules; nothing is left out, and nothing may be left over.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from authoring.errors import AuthoringError
from runtime.tha.parameters import FACE_PARAMETERS, PARAMETERS
from runtime.tha.weights import BODY_WIDTHS, FACE_LAYERS, OMEGA, SHAPES

Floats = NDArray[np.float32]
State = Mapping[str, NDArray[Any]]

#: The original's layer -> ours, face and body.
FACE_NAMES: Final = {f"siren.sine_layers.{k}.linear": f"face.{k}" for k in range(FACE_LAYERS)} | {
    "siren.last_linear": "face.out"
}
BODY_NAMES: Final = {
    f"siren_layers.{level}.{k}.linear": f"body.{level}.{k}"
    for level in range(len(BODY_WIDTHS))
    for k in range(3)
} | {"last_linear": "body.out"}


def folded(face: State, body: State, *, face_file: str, body_file: str) -> dict[str, Floats]:
    """All arrays of SHAPES.

    Args:
        face, body: state dicts of the two networks.
        face_file, body_file: where they are from, for messages.

    Raises:
        AuthoringError: a tensor is missing, superfluous, of another shape or type, or has a number that is not finite.
    """
    made = _network(face, FACE_NAMES, FACE_PARAMETERS, face_file)
    return made | _network(body, BODY_NAMES, PARAMETERS, body_file)


def expected_shapes(names: Mapping[str, str], pose: int) -> dict[str, tuple[int, ...]]:
    """The original's tensor -> its shape.

    Args:
        names: FACE_NAMES or BODY_NAMES. pose: how many parameters the network takes.
    """
    found: dict[str, tuple[int, ...]] = {}
    for theirs, ours in names.items():
        if f"{ours}.weight" in SHAPES:
            out, into = SHAPES[f"{ours}.weight"]
        else:
            out = SHAPES[f"{ours}.position"][0]
            into = SHAPES.get(f"{ours}.below", (out, 0))[1] + 2 + pose
        found[f"{theirs}.weight"], found[f"{theirs}.bias"] = (out, into, 1, 1), (out,)
    return found


def _network(state: State, names: Mapping[str, str], pose: int, file: str) -> dict[str, Floats]:
    _check(state, expected_shapes(names, pose), file)
    made: dict[str, Floats] = {}
    for theirs, ours in names.items():
        omega = 1.0 if ours.endswith(".out") else OMEGA
        weight = state[f"{theirs}.weight"][:, :, 0, 0].astype(np.float64) * omega
        parts = {"weight": weight}
        if f"{ours}.position" in SHAPES:  # columns: the level below, x and y, the pose
            below = weight.shape[1] - 2 - pose
            parts = {"position": weight[:, below : below + 2], "pose": weight[:, below + 2 :]}
            if below:
                parts["below"] = weight[:, :below]
        parts["bias"] = state[f"{theirs}.bias"].astype(np.float64) * omega
        made |= {f"{ours}.{part}": np.ascontiguousarray(v, np.float32) for part, v in parts.items()}
    return made


def _check(state: State, expected: Mapping[str, tuple[int, ...]], file: str) -> None:
    """Check that a state dict is exactly this network's."""
    for name, shape in expected.items():
        array = state.get(name)
        if array is None:
            raise AuthoringError(
                f"{file} has no {name}; expected a THA4 student of the published size, "
                f"such as data/character_models/lambda_00 of the THA4 demo"
            )
        if array.shape != shape:
            raise AuthoringError(
                f"{file}: {name} has the shape {array.shape}, expected {shape}; "
                "only students of the published size can be drawn"
            )
        if array.dtype.kind != "f" or not np.isfinite(array).all():
            raise AuthoringError(
                f"{file}: {name} holds no finite numbers ({array.dtype}); copy the file again"
            )
    left = sorted(set(state) - set(expected))
    if left:
        raise AuthoringError(
            f"{file} holds {left[0][:80]!r} as well, which no THA4 student has; "
            "are face_morpher_file_name and body_morpher_file_name the right way round?"
        )
