"""StudentWeights: the two networks of a THA4 character as arrays, split and scaled for drawing.

    weights = load_weights(Path("avatars/mio-tha/student.npz"))

Both networks compute every pixel from its position and the pose: `sin(omega * (W x + b))` layer after layer (SIREN). The
first layer of each level has its columns split by what they multiply: the position, the pose, the level below. Omega is
in the weights of sine layers.

Sources: V. Sitzmann et al., "Implicit Neural Representations with Periodic Activation Functions", NeurIPS 2020, eq. 5;
P. Khungurn, "Talking Head Anime 4: Distillation for Real-Time Performance", WACV 2025 (arXiv 2311.17409).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.array_file import read_arrays
from face.errors import AvatarError
from protocol.errors import FileError
from runtime.tha.parameters import FACE_PARAMETERS, PARAMETERS

Floats = NDArray[np.float32]

#: Frequency of the sine layers, SIREN's omega_0.
OMEGA: Final = 30.0
#: Side of a character's picture, and of the face's in it, and the face's first row and column, pixels.
PICTURE_PX: Final = 512
FACE_PX, FACE_TOP, FACE_LEFT = 128, 80, 192
#: The face's sine layers, and their width.
FACE_LAYERS, FACE_WIDTH = 8, 128
#: The body's levels: width of their sine layers; each has three and twice the side of the one before.
BODY_WIDTHS: Final = (360, 180, 90)
#: Side of the body's first level, pixels.
BODY_PX: Final = 128
#: What the body's network says of a pixel: change of the sampled position (2), opacity of its own colour, the colour (4).
FIELDS: Final = 7
#: Of the file; its arrays have 1.8 MB.
MAX_BYTES: Final = 8 * 1024 * 1024


def _shapes() -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}

    def linear(name: str, out: int, into: int) -> None:
        found[f"{name}.weight"], found[f"{name}.bias"] = (out, into), (out,)

    def first(name: str, out: int, pose: int, below: int = 0) -> None:
        found[f"{name}.position"], found[f"{name}.pose"], found[f"{name}.bias"] = (
            (out, 2),
            (out, pose),
            (out,),
        )
        if below:
            found[f"{name}.below"] = (out, below)

    first("face.0", FACE_WIDTH, FACE_PARAMETERS)
    for k in range(1, FACE_LAYERS):
        linear(f"face.{k}", FACE_WIDTH, FACE_WIDTH)
    linear("face.out", 4, FACE_WIDTH)
    for level, width in enumerate(BODY_WIDTHS):
        first(f"body.{level}.0", width, PARAMETERS, width if level else 0)
        linear(f"body.{level}.1", width, width)
        linear(f"body.{level}.2", BODY_WIDTHS[min(level + 1, len(BODY_WIDTHS) - 1)], width)
    linear("body.out", FIELDS, BODY_WIDTHS[-1])
    return found


#: Name -> shape of every array, float32.
SHAPES: Final[dict[str, tuple[int, ...]]] = _shapes()


def load_weights(path: Path) -> dict[str, Floats]:
    """Read and check a character's weights.

    Raises:
        AvatarError: a file that is no npz, is too large, or holds other arrays.
    """
    try:
        arrays = read_arrays(path, max_bytes=MAX_BYTES, follow_links=False)
    except FileError as error:
        raise AvatarError(f"{error}; import the character again") from error
    return checked_weights(arrays, str(path))


def checked_weights(arrays: Mapping[str, NDArray[np.generic]], where: str) -> dict[str, Floats]:
    """The arrays, if they are a character's.

    Args:
        where: for messages.

    Raises:
        AvatarError: one is missing, or has another shape or type, or a number that is not finite.
    """
    found = {}
    for name, shape in SHAPES.items():
        array = arrays.get(name)
        if array is None or array.shape != shape or array.dtype != np.float32:
            got = "nothing" if array is None else f"{array.dtype} of the shape {array.shape}"
            raise AvatarError(
                f"{where}: {name} is {got}, expected float32 of the shape {shape}; import the character again"
            )
        values: Floats = np.ascontiguousarray(array, np.float32)
        if not np.isfinite(values).all():
            raise AvatarError(f"{where}: {name} has a number that is not finite; import the character again")
        found[name] = values
    return found
