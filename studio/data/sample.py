"""StudioSample: one picture with its labels, and its files.

    files = encode_sample(sample)                   # {"image.png": bytes, ...}
    sample = decode_sample(sample.key, files)

Depth is quantised to DEPTH_STEP, normals to 0.05 degrees, and the background is a lossy WebP; all else is exact. The files
are PNG, WebP and JSON; nothing is pickled.
"""

from __future__ import annotations

import io
import zlib
from dataclasses import dataclass
from typing import Any, Final

import msgspec
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from studio.data.labels import Labels, SampleId, camera_of, labels_from_json, labels_of, labels_to_json
from studio.errors import StudioError
from studio.labelled_image import LabelledImage
from studio.renderer import StudioPicture

#: Head-model units (about centimetres) that one step of depth.png stands for; 0 is background.
DEPTH_STEP: Final = 0.005
#: normal.png holds two octahedral coordinates, 0 to NORMAL_TOP, side by side; NO_NORMAL is background.
NORMAL_TOP: Final = 4095
NO_NORMAL: Final = 65535
FILES: Final = ("image.png", "background.webp", "part.png", "normal.png", "depth.png", "label.json")


@dataclass(frozen=True, slots=True, eq=False)
class StudioSample(LabelledImage):
    """One picture of a data set.

    Attributes:
        key: its name in the data set.
        labels: everything that has no value for each pixel.
    """

    key: str
    labels: Labels

    def plucker_rays(self) -> NDArray[np.float32]:
        """(S, S, 6) float32, every pixel's ray as in `StudioCamera.plucker_rays`, computed from the camera."""
        return camera_of(self.labels).plucker_rays(self.image.shape[0])


def sample_of(picture: StudioPicture, sample_id: SampleId) -> StudioSample:
    """A drawn picture as a sample, without encoding it."""
    return StudioSample(
        key=sample_id.key,
        image=picture.image,
        background=picture.background,
        part=picture.part,
        normal=picture.normal,
        depth=picture.depth,
        labels=labels_of(picture, sample_id),
    )


def encode_sample(sample: StudioSample) -> dict[str, bytes]:
    """The files of a sample: suffix in the shard (one of FILES) -> content. The same sample gives the same bytes."""
    depth = np.minimum(np.rint(sample.depth / DEPTH_STEP), 65535).astype(np.uint16)
    return {
        "image.png": _png(sample.image),
        "background.webp": _webp(sample.background),
        "part.png": _png(sample.part),
        "normal.png": _png(pack_normals(sample.normal)),
        "depth.png": _png(depth),
        "label.json": msgspec.json.encode(labels_to_json(sample.labels)),
    }


def decode_sample(key: str, files: dict[str, bytes]) -> StudioSample:
    """Read a sample from its files.

    Args:
        files: suffix in the shard (all of FILES) -> content.

    Raises:
        StudioError: a file is missing or damaged.
    """
    missing = [name for name in FILES if name not in files]
    if missing:
        raise StudioError(f"sample {key} has no {', '.join(missing)}; render its shard again")
    try:
        image, background, part, normal, depth = (
            np.asarray(Image.open(io.BytesIO(files[name]), formats=("PNG", "WEBP")))
            for name in FILES
            if name != "label.json"
        )
        labels = msgspec.json.decode(files["label.json"], type=dict[str, Any])
    except (OSError, ValueError, SyntaxError, msgspec.MsgspecError) as error:
        raise StudioError(f"sample {key} is damaged ({error}); render its shard again") from error
    return StudioSample(
        key=key,
        image=image,
        background=background,
        part=part,
        normal=unpack_normals(normal),
        depth=(depth * np.float32(DEPTH_STEP)).astype(np.float32),
        labels=labels_from_json(labels),
    )


def pack_normals(normal: NDArray[np.float32]) -> NDArray[np.uint16]:
    """Encode normals as octahedral coordinates.

    Args:
        normal: (S, S, 3) float32, unit vectors, or 0 for background.

    Returns:
        (S, 2 S) uint16: u in the left half and v in the right, 0..NORMAL_TOP, or NO_NORMAL.

    Source: Z. Cigolle et al., "A survey of efficient representations for independent unit vectors", JCGT 3, 2014.
    """
    length = np.abs(normal).sum(-1)
    x, y = (normal[..., axis] / np.maximum(length, 1e-9) for axis in (0, 1))
    below = normal[..., 2] < 0.0
    u = np.where(below, (1.0 - np.abs(y)) * np.where(x < 0, -1.0, 1.0), x)
    v = np.where(below, (1.0 - np.abs(x)) * np.where(y < 0, -1.0, 1.0), y)
    packed = np.concatenate([u, v], 1)
    steps = np.rint((packed * 0.5 + 0.5) * NORMAL_TOP).astype(np.uint16)
    steps[np.concatenate([length, length], 1) == 0.0] = NO_NORMAL
    return steps


def unpack_normals(packed: NDArray[Any]) -> NDArray[np.float32]:
    """The inverse of `pack_normals`: (S, 2 S) uint16 -> (S, S, 3) float32."""
    half = packed.shape[1] // 2
    u, v = (
        part.astype(np.float32) * np.float32(2.0 / NORMAL_TOP) - np.float32(1.0)
        for part in (packed[:, :half], packed[:, half:])
    )
    z = 1.0 - np.abs(u) - np.abs(v)
    fold = np.maximum(-z, 0.0)
    normal = np.stack([u - np.copysign(fold, u), v - np.copysign(fold, v), z], -1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    normal[packed[:, :half] == NO_NORMAL] = 0.0
    return normal.astype(np.float32)


def _webp(array: NDArray[np.uint8]) -> bytes:
    content = io.BytesIO()
    Image.fromarray(array).save(content, "WEBP", quality=90, method=0)
    return content.getvalue()


def _png(array: NDArray[Any]) -> bytes:
    content = io.BytesIO()
    # run-length encoding alone is faster here, and smaller for rows that PNG has filtered
    Image.fromarray(array).save(content, "PNG", compress_level=1, compress_type=zlib.Z_RLE)
    return content.getvalue()
