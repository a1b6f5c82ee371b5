"""THA4 characters with random weights, written byte by byte as torch.save writes them, without torch."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Tensors = dict[str, NDArray[Any]]
#: Layers as (name, channels in, channels out), by hand from the original's modules.
FACE_LAYERS = (
    *((f"siren.sine_layers.{k}.linear", 41 if k == 0 else 128, 128) for k in range(8)),
    ("siren.last_linear", 128, 4),
)
BODY_LAYERS = (
    ("siren_layers.0.0.linear", 47, 360), ("siren_layers.0.1.linear", 360, 360), ("siren_layers.0.2.linear", 360, 180),
    ("siren_layers.1.0.linear", 227, 180), ("siren_layers.1.1.linear", 180, 180), ("siren_layers.1.2.linear", 180, 90),
    ("siren_layers.2.0.linear", 137, 90), ("siren_layers.2.1.linear", 90, 90), ("siren_layers.2.2.linear", 90, 90),
    ("last_linear", 90, 7),
)  # fmt: skip


def random_state(layers: tuple[tuple[str, int, int], ...], seed: int) -> Tensors:
    """A state dict with SIREN's initial weights; those of the last layer are small, so that faces stay near mid grey."""
    random = np.random.default_rng(seed)
    made: Tensors = {}
    for k, (name, into, out) in enumerate(layers):
        bound = 1.0 / into if k == 0 else sqrt(6.0 / into) / 30.0
        made[f"{name}.weight"] = random.uniform(-bound, bound, (out, into, 1, 1)).astype(np.float32)
        made[f"{name}.bias"] = random.uniform(-bound, bound, out).astype(np.float32)
    return made


def random_poses(count: int, seed: int = 0) -> NDArray[np.float32]:
    """(count, 45) parameters in their ranges, half of those of the face at rest."""
    random = np.random.default_rng(seed)
    poses = random.uniform(0.0, 1.0, (count, 45))
    poses[:, :37] *= random.random((count, 37)) < 0.5
    poses[:, 37:44] = 2.0 * poses[:, 37:44] - 1.0
    return poses.astype(np.float32)


def random_drawing(seed: int = 0) -> NDArray[np.uint8]:
    """(512, 512, 4) a smooth coloured disc on nothing, with soft edges."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[:512, :512] / 511.0 * 2.0 - 1.0
    rgb = [0.5 + 0.4 * np.sin(3.0 * (a * x + b * y) + c) for a, b, c in random.uniform(-1, 1, (3, 3))]
    alpha = np.clip((0.9 - np.hypot(x, y)) * 20.0, 0.0, 1.0)
    return np.round(np.stack([*rgb, alpha], -1) * 255.0).astype(np.uint8)


def write_torch_file(path: Path, tensors: Mapping[str, NDArray[Any]], *, extra: bytes = b"") -> Path:
    """Write tensors as torch.save does.

    Args:
        extra: instructions before the end of the pickle, for files that mean harm.
    """

    def text(value: str) -> bytes:
        return b"X" + struct.pack("<I", len(value)) + value.encode()

    def number(value: int) -> bytes:
        return b"J" + struct.pack("<i", value)

    def numbers(values: tuple[int, ...]) -> bytes:
        return b"(" + b"".join(map(number, values)) + b"t"

    empty = b"ccollections\nOrderedDict\n)R"
    with zipfile.ZipFile(path, "w") as archive:
        pickle = b"\x80\x02" + empty + b"("
        for key, (name, array) in enumerate(tensors.items()):
            strides = tuple(step // array.itemsize for step in array.strides)
            storage = b"(" + text("storage") + b"ctorch\nFloatStorage\n" + text(str(key)) + text("cuda:0")
            pickle += text(name) + b"ctorch._utils\n_rebuild_tensor_v2\n("
            pickle += (
                storage + number(array.size) + b"tQ" + number(0) + numbers(array.shape) + numbers(strides)
            )
            pickle += b"\x89" + empty + b"tR"
            archive.writestr(f"made/data/{key}", array.tobytes())
        archive.writestr("made/data.pkl", pickle + b"u" + extra + b".")
        archive.writestr("made/version", "3\n")
    return path


def write_character(folder: Path, seed: int = 0) -> Path:
    """Write a whole random character; returns its YAML file."""
    folder.mkdir(parents=True, exist_ok=True)
    write_torch_file(folder / "face_morpher.pt", random_state(FACE_LAYERS, seed))
    write_torch_file(folder / "body_morpher.pt", random_state(BODY_LAYERS, seed + 1))
    Image.fromarray(random_drawing(seed)).save(folder / "character.png")
    yaml = folder / "character_model.yaml"
    yaml.write_text(
        "character_image_file_name: character.png\n"
        "face_morpher_file_name: face_morpher.pt\n"
        "body_morpher_file_name: body_morpher.pt\n"
    )
    return yaml


def random_weights(seed: int = 0) -> dict[str, NDArray[np.float32]]:
    """The weights of `write_character(folder, seed)` as the runtime takes them."""
    from authoring.tha.folding import folded

    states = random_state(FACE_LAYERS, seed), random_state(BODY_LAYERS, seed + 1)
    return folded(*states, face_file="face", body_file="body")


def random_canvas(seed: int = 0) -> NDArray[np.float32]:
    """(4, 512, 512) `random_drawing` as the networks take it, -1..1."""
    from runtime.tha.pixels import to_linear

    return to_linear(random_drawing(seed)) * np.float32(2.0) - np.float32(1.0)
