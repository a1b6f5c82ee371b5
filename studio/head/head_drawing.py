"""HeadDrawing: draws the deformed head, one material after another, in a style, as labels, or as a shadow."""

from __future__ import annotations

from typing import Any, Final

import moderngl
import numpy as np

from studio.arrays import Floats
from studio.head.head_deformer import HeadDeformer
from studio.head.head_level import HeadLevel
from studio.head.source import PART
from studio.shaders.labels import label_source
from studio.shaders.materials import material_source
from studio.shaders.passes import SHADOW_FRAGMENT, SHADOW_VERTEX, VERTEX
from studio.shaders.uniform_blocks import bind_blocks

#: Opaque materials in the order of drawing; `eye_shade` follows, is transparent, and has no label.
SOLID: Final = ("skin", "mouth", "eye", "lash")
#: Texture units.
ALBEDO, SURFACE, GRAIN, SHADOW = 0, 1, 2, 3


class HeadDrawing:
    """Index buffers and programs of one OpenGL context; used by its thread."""

    def __init__(self, gl: Any, level: HeadLevel, deformer: HeadDeformer, *, fine: bool) -> None:
        """Make the buffers.

        Args:
            deformer: deforms the mesh of the same level.
            fine: draw pores, bumps and soft shadows, which only large pictures show.
        """
        self._gl, self._deformer, self._fine = gl, deformer, fine
        mesh = level.mesh
        carried = np.concatenate([mesh.uv, mesh.part[:, None], mesh.rest, level.sky[:, None]], 1)
        self._carried = gl.buffer(carried.astype(np.float32).tobytes())
        self._indices = {group: gl.buffer(triangles.tobytes()) for group, triangles in level.groups.items()}
        self._arrays: dict[tuple[str, str, str], Any] = {}
        self._shadow = gl.program(SHADOW_VERTEX, SHADOW_FRAGMENT)
        self._shadow_array = gl.vertex_array(
            self._shadow,
            [(deformer.deformed, "3f 12x", "position")],
            gl.buffer(level.shadow_casters.tobytes()),
        )
        self._eye_middles = level.eye_middles

    def draw_colour(self, style: str) -> None:
        """Draw into the bound colour framebuffer. The textures must be bound to their units."""
        gl = self._gl
        gl.enable(moderngl.CULL_FACE)
        for group in SOLID:
            if group == "lash":
                gl.disable(moderngl.CULL_FACE)
            self._array("colour", group, style).render()
        gl.enable(moderngl.BLEND)
        gl.blend_func = (moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA, moderngl.ZERO, moderngl.ONE)
        self._array("colour", "eye_shade", style).render()
        gl.disable(moderngl.BLEND)

    def draw_labels(self, style: str) -> None:
        """Draw normal, depth and part into the bound label framebuffer."""
        self._gl.enable(moderngl.CULL_FACE)
        for group in SOLID:
            if group == "lash":
                self._gl.disable(moderngl.CULL_FACE)
            if group != "lash" or style != "clay":
                self._array("label", group, style).render()

    def draw_shadow(self, to_light: Floats) -> None:
        """Draw the skin's depth from the light; `to_light` (4, 4) float32 is world space to clip space."""
        self._shadow["to_light"].write(np.ascontiguousarray(to_light.T).tobytes())
        self._shadow_array.render()

    def _array(self, kind: str, group: str, style: str) -> Any:
        """A vertex array with its program, made at the first use; `kind` is "colour" or "label"."""
        key = (kind, group, style)
        if key not in self._arrays:
            source = (
                material_source(group, style, fine=self._fine)
                if kind == "colour"
                else label_source(group, style)
            )
            program = bind_blocks(self._gl.program(VERTEX, source))
            units = {"albedo_map": ALBEDO, "surface_map": SURFACE, "grain": GRAIN, "shadow": SHADOW}
            for name, unit in units.items():
                if name in program:
                    program[name].value = unit
            if "eye_middle" in program:
                program["eye_middle"].write(self._eye_middles.tobytes())
            if "kind" in program:
                program["kind"].value = tuple(
                    float(PART[name]) for name in ("gums_and_tongue", "teeth", "mouth_socket")
                )
            if "tears_part" in program:
                program["tears_part"].value = float(PART["lacrimal_fluid"])
            if "painted_parts" in program:
                program["painted_parts"].value = (
                    float(style != "clay"),
                    float(PART["brows"]),
                    float(PART["hair"]),
                )
            content = [
                (self._deformer.deformed, "3f 3f", "position", "normal"),
                (self._carried, "2f 1f 3f 1f", "uv", "part", "rest", "sky"),
            ]
            # skip_errors: a program has only the attributes that it reads
            self._arrays[key] = self._gl.vertex_array(
                program, content, self._indices[group], skip_errors=True
            )
        return self._arrays[key]
