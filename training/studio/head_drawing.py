"""HeadDrawing: the bent head drawn by what it is made of, in a style, as labels, or as a shadow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import moderngl
import numpy as np

from training.studio.blocks import bind_blocks
from training.studio.body import Body
from training.studio.level_of_detail import thinned
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
#: Vertices nearer than this become one, head-model units: in the mouth always, on the skin in small pictures.
_MOUTH_CELL, _SKIN_CELL = 0.26, 0.5
#: Texture units: 0 to 1 are the look's.
ALBEDO, SURFACE, GRAIN, SHADOW = 0, 1, 2, 3


class HeadDrawing:
    """Index buffers and programs of one context; belongs to its thread."""

    def __init__(self, gl: Any, mesh: StudioMesh, body: Body, sky: Floats) -> None:
        self._gl, self._mesh, self._body = gl, mesh, body
        carried = np.concatenate([mesh.uv, mesh.part[:, None], mesh.rest, sky[:, None]], 1)
        self._carried = gl.buffer(carried.astype(np.float32).tobytes())
        self._indices: dict[tuple[str, bool], Any] = {}
        for group, names in GROUPS.items():
            few, many = (_thinned(mesh, names, group, fine=fine) for fine in (False, True))
            self._indices[group, False] = gl.buffer(few.astype(np.int32).tobytes())
            self._indices[group, True] = gl.buffer(many.astype(np.int32).tobytes())
        self._arrays: dict[tuple[str, str, str, bool], tuple[Any, Any]] = {}
        self._shadow = gl.program(SHADOW_VERTEX, SHADOW_FRAGMENT)
        skin = _thinned(mesh, GROUPS["skin"], "skin", fine=False)
        bare = skin[mesh.rest[skin, 1].mean(1) > _UNDER_CLOTHES].astype(np.int32)
        self._shadow_array = gl.vertex_array(
            self._shadow, [(body.bent, "3f 12x", "position")], gl.buffer(bare.tobytes())
        )
        middles = [mesh.rest[mesh.part == PART[name]] for name in GROUPS["eye"]]
        self._eye_middles = [tuple(((m.min(0) + m.max(0)) / 2).tolist()) for m in middles]

    def draw_colour(self, style: str, *, fine: bool) -> None:
        """Draw into the bound colours; textures of the look, grain and shadow are on their units."""
        gl = self._gl
        gl.enable(moderngl.CULL_FACE)
        for group in SOLID:
            program, array = self._array("colour", group, style, fine=fine)
            if group == "eye":
                half = len(self._mesh.triangles["eyeball_left"]) * 3
                for which, first in ((0, 0), (1, half)):
                    program["eye_middle"].value = self._eye_middles[which]
                    array.render(vertices=half, first=first)
            elif group == "lash":
                gl.disable(moderngl.CULL_FACE)
                array.render()
            else:
                array.render()
        gl.enable(moderngl.BLEND)
        gl.blend_func = (moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA, moderngl.ZERO, moderngl.ONE)
        self._array("colour", "eye_shade", style, fine=fine)[1].render()
        gl.disable(moderngl.BLEND)

    def draw_labels(self, style: str, *, fine: bool) -> None:
        """Draw normal, depth and part into the bound labels."""
        self._gl.enable(moderngl.CULL_FACE)
        for group in SOLID:
            if group == "lash":
                self._gl.disable(moderngl.CULL_FACE)
            if group != "lash" or style != "clay":
                self._array("label", group, style, fine=fine)[1].render()

    def draw_shadow(self, to_light: Floats) -> None:
        """Draw the skin's depth as the light sees it; (4, 4) world to clip."""
        self._shadow["to_light"].write(np.ascontiguousarray(to_light.T).tobytes())
        self._shadow_array.render()

    def _array(self, kind: str, group: str, style: str, *, fine: bool) -> tuple[Any, Any]:
        """Program and vertex array, made when first needed."""
        key = (kind, group, style, fine)
        if key not in self._arrays:
            source = (
                material_source(group, style, fine=fine) if kind == "colour" else label_source(group, style)
            )
            program = bind_blocks(self._gl.program(VERTEX, source))
            units = {"albedo_map": ALBEDO, "surface_map": SURFACE, "grain": GRAIN, "shadow": SHADOW}
            for name, unit in units.items():
                if name in program:
                    program[name].value = unit
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
            array = self._gl.vertex_array(program, content, self._indices[group, fine], skip_errors=True)
            self._arrays[key] = (program, array)
        return self._arrays[key]


def _thinned(mesh: StudioMesh, names: tuple[str, ...], group: str, *, fine: bool) -> Ints:
    """The triangles of some parts, fewer where they are too small to see; together, as parts share vertices."""
    cell = _MOUTH_CELL if group == "mouth" else 0.0 if fine or group != "skin" else _SKIN_CELL
    triangles = np.concatenate([mesh.triangles[name] for name in names])
    return thinned(mesh, triangles, cell, features=group == "skin") if cell else triangles
