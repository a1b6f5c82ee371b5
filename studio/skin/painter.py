"""SkinPainter: paints the skin of a look into two textures, each with the tiles of face and neck side by side.

painter = SkinPainter(gl, mesh)
albedo, surface = painter.paint(look, size=1024)       # the look's uniform block must be bound
"""

from __future__ import annotations

from typing import Any, Final

import moderngl
import numpy as np

from studio.arrays import Floats
from studio.head.mesh import StudioMesh
from studio.look import Look
from studio.shaders.passes import SCREEN
from studio.shaders.skin_paint import (
    PAINT_FRAGMENT,
    PLACE_FRAGMENT,
    PLACE_VERTEX,
    STROKE_FRAGMENT,
    STROKE_VERTEX,
)
from studio.shaders.uniform_blocks import bind_blocks
from studio.skin.beard import CUTS, beard_roots, beard_strokes
from studio.skin.brows import brow_strokes
from studio.skin.regions import region_maps

#: Parts that use these textures.
SKIN_PARTS: Final = ("face", "head_and_neck", "mouth_socket", "eye_socket_left", "eye_socket_right")
#: Side of a tile of the region maps in texels.
_REGIONS_SIZE: Final = 512
#: Texels painted beyond the triangles' borders, so that texture filtering reads no empty texels.
_MARGIN: Final = 6


class SkinPainter:
    """Region maps and programs of one OpenGL context; used by its thread."""

    def __init__(self, gl: Any, mesh: StudioMesh) -> None:
        self._gl = gl
        self._landmarks_uv = mesh.uv[mesh.landmarks]
        points, covered = self._rest_positions(mesh)
        maps = np.zeros((4, *covered.shape, 4), np.uint8)
        rows, columns = np.nonzero(covered)
        uv = np.stack([(columns + 0.5) / _REGIONS_SIZE, (rows + 0.5) / _REGIONS_SIZE], 1).astype(np.float32)
        maps[:, rows, columns] = region_maps(points[rows, columns], uv, mesh.uv[mesh.landmarks])
        drawn = maps[:, rows, columns].astype(np.float32) / 255.0
        kinds = np.stack([drawn[0, :, 3], drawn[3, :, 0], drawn[3, :, 1]], 1)
        self._beard = beard_roots(points[rows, columns], uv, kinds)
        self._regions = []
        for content in maps:
            texture = gl.texture((2 * _REGIONS_SIZE, _REGIONS_SIZE), 4, content.tobytes())
            texture.filter = (moderngl.LINEAR, moderngl.LINEAR)
            self._regions.append(texture)
        self._paint = bind_blocks(gl.program(SCREEN, PAINT_FRAGMENT))
        self._stroke = bind_blocks(gl.program(STROKE_VERTEX, STROKE_FRAGMENT))
        self._screen = gl.vertex_array(self._paint, [])

    def paint(self, look: Look, size: int) -> tuple[Any, Any]:
        """Paint a look.

        Args:
            size: side of a tile in texels.

        Returns:
            Two RGBA textures of 2 size x size texels, 8 bits; the caller releases them. Albedo: square root of linear
            RGB, and the share of painted hair. Surface: specular, roughness, height, thinness of the skin.
        """
        gl = self._gl
        textures = [gl.texture((2 * size, size), 4) for _ in range(2)]
        target = gl.framebuffer(textures)
        target.use()
        gl.disable(moderngl.DEPTH_TEST)
        for unit, (name, texture) in enumerate(zip("abcd", self._regions, strict=True)):
            texture.use(unit)
            self._paint[f"regions_{name}"].value = unit
        shaven = look.hair in ("bald", "mohawk", "undercut", "buzz")
        scalp = 0.0 if look.hair == "bald" else 0.92 if look.hair == "buzz" else 0.72 if shaven else 0.96
        self._paint["paint"].value = (look.freckles, look.blotches, look.oil, look.age)
        self._paint["face_hair"].value = (look.stubble, look.beard, look.make_up, scalp)
        self._paint["lipstick"].value = (*look.lipstick, float(look.style == "anime"))
        shift = -0.5 if look.age > 0.7 and look.stubble > 0 else 0.0
        self._paint["hairline"].value = (
            shift - 0.1 if shaven else shift - 0.6,
            0.9 if shaven else 1.6,
            0.0,
            0.0,
        )
        self._paint["cut"].value = CUTS[look.beard_cut]
        self._screen.render(moderngl.TRIANGLES, vertices=3)
        if look.stubble > 0.0:
            self._draw_strokes(beard_strokes(self._beard, look, fine=size > 768))
        self._draw_strokes(brow_strokes(self._landmarks_uv, look))
        for texture in textures:
            texture.filter = (moderngl.LINEAR, moderngl.LINEAR)  # no mipmaps: see `Detail.texture`
        target.release()
        return textures[0], textures[1]

    def _draw_strokes(self, quads: Floats) -> None:
        if len(quads) == 0:
            return
        gl = self._gl
        first = 4 * np.arange(len(quads), dtype=np.int32)[:, None]
        indices = gl.buffer((first + np.array([0, 1, 2, 2, 1, 3], np.int32)).tobytes())
        vertices = gl.buffer(np.ascontiguousarray(quads).tobytes())
        array = gl.vertex_array(self._stroke, [(vertices, "2f 2f 1f", "place", "across", "shade")], indices)
        gl.enable(moderngl.BLEND)
        # alpha accumulates: painted over existing strokes
        gl.blend_func = (
            moderngl.SRC_ALPHA,
            moderngl.ONE_MINUS_SRC_ALPHA,
            moderngl.ONE,
            moderngl.ONE_MINUS_SRC_ALPHA,
        )
        array.render(moderngl.TRIANGLES)
        gl.disable(moderngl.BLEND)
        for made in (array, vertices, indices):
            made.release()

    def _rest_positions(self, mesh: StudioMesh) -> tuple[Floats, Any]:
        """Points (S, 2 S, 3) of the texels on the mean head, and which texels (S, 2 S) bool are covered."""
        gl, side = self._gl, _REGIONS_SIZE
        target = gl.framebuffer([gl.texture((2 * side, side), 4, dtype="f4")])
        program = gl.program(PLACE_VERTEX, PLACE_FRAGMENT)
        vertices = gl.buffer(np.concatenate([mesh.uv, mesh.rest], 1).astype(np.float32).tobytes())
        triangles = np.concatenate([mesh.triangles[name] for name in SKIN_PARTS])
        indices = gl.buffer(triangles.astype(np.int32).tobytes())
        array = gl.vertex_array(program, [(vertices, "2f 3f", "uv", "rest")], indices)
        target.use()
        target.clear(0.0, 0.0, 0.0, 0.0)
        gl.disable(moderngl.DEPTH_TEST | moderngl.CULL_FACE | moderngl.BLEND)
        array.render(moderngl.TRIANGLES)
        read = np.frombuffer(target.read(components=4, dtype="f4"), np.float32).reshape(side, 2 * side, 4)
        for made in (array, vertices, indices, target):
            made.release()
        points, covered = read[..., :3].copy(), read[..., 3] > 0.5
        for _ in range(_MARGIN):
            for axis in (0, 1):
                for shift in (1, -1):
                    moved = np.roll(covered, shift, axis) & ~covered
                    points[moved] = np.roll(points, shift, axis)[moved]
                    covered |= moved
        return points, covered
