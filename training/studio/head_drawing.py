"""HeadDrawing: the bent head drawn by what it is made of, in a style, as labels, or as a shadow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import moderngl
import numpy as np

from training.studio.blocks import bind_blocks
from training.studio.body import Body
from training.studio.detail import Detail
from training.studio.level_of_detail import simplified
from training.studio.mesh import StudioMesh
from training.studio.noise import Floats
from training.studio.shaders import SHADOW_FRAGMENT, SHADOW_VERTEX, VERTEX
from training.studio.shaders_labels import label_source
from training.studio.shaders_materials import material_source
from training.studio.source import PART, Ints

#: Material -> parts.
GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "skin": ("face", "head_and_neck", "eye_socket_left", "eye_socket_right"),
    "mouth": ("mouth_socket", "gums_and_tongue", "teeth"),
    "eye": ("eyeball_left", "eyeball_right"),
    "lash": ("eyelashes",),
    "eye_shade": ("eye_occlusion", "lacrimal_fluid"),
}
#: Drawn in this order; `eye_shade` is half-transparent and has no label.
SOLID: Final = ("skin", "mouth", "eye", "lash")
#: Skin below this height of the mean head casts no shadow: clothes do.
_UNDER_CLOTHES: Final = -10.0
#: How far the surface that casts shadows may lie from the true one, head-model units.
_SHADOW_TOLERANCE: Final = 0.12
#: Texture units: 0 to 1 are the look's.
ALBEDO, SURFACE, GRAIN, SHADOW = 0, 1, 2, 3


class HeadDrawing:
    """Index buffers and programs of one context; belongs to its thread."""

    def __init__(self, gl: Any, mesh: StudioMesh, body: Body, sky: Floats) -> None:
        self._gl, self._mesh, self._body = gl, mesh, body
        carried = np.concatenate([mesh.uv, mesh.part[:, None], mesh.rest, sky[:, None]], 1)
        self._carried = gl.buffer(carried.astype(np.float32).tobytes())
        self._indices: dict[tuple[str, Detail], Any] = {}
        self._arrays: dict[tuple[str, str, str, Detail], Any] = {}
        self._shadow = gl.program(SHADOW_VERTEX, SHADOW_FRAGMENT)
        skin = _triangles(mesh, "skin", _SHADOW_TOLERANCE)
        bare = skin[mesh.rest[skin, 1].mean(1) > _UNDER_CLOTHES].astype(np.int32)
        self._shadow_array = gl.vertex_array(
            self._shadow, [(body.bent, "3f 12x", "position")], gl.buffer(bare.tobytes())
        )
        middles = [mesh.rest[mesh.part == PART[name]] for name in GROUPS["eye"]]
        self._eye_middles = np.stack([(m.min(0) + m.max(0)) / 2 for m in middles]).astype(np.float32)

    def draw_colour(self, style: str, detail: Detail) -> None:
        """Draw into the bound colours; textures of the look, grain and shadow are on their units."""
        gl = self._gl
        gl.enable(moderngl.CULL_FACE)
        for group in SOLID:
            if group == "lash":
                gl.disable(moderngl.CULL_FACE)
            self._array("colour", group, style, detail).render()
        gl.enable(moderngl.BLEND)
        gl.blend_func = (moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA, moderngl.ZERO, moderngl.ONE)
        self._array("colour", "eye_shade", style, detail).render()
        gl.disable(moderngl.BLEND)

    def draw_labels(self, style: str, detail: Detail) -> None:
        """Draw normal, depth and part into the bound labels."""
        self._gl.enable(moderngl.CULL_FACE)
        for group in SOLID:
            if group == "lash":
                self._gl.disable(moderngl.CULL_FACE)
            if group != "lash" or style != "clay":
                self._array("label", group, style, detail).render()

    def draw_shadow(self, to_light: Floats) -> None:
        """Draw the skin's depth as the light sees it; (4, 4) world to clip."""
        self._shadow["to_light"].write(np.ascontiguousarray(to_light.T).tobytes())
        self._shadow_array.render()

    def _array(self, kind: str, group: str, style: str, detail: Detail) -> Any:
        """A vertex array with its program, made when first needed."""
        key = (kind, group, style, detail)
        if key not in self._arrays:
            source = (
                material_source(group, style, fine=detail.fine)
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
                (self._body.bent, "3f 3f", "position", "normal"),
                (self._carried, "2f 1f 3f 1f", "uv", "part", "rest", "sky"),
            ]
            # a program that does not read an attribute does not have it
            indices = self._triangles_of(group, detail)
            self._arrays[key] = self._gl.vertex_array(program, content, indices, skip_errors=True)
        return self._arrays[key]

    def _triangles_of(self, group: str, detail: Detail) -> Any:
        """The index buffer, made when first needed."""
        if (group, detail) not in self._indices:
            tolerance = detail.mouth_tolerance if group == "mouth" else detail.tolerance
            triangles = _triangles(self._mesh, group, tolerance).astype(np.int32)
            self._indices[group, detail] = self._gl.buffer(triangles.tobytes())
        return self._indices[group, detail]


def _triangles(mesh: StudioMesh, group: str, tolerance: float) -> Ints:
    """The triangles of a group, fewer where they are too small to see; parts together, as they share vertices."""
    triangles = np.concatenate([mesh.triangles[name] for name in GROUPS[group]])
    if group == "mouth":
        # its paint is noise: seams of the texture need not be kept
        triangles = _one_a_place(mesh)[triangles]
    return simplified(mesh, triangles, tolerance) if tolerance else triangles


def _one_a_place(mesh: StudioMesh) -> Ints:
    """For every drawn vertex (N,) the first that draws the same source vertex."""
    _, first, which = np.unique(mesh.source_vertex, return_index=True, return_inverse=True)
    return np.asarray(first[which], np.int32)
