"""LoadedHead: one avatar's textures, buffers and arrays, uploaded to OpenGL in steps of a few milliseconds.

loaded = LoadedHead(gl, programs, prepared.arrays)
for _ in loaded.upload(): ...     # draw a frame of the avatar before
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import moderngl
import numpy as np
from numpy.typing import NDArray

from face.camera import PortraitCamera
from face.deform import FaceDeformer, SkinCodes
from face.skin_folds import SkinFolds
from runtime.engines.head_prepare import TEXTURES
from runtime.engines.head_programs import HeadPrograms
from runtime.engines.lip_slit import LipSlit
from runtime.engines.plate_pass import BAND_BYTES


@dataclass(slots=True)
class Mesh:
    """The vertex array of one mesh, and its buffers, from which other passes make arrays of their own.

    Attributes:
        array: draws it.
        positions: buffer of the positions as they are drawn. still: buffer of those of the neutral head; may be the same.
        position_layout: of both buffers, for moderngl. fixed: buffer of the other fields, or None.
        triangles: index buffer.
    """

    array: Any
    positions: Any
    still: Any
    triangles: Any
    fixed: Any = None
    position_layout: str = "3f"

    @property
    def moving(self) -> Any:
        """The buffer of positions that is rewritten every frame."""
        return self.positions


class LoadedHead:
    """Belongs to the thread of its OpenGL context; complete when `upload` has ended.

    Attributes:
        camera: the portrait's. lips: (L,) numbers of their vertices. ink: (4,). eye_centres: (2, 3).
        iris_sine: (2,). eye_swell: (2,), see `head_prepare.eye_swell`.
        deformer: moves the face.
        portrait: (CHANNELS,) the Motion with which it looks like its portrait.
        opening_vertices: (3, K) int32, edges of lids and lips.
        lip_slit: the opening between the lips. lip_flesh: (3,) colour of the lips' inner sides.
        own_teeth: 1 if the mouth's picture shows teeth that stay on them, else 0.
        bound: (N,) int32, bound_share: (N, 1), sheet_vertices: (N, 3) of the sheet, which follows the face.
        textures: role -> texture.
        sheet, back, face, mouth, neck, eyes: the meshes. lids: skin on shut lids, or None.
        wrinkles: skin that may fold, or None. folds: how far it does, and wrinkle_ends: (2,) triangles before those
            of both kinds of regions, and before those that are not of the brow; with `wrinkles` only.
    """

    sheet: Mesh
    back: Mesh
    face: Mesh
    mouth: Mesh
    neck: Mesh
    eyes: tuple[Mesh, Mesh]
    lids: Mesh | None
    wrinkles: Mesh | None
    folds: SkinFolds
    wrinkle_ends: tuple[int, int]
    deformer: FaceDeformer

    def __init__(self, gl: Any, programs: HeadPrograms, arrays: Mapping[str, NDArray[Any]]) -> None:
        self._gl = gl
        self._programs = programs
        self._arrays = arrays
        self._made: list[Any] = []
        self.camera = PortraitCamera(
            float(arrays["focal"]), *(arrays[name].copy() for name in ("rotation", "translation", "pivot"))
        )
        (
            self.ink,
            self.eye_centres,
            self.lips,
            self.iris_sine,
            self.eye_swell,
            self.bound,
            self.bound_share,
            self.sheet_vertices,
            self.portrait,
            self.opening_vertices,
        ) = (
            arrays[name].copy()
            for name in (
                "ink",
                "eye_centres",
                "lips",
                "iris_sine",
                "eye_swell",
                "sheet_bound",
                "sheet_bound_share",
                "sheet_vertices",
                "portrait",
                "openings",
            )
        )
        self.lip_slit = LipSlit(arrays["slit"], arrays["neutral"])
        self.own_teeth = float(arrays["own_teeth"])
        self.lip_flesh = tuple(arrays["lip_flesh"].tolist())
        self.textures: dict[str, Any] = {}

    def upload(self) -> Iterator[None]:
        """Make everything; each step copies a band of one texture, or makes the buffers of a few meshes."""
        arrays, programs = self._arrays, self._programs
        for role in TEXTURES:
            self.textures[role] = yield from self._texture(arrays[f"texture_{role}"])
        self.sheet, self.back = self._sheet_mesh("sheet"), self._sheet_mesh("back")
        yield
        vertices = self._buffer("neutral")  # face and mouth share it
        still = self._buffer("neutral")  # eyeballs are rotated in the shader
        self.face = self._mesh(programs.faced, "face", "2f 3f 2f", ("uv", "normal", "rim"), vertices, still)
        self.mouth = self._mesh(programs.shaded, "mouth", "3f 2f", ("tint", "uv"), vertices, still)
        self.lids = None
        if len(arrays["lids_triangles"]):
            names = ("paint", "side", "lash", "below", "uv")
            self.lids = self._mesh(programs.lids, "lids", "4f 1f 4f 1f 2f", names, vertices, still)
        yield
        self.wrinkles = None
        if "wrinkle_shade" in arrays:
            self.textures["wrinkles"] = yield from self._texture(arrays["wrinkle_shade"])
            regions = ("uv", "normal", "regions_a", "regions_b")
            self.wrinkles = self._mesh(programs.wrinkled, "wrinkles", "2f 3f 4f 4f", regions, vertices, still)
            first, second = arrays["wrinkles_ends"].tolist()
            self.wrinkle_ends = (first, second)
            self.folds = SkinFolds(
                *(arrays[f"fold_{name}"].copy() for name in ("basis", "share", "portrait"))
            )
            yield
        neck, triangles = self._buffer("neck_fixed"), self._buffer("neck_triangles")
        content: list[tuple[Any, ...]] = [(neck, "3f 1f 4f", "position", "follow", "tint")]
        array = self._array(programs.tinted, content, triangles)
        self.neck = Mesh(array, neck, neck, triangles, position_layout="3f 20x")
        left, right = (
            self._eye(programs.eye, f"eyeball_{side}_triangles", still) for side in ("left", "right")
        )
        self.eyes = (left, right)
        yield
        codes = None
        if "code_weight" in arrays:
            codes = SkinCodes(arrays["code_weight"].copy(), arrays["code_bias"].copy())
        self.deformer = FaceDeformer.of(arrays["neutral"], arrays["moving"], arrays["basis"], codes)
        self._arrays = {}  # the textures' memory is given back
        yield

    def release(self) -> Iterator[None]:
        """Delete the OpenGL objects, one a step; may be called twice, and before everything is uploaded."""
        while self._made:
            self._made.pop().release()
            yield

    def _keep(self, made: Any) -> Any:
        self._made.append(made)
        return made

    def _texture(self, picture: NDArray[np.uint8]) -> Generator[None, None, Any]:
        """A texture; after each step one more band of its rows is copied."""
        height, width, parts = picture.shape
        texture = self._keep(self._gl.texture((width, height), parts))
        texture.filter = (moderngl.LINEAR, moderngl.LINEAR)
        texture.repeat_x = texture.repeat_y = False
        rows = max(1, BAND_BYTES // (parts * width))
        for first in range(0, height, rows):
            band = picture[first : first + rows]
            texture.write(band, viewport=(0, first, width, len(band)))
            yield
        return texture

    def _buffer(self, name: str) -> Any:
        return self._keep(self._gl.buffer(self._arrays[name]))

    def _array(self, program: Any, content: list[tuple[Any, ...]], triangles: Any) -> Any:
        return self._keep(self._gl.vertex_array(program, content, triangles))

    def _eye(self, program: Any, triangles: str, still: Any) -> Mesh:
        indices = self._buffer(triangles)
        return Mesh(self._array(program, [(still, "3f", "position")], indices), still, still, indices)

    def _sheet_mesh(self, name: str) -> Mesh:
        moving, still = (self._buffer(f"{name}_vertices") for _ in range(2))
        fixed, normals, triangles = (
            self._buffer(f"{name}_{what}") for what in ("fixed", "normals", "triangles")
        )
        content: list[tuple[Any, ...]] = [(moving, "3f", "position"), (fixed, "2f 1f", "uv", "follow")]
        array = self._array(self._programs.textured, [*content, (normals, "3f", "normal")], triangles)
        return Mesh(array, moving, still, triangles, fixed)

    def _mesh(
        self, program: Any, name: str, layout: str, fields: tuple[str, ...], moving: Any, still: Any
    ) -> Mesh:
        """A mesh with moving positions, and the fixed fields of `NAME_fixed`."""
        fixed, triangles = self._buffer(f"{name}_fixed"), self._buffer(f"{name}_triangles")
        content = [(moving, "3f", "position"), (fixed, layout, *fields)]
        return Mesh(self._array(program, content, triangles), moving, still, triangles, fixed)
