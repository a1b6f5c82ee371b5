"""Avatars for the head engine's tests, painted in plain colours, and what their pictures show."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from face.avatar import load_avatar
from face.motion import Motion
from face.rig import load_rig

SIZE = 512
GREEN = (0, 255, 0)
EYES = dict.fromkeys(("sclera_left", "sclera_right"), GREEN)
BLUE_IRISES = dict.fromkeys(("iris_left", "iris_right"), (0, 0, 255))

Picture = NDArray[np.uint8]


def painted(
    source: Path, folder: Path, colours: dict[str, tuple[int, ...]], background: str = "keep"
) -> Path:
    """A copy of an avatar with some pictures in one plain colour; alpha stays."""
    shutil.copytree(source, folder)
    for role, colour in colours.items():
        [path] = folder.glob(f"{role}.*")
        with Image.open(path) as image:
            values = np.array(image.convert("RGBA"))
        values[..., : len(colour)] = colour
        Image.fromarray(values).save(path, lossless=True, exact=True)  # what a PNG is anyway
    manifest = folder / "avatar.toml"
    manifest.write_text(manifest.read_text().replace('"keep"', f'"{background}"'))
    return folder


def as_portrait(folder: Path) -> Motion:
    made = Motion.neutral()
    made.values[:] = load_rig(load_avatar(folder)).portrait
    return made


def is_eye(picture: Picture) -> NDArray[np.bool_]:
    """Where an eyeball painted green or blue shows at all."""
    rgb = picture[..., :3].astype(int)
    red, green, blue = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    return (np.maximum(green, blue) - red > 90) & ((green - blue > 90) | (blue - green > 90))


def is_iris(picture: Picture) -> NDArray[np.bool_]:
    rgb = picture[..., :3].astype(int)
    return is_eye(picture) & (rgb[..., 2] > rgb[..., 1])


def eye_windows(neutral: Picture) -> tuple[slice, slice, slice]:
    """Rows of the eyes, columns of the subject's right eye and left eye, from the painted eyeballs themselves."""
    shown = is_eye(neutral)
    rows, columns = np.nonzero(shown)
    middle = int(columns.mean())
    grow = 25
    return (
        slice(rows.min() - grow, rows.max() + grow),
        slice(columns.min() - grow, middle),
        slice(middle, columns.max() + grow),
    )
