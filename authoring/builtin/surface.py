"""Surfaces of a drawn avatar's portrait, and the G-buffer into which they are rasterised."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from authoring.builtin.head import BuiltinHead
from authoring.paint.raster import Raster
from authoring.portrait.canvas import CANVAS_PX, EXTENDED_PX

Floats = NDArray[np.float32]

SKIN: Final = 1
EYE: Final = 2
MOUTH: Final = 3
HAIR: Final = 4
HOODIE: Final = 5
SHIRT: Final = 6
STRING: Final = 7


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """A mesh of one material.

    Attributes:
        material: one of the constants above.
        vertices: (N, 3) float32, head space.
        normals: (N, 3) float32.
        triangles: (T, 3) int32.
        along: (N, 3) skin: the vertex on the mean head; hair and cloth: direction of the strands or threads.
        across: (N, 2) hair: -1..1 across a lock, 0..1 from root to tip; eyes: side; else 0.
        tone: (N,) hair: 0 dark .. 1 light, one value per lock; else 0.
    """

    material: int
    vertices: Floats
    normals: Floats
    triangles: NDArray[np.int32]
    along: Floats
    across: Floats
    tone: Floats


@dataclass(frozen=True, slots=True, eq=False)
class GBuffer:
    """The surface at each pixel of the supersampled picture, float32 unless stated.

    Attributes:
        scale: pixels of this buffer per pixel of the extended canvas.
        material: (S, S) int8, 0 without a surface.
        depth: (S, S) rest-space z.
        normal, along: (S, S, 3), as in `Surface`.
        across: (S, S, 2), as in `Surface`.
        tone: (S, S), as in `Surface`.
    """

    scale: int
    material: NDArray[np.int8]
    depth: Floats
    normal: Floats
    along: Floats
    across: Floats
    tone: Floats

    def is_of(self, *materials: int) -> NDArray[np.bool_]:
        """(S, S) True where one of the materials is visible."""
        return np.isin(self.material, materials)


def draw_surfaces(head: BuiltinHead, surfaces: list[Surface], scale: int) -> GBuffer:
    """Rasterise surfaces with depth test into a G-buffer.

    Args:
        scale: supersampling.
    """
    first = np.cumsum([0, *(len(s.vertices) for s in surfaces)])
    triangles = np.concatenate([s.triangles + o for s, o in zip(surfaces, first, strict=False)]).astype(
        np.int32
    )
    vertices = np.concatenate([s.vertices for s in surfaces])
    rest = vertices + head.translation
    pixels = pixels_of(head, vertices, scale)
    material = np.concatenate([np.full(len(s.vertices), s.material, np.float32) for s in surfaces])
    across = np.concatenate([s.across for s in surfaces])
    tone = np.concatenate([s.tone for s in surfaces])
    size = EXTENDED_PX * scale
    depth = (-1 / rest[:, 2]).astype(np.float32)
    with Raster() as raster:

        def drawn(*columns: Floats) -> Floats:
            values = np.column_stack(columns).astype(np.float32)
            return raster.draw(pixels, values, triangles, size, depth=depth)

        where = drawn(material, rest[:, 2], tone)
        return GBuffer(
            scale=scale,
            material=np.round(where[..., 0]).astype(np.int8),
            depth=np.ascontiguousarray(where[..., 1]),
            tone=np.ascontiguousarray(where[..., 2]),
            normal=np.ascontiguousarray(drawn(np.concatenate([s.normals for s in surfaces]))[..., :3]),
            along=np.ascontiguousarray(drawn(np.concatenate([s.along for s in surfaces]))[..., :3]),
            across=np.ascontiguousarray(drawn(across)[..., :2]),
        )


def pixels_of(head: BuiltinHead, vertices: Floats, scale: int) -> Floats:
    """Head space (N, 3) to pixels (N, 2) float32 of the extended canvas, supersampled by `scale`."""
    return np.asarray((head.to_picture(vertices) * CANVAS_PX + EXTENDED_PX / 2) * scale, np.float32)


def grid_triangles(rows: int, columns: int) -> NDArray[np.int32]:
    """Triangles (T, 3) int32 of a grid of vertices in row-major order."""
    corner = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)[None, :]).reshape(-1)
    first = np.stack([corner, corner + columns, corner + 1], 1)
    second = np.stack([corner + 1, corner + columns, corner + columns + 1], 1)
    return np.concatenate([first, second]).astype(np.int32)


def grid_surface(material: int, points: Floats, *, outward: Floats) -> Surface:
    """A surface of a grid of points (R, C, 3); normals point to the side of `outward`, (3,) or (R, C, 3)."""
    down = np.gradient(points, axis=0)
    right = np.gradient(points, axis=1)
    normals = np.cross(down, right)
    normals /= np.maximum(np.linalg.norm(normals, axis=2, keepdims=True), 1e-9)
    normals *= np.where((normals * outward).sum(2, keepdims=True) < 0, -1.0, 1.0)
    count = points.shape[0] * points.shape[1]
    threads = down / np.maximum(np.linalg.norm(down, axis=2, keepdims=True), 1e-9)
    return Surface(
        material=material,
        vertices=points.reshape(-1, 3).astype(np.float32),
        normals=normals.reshape(-1, 3).astype(np.float32),
        triangles=grid_triangles(points.shape[0], points.shape[1]),
        along=threads.reshape(-1, 3).astype(np.float32),
        across=np.zeros((count, 2), np.float32),
        tone=np.zeros(count, np.float32),
    )


def tube(
    material: int,
    path: Floats,
    out: Floats,
    wide: Floats,
    thick: Floats,
    *,
    turns: float,
    tone: float,
    sides: int = 9,
) -> Surface:
    """An ellipse swept along a path.

    Args:
        path: (N, 3) head space.
        out: (N, 3) direction that the broad side faces.
        wide, thick: (N,) half width and half thickness, model units.
        turns: share of the ellipse: 0.5 is its outer half, 1 all of it.
        tone: of the whole tube.
        sides: points around the ellipse.
    """
    along = np.gradient(path, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    out = out - along * (out * along).sum(1, keepdims=True)
    out /= np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-9)
    side = np.cross(along, out)
    angle = np.linspace(0, 2 * np.pi * turns, sides)
    cos, sin = np.cos(angle)[None, :, None], np.sin(angle)[None, :, None]
    w, h = wide[:, None, None], thick[:, None, None]
    points = path[:, None] + side[:, None] * w * cos + out[:, None] * h * sin
    normals = side[:, None] * cos * h + out[:, None] * sin * w
    normals = normals + out[:, None] * 1e-4
    normals /= np.linalg.norm(normals, axis=2, keepdims=True)
    count = len(path) * sides
    t = np.linspace(0, 1, len(path))
    across = np.stack(
        [np.broadcast_to(np.cos(angle), (len(path), sides)), np.repeat(t[:, None], sides, 1)], -1
    )
    return Surface(
        material=material,
        vertices=points.reshape(-1, 3).astype(np.float32),
        normals=normals.reshape(-1, 3).astype(np.float32),
        triangles=grid_triangles(len(path), sides),
        along=np.repeat(along[:, None], sides, 1).reshape(-1, 3).astype(np.float32),
        across=across.reshape(-1, 2).astype(np.float32),
        tone=np.full(count, tone, np.float32),
    )
