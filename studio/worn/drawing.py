"""WornDrawing: hair, clothes and glasses, deformed with the head and drawn on the GPU."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import moderngl
import numpy as np

from studio.arrays import Floats
from studio.factors import Factors
from studio.head.head_deformer import HeadDeformer
from studio.head.head_drawing import GRAIN, SHADOW
from studio.head.head_space import HIGH, LOW, HeadSpace
from studio.head.source import PART
from studio.shaders.deformation import WEAR
from studio.shaders.passes import SHADOW_FRAGMENT, SHADOW_VERTEX
from studio.shaders.uniform_blocks import bind_blocks
from studio.shaders.worn import worn_sources
from studio.worn.mesh import WornMesh

LATTICE: Final = 4
#: Materials in the order of drawing.
MATERIALS: Final = ("clothes", "hair", "glasses")


@dataclass(frozen=True, slots=True, eq=False)
class WornBuffers:
    """One material's mesh of a look, in GPU memory.

    Attributes:
        material: of MATERIALS.
        base: buffer of rest position, normal and tangent, 9 float32 a vertex.
        carried: buffer of the attributes that do not deform, 7 float32 a vertex: rest position, uv, kind, sky.
        bent: buffer of deformed position, normal and tangent, 9 float32 a vertex.
        indices: buffer of int32 triples.
        count: number of vertices. triangles: number of triangles.
        outside, casting: as in WornMesh.
    """

    material: str
    base: Any
    carried: Any
    bent: Any
    indices: Any
    count: int
    triangles: int
    outside: int
    casting: int

    def release(self) -> None:
        """Free the buffers."""
        for buffer in (self.base, self.carried, self.bent, self.indices):
            buffer.release()


def upload_worn(gl: Any, meshes: Mapping[str, WornMesh | None]) -> tuple[WornBuffers, ...]:
    """Copy a look's meshes to the GPU.

    Args:
        gl: moderngl context.
        meshes: material -> mesh, or None.

    Returns:
        Buffers in the order of drawing.
    """
    worn = []
    for material in MATERIALS:
        mesh = meshes.get(material)
        if mesh is None:
            continue
        bent, carried = mesh.packed()
        together = np.ascontiguousarray(np.concatenate([mesh.position, carried], 1), np.float32)
        worn.append(
            WornBuffers(
                material=material,
                base=gl.buffer(bent.tobytes()),
                carried=gl.buffer(together.tobytes()),
                bent=gl.buffer(reserve=bent.nbytes, dynamic=True),
                indices=gl.buffer(mesh.triangles.astype(np.int32).tobytes()),
                count=len(bent),
                triangles=len(mesh.triangles),
                outside=mesh.outside,
                casting=mesh.casting,
            )
        )
    return tuple(worn)


class WornDrawing:
    """Shader programs and the identity's displacement lattice of one OpenGL context; use only on its thread."""

    def __init__(self, gl: Any, space: HeadSpace) -> None:
        self._gl, self._space = gl, space
        self._wear = gl.program(vertex_shader=WEAR, varyings=("position", "normal", "tangent"))
        self._wear["low"].value, self._wear["high"].value = tuple(LOW.tolist()), tuple(HIGH.tolist())
        self._wear["lattice"].value = LATTICE
        self._shown: Floats = np.zeros_like(space.vertices)
        content = space.lattice(self._shown)
        self._lattice = gl.texture3d(content.shape[2::-1], 3, content.tobytes(), dtype="f4")
        self._lattice.filter = (moderngl.LINEAR, moderngl.LINEAR)
        self._lattice.repeat_x = self._lattice.repeat_y = self._lattice.repeat_z = False
        self._programs: dict[tuple[str, str, str, bool], Any] = {}
        self._shadow = gl.program(SHADOW_VERTEX, SHADOW_FRAGMENT)

    def bend(self, worn: Sequence[WornBuffers], deformer: HeadDeformer, factors: Factors) -> None:
        """Deform meshes to the deformer's identity and to the pose of `factors`, by transform feedback."""
        if self._shown is not deformer.identity_delta:
            self._lattice.write(self._space.lattice(deformer.identity_delta).tobytes())
            self._shown = deformer.identity_delta
        self._lattice.use(LATTICE)
        deformer.write_pose(self._wear, factors)
        for one in worn:
            content = [(one.base, "3f 3f 3f", "base", "base_normal", "base_tangent")]
            array = self._gl.vertex_array(self._wear, content, skip_errors=True)
            array.transform(one.bent, moderngl.POINTS, vertices=one.count)
            array.release()

    def draw_colour(self, worn: Sequence[WornBuffers], style: str, *, fine: bool) -> None:
        """Draw clothes and hair into the bound colour buffer."""
        for one in worn:
            if one.material != "glasses":
                self._draw(one, "colour", style, fine=fine)

    def draw_lenses(self, worn: Sequence[WornBuffers], style: str, *, fine: bool) -> None:
        """Draw the glasses, blended over the bound colour buffer: lenses are transparent."""
        gl = self._gl
        for one in worn:
            if one.material == "glasses":
                gl.enable(moderngl.BLEND)
                gl.blend_func = (
                    moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA, moderngl.ONE, moderngl.ONE_MINUS_SRC_ALPHA,
                )  # fmt: skip
                self._draw(one, "colour", style, fine=fine)
                gl.disable(moderngl.BLEND)

    def draw_labels(self, worn: Sequence[WornBuffers], style: str, *, fine: bool) -> None:
        """Draw normal, depth and part number into the bound label buffers."""
        for one in worn:
            self._draw(one, "label", style, fine=fine)

    def draw_shadow(self, worn: Sequence[WornBuffers], to_light: Floats) -> None:
        """Draw depth into the bound shadow map; `to_light` is (4, 4) float32, world to light clip space."""
        self._shadow["to_light"].write(np.ascontiguousarray(to_light.T).tobytes())
        for one in worn:
            if one.material != "glasses":
                array = self._gl.vertex_array(self._shadow, [(one.bent, "3f 24x", "position")], one.indices)
                count = one.casting or one.triangles
                array.render(vertices=count * 3, first=(one.triangles - count) * 3)
                array.release()

    def _draw(self, one: WornBuffers, kind: str, style: str, *, fine: bool) -> None:
        content = [
            (one.bent, "3f 3f 3f", "position", "normal", "tangent"),
            (one.carried, "3f 2f 1f 1f", "rest", "uv", "worn_kind", "sky"),
        ]
        program = self._program(kind, one.material, style, fine=fine)
        array = self._gl.vertex_array(program, content, one.indices, skip_errors=True)
        if one.outside:
            self._gl.enable(moderngl.CULL_FACE)
            array.render(vertices=one.outside * 3)
            self._gl.disable(moderngl.CULL_FACE)
        array.render(vertices=(one.triangles - one.outside) * 3, first=one.outside * 3)
        array.release()

    def _program(self, kind: str, material: str, style: str, *, fine: bool) -> Any:
        key = (kind, material, style, fine)
        if key not in self._programs:
            program = bind_blocks(self._gl.program(*worn_sources(kind, material, style, fine=fine)))
            for name, unit in (("grain", GRAIN), ("shadow", SHADOW)):
                if name in program:
                    program[name].value = unit
            if "part_number" in program:
                program["part_number"].value = float(PART[material])
            self._programs[key] = program
        return self._programs[key]
