"""WornDrawing: what is worn, bent with the head on the card and drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import moderngl
import numpy as np

from training.studio.blocks import bind_blocks
from training.studio.body import Body
from training.studio.factors import Factors
from training.studio.head_drawing import GRAIN, SHADOW
from training.studio.head_space import HIGH, LOW, HeadSpace
from training.studio.noise import Floats
from training.studio.shaders import SHADOW_FRAGMENT, SHADOW_VERTEX
from training.studio.shaders_body import WEAR
from training.studio.shaders_worn import WORN_VERTEX, worn_label_source, worn_source
from training.studio.source import PART
from training.studio.worn import WornMesh

LATTICE: Final = 4
#: The share of each material, outermost first, that small pictures of style `real` show.
SHOWN_SMALL: Final = {"clothes": 1.0, "hair": 0.75, "glasses": 1.0}
#: The share of the hair, outermost first, that casts shadows.
_SHADING: Final = 0.6
#: Materials in the order of drawing.
MATERIALS: Final = ("clothes", "hair", "glasses")


@dataclass(frozen=True, slots=True, eq=False)
class Worn:
    """A look's meshes of one material on the card.

    Attributes:
        base, carried, bent, indices: buffers. count: vertices. triangles: their number.
    """

    material: str
    base: Any
    carried: Any
    bent: Any
    indices: Any
    count: int
    triangles: int

    def release(self) -> None:
        """Give its memory back."""
        for buffer in (self.base, self.carried, self.bent, self.indices):
            buffer.release()


def put_on_card(gl: Any, meshes: Mapping[str, WornMesh | None]) -> tuple[Worn, ...]:
    """Material -> mesh, as buffers in the order of drawing."""
    worn = []
    for material in MATERIALS:
        mesh = meshes.get(material)
        if mesh is None:
            continue
        bent, carried = mesh.packed()
        together = np.ascontiguousarray(np.concatenate([mesh.position, carried], 1), np.float32)
        worn.append(
            Worn(
                material=material,
                base=gl.buffer(bent.tobytes()),
                carried=gl.buffer(together.tobytes()),
                bent=gl.buffer(reserve=bent.nbytes, dynamic=True),
                indices=gl.buffer(mesh.triangles.astype(np.int32).tobytes()),
                count=len(bent),
                triangles=len(mesh.triangles),
            )
        )
    return tuple(worn)


class WornDrawing:
    """Programs and the lattice of one context; belongs to its thread."""

    def __init__(self, gl: Any, space: HeadSpace, body: Body) -> None:
        self._gl, self._space, self._body = gl, space, body
        self._wear = gl.program(vertex_shader=WEAR, varyings=("position", "normal", "tangent"))
        self._wear["low"].value, self._wear["high"].value = tuple(LOW.tolist()), tuple(HIGH.tolist())
        self._wear["lattice"].value = LATTICE
        content = space.lattice(body.moved)
        self._lattice = gl.texture3d(content.shape[2::-1], 3, content.tobytes(), dtype="f4")
        self._lattice.filter = (moderngl.LINEAR, moderngl.LINEAR)
        self._lattice.repeat_x = self._lattice.repeat_y = self._lattice.repeat_z = False
        self._shown: Floats = body.moved
        self._programs: dict[tuple[str, str, str, bool], Any] = {}
        self._shadow = gl.program(SHADOW_VERTEX, SHADOW_FRAGMENT)

    def bend(self, worn: Sequence[Worn], factors: Factors) -> None:
        """Fit to the body's identity, and follow the pose."""
        if self._shown is not self._body.moved:
            self._lattice.write(self._space.lattice(self._body.moved).tobytes())
            self._shown = self._body.moved
        self._lattice.use(LATTICE)
        self._body.put_pose(self._wear, factors)
        for one in worn:
            content = [(one.base, "3f 3f 3f", "base", "base_normal", "base_tangent")]
            array = self._gl.vertex_array(self._wear, content, skip_errors=True)
            array.transform(one.bent, moderngl.POINTS, vertices=one.count)
            array.release()

    def draw_colour(self, worn: Sequence[Worn], style: str, *, fine: bool) -> None:
        """Draw all but the glasses into the bound colours."""
        for one in worn:
            if one.material != "glasses":
                self._draw(one, "colour", style, fine=fine)

    def draw_lenses(self, worn: Sequence[Worn], style: str, *, fine: bool) -> None:
        """Draw the glasses: lenses let through what is behind them."""
        gl = self._gl
        for one in worn:
            if one.material == "glasses":
                gl.enable(moderngl.BLEND)
                gl.blend_func = (
                    moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA, moderngl.ONE, moderngl.ONE_MINUS_SRC_ALPHA,
                )  # fmt: skip
                self._draw(one, "colour", style, fine=fine)
                gl.disable(moderngl.BLEND)

    def draw_labels(self, worn: Sequence[Worn], style: str, *, fine: bool) -> None:
        """Draw normal, depth and part into the bound labels."""
        for one in worn:
            self._draw(one, "label", style, fine=fine)

    def draw_shadow(self, worn: Sequence[Worn], to_light: Floats) -> None:
        """Draw depth as the light sees it."""
        self._shadow["to_light"].write(np.ascontiguousarray(to_light.T).tobytes())
        for one in worn:
            if one.material != "glasses":
                array = self._gl.vertex_array(self._shadow, [(one.bent, "3f 24x", "position")], one.indices)
                # the outer locks' shadow is everybody's
                share = _SHADING if one.material == "hair" else 1.0
                array.render(vertices=int(one.triangles * share) * 3)
                array.release()

    def _draw(self, one: Worn, kind: str, style: str, *, fine: bool) -> None:
        content = [
            (one.bent, "3f 3f 3f", "position", "normal", "tangent"),
            (one.carried, "3f 2f 1f 1f", "rest", "uv", "worn_kind", "sky"),
        ]
        program = self._program(kind, one.material, style, fine=fine)
        array = self._gl.vertex_array(program, content, one.indices, skip_errors=True)
        array.render(
            vertices=int(one.triangles * (SHOWN_SMALL[one.material] if style == "real" and not fine else 1.0))
            * 3
        )
        array.release()

    def _program(self, kind: str, material: str, style: str, *, fine: bool) -> Any:
        key = (kind, material, style, fine)
        if key not in self._programs:
            source = (
                worn_source(material, style, fine=fine)
                if kind == "colour"
                else worn_label_source(material, fine=fine)
            )
            program = bind_blocks(self._gl.program(WORN_VERTEX, source))
            for name, unit in (("grain", GRAIN), ("shadow", SHADOW)):
                if name in program:
                    program[name].value = unit
            if "part_number" in program:
                program["part_number"].value = float(PART[material])
            self._programs[key] = program
        return self._programs[key]
