"""Draws a head with one directional light, for learning landmarks, tests and documentation."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from authoring.paint.raster import Raster
from face.head_model import HeadModel
from face.normals import vertex_normals

_COLOURS = {
    "face": (0.82, 0.62, 0.53), "ears_and_neck": (0.80, 0.60, 0.51), "scalp": (0.78, 0.58, 0.5),
    "shoulders": (0.78, 0.58, 0.5), "mouth_socket": (0.25, 0.07, 0.07), "eye_socket": (0.6, 0.35, 0.3),
    "gums": (0.7, 0.35, 0.35), "tongue": (0.75, 0.4, 0.4), "teeth_upper": (0.95, 0.93, 0.88),
    "teeth_lower": (0.92, 0.9, 0.85), "eyeball_left": (0.93, 0.93, 0.93), "eyeball_right": (0.93, 0.93, 0.93),
}  # fmt: skip

#: Rotation (3, 3), translation (3,) and focal length in picture heights.
Camera = tuple[NDArray[np.float32], NDArray[np.float32], float]


def pixels(
    vertices: NDArray[np.float32], camera: Camera, size: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Project vertices into a square picture.

    Args:
        vertices: (V, 3) float32, head space.
        size: side of the picture, pixels.

    Returns:
        Pixels (V, 2), x right, y down, and depth (V,), larger is nearer. Float32.
    """
    rotation, translation, focal = camera
    rest = vertices @ rotation.T + translation
    points = np.stack([rest[:, 0], -rest[:, 1]], 1) / -rest[:, 2:3] * (focal * size) + size / 2
    return points.astype(np.float32), (-1 / rest[:, 2]).astype(np.float32)


def paint_features(model: HeadModel) -> NDArray[np.float32]:
    """Colour factors (V, 3) float32 of brows and lips on the mean head, without which a landmarker finds no face."""
    v = model.vertices
    paint = np.ones_like(v)
    face = np.unique(model.triangles["face"])
    lips = np.concatenate([model.lips.upper, model.lips.lower])
    reach = np.linalg.norm(v[face][:, None, :2] - v[lips][None, :, :2], axis=2).min(1)
    red = face[(reach < 0.85) & (v[face, 2] > 8.5) & (np.abs(v[face, 0]) < 2.6)]
    paint[red] = (0.85, 0.5, 0.5)
    x = np.abs(v[face, 0])
    arch = 5.35 + 0.35 * np.sin(np.clip((x - 1.2) / 4.6, 0, 1) * np.pi)
    brow = face[(x > 1.2) & (x < 5.8) & (np.abs(v[face, 1] - arch) < 0.42)]
    paint[brow] = (0.35, 0.3, 0.28)
    return paint.astype(np.float32)


def draw_head(
    raster: Raster,
    model: HeadModel,
    vertices: NDArray[np.float32],
    camera: Camera,
    size: int,
    *,
    light: tuple[float, float, float] = (0.3, 0.5, 0.8),
    skin: tuple[float, float, float] = (1.0, 1.0, 1.0),
    iris_half_angle: float = 0.48,
    paint: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """Draw a lit head on grey.

    Args:
        vertices: (V, 3) float32, head space.
        size: side of the picture, pixels.
        light: direction towards the light, rest space.
        skin: factors of the skin's colour.
        iris_half_angle: under which the eyeball's centre sees its iris, radians.
        paint: (V, 3) factors of the vertices' colours, from `paint_features`.

    Returns:
        (size, size, 3) float32 RGB 0..1, top row first.
    """
    rotation, translation, _ = camera
    rest = vertices @ rotation.T + translation
    points, depth = pixels(vertices, camera, size)
    triangles = np.concatenate(list(model.triangles.values()))
    normals = vertex_normals(rest, triangles)
    colours = np.zeros_like(rest)
    for name, part in model.triangles.items():
        colours[np.unique(part)] = _COLOURS[name]
    face = np.unique(model.part("face", "ears_and_neck", "scalp", "shoulders"))
    colours[face] *= skin
    if paint is not None:
        colours *= paint
    for side in (0, 1):
        ball = model.eyeball(side)
        toward = vertices[ball] - model.eye_centre(vertices, side)
        toward /= np.linalg.norm(toward, axis=1, keepdims=True)
        angle = np.arccos(np.clip(toward[:, 2], -1, 1))
        colours[ball[angle < iris_half_angle]] = (0.25, 0.17, 0.1)
        colours[ball[angle < iris_half_angle * 0.42]] = (0.02, 0.02, 0.02)
    direction = np.array(light, np.float32) / np.linalg.norm(light)
    shade = 0.35 + 0.65 * np.clip(normals @ direction, 0, 1)
    drawn = raster.draw(
        points, np.clip(colours * shade[:, None], 0, 1).astype(np.float32), triangles, size,
        depth=depth,
    )  # fmt: skip
    return np.where(drawn[..., 3:] > 0, drawn[..., :3], 0.55).astype(np.float32)
