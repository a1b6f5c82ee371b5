"""Uniform blocks shared by the shaders of a picture: one list of fields gives the GLSL and the buffer's layout.

block = UniformBlock(gl, (("to_clip", "mat4"), ("key", "vec4")), binding=0)
block.write({"to_clip": matrix, "key": (1, 1, 1, 0)})
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

_SIZES: Final = {"vec4": 4, "mat4": 16}

SCENE_BINDING, LOOK_BINDING = 0, 1
#: Camera, lights and eye rotation of a picture; directions in camera space. key.w is the softness of its shadow.
SCENE_FIELDS: Final = (
    ("to_camera", "mat4"), ("to_clip", "mat4"), ("to_shadow", "mat4"), ("eye_turn", "mat4"), ("head_turn", "mat4"),
    ("key_direction", "vec4"), ("key", "vec4"), ("fill_direction", "vec4"), ("fill", "vec4"),
    ("rim_direction", "vec4"), ("rim", "vec4"), ("ambient_red", "vec4"), ("ambient_green", "vec4"),
    ("ambient_blue", "vec4"), ("camera_up", "vec4"),
)  # fmt: skip
#: Colours and shares of a look.
LOOK_FIELDS: Final = tuple(
    (name, "vec4")
    for name in (
        "skin", "brow_colour", "hair_root", "hair_tip", "iris", "iris_inner", "cloth", "trim",
        "cloth_more", "glasses_colour", "lash", "hair_more", "neckline",
    )
)  # fmt: skip


def block_source(name: str, fields: Sequence[tuple[str, str]]) -> str:
    """The GLSL declaration of a std140 block.

    Args:
        name: of the block.
        fields: (name, "vec4" or "mat4") in order.
    """
    lines = "".join(f"    {kind} {field};\n" for field, kind in fields)
    return f"layout(std140) uniform {name} {{\n{lines}}};\n"


class UniformBlock:
    """The buffer of a uniform block. Fields are vec4 and mat4 only, so std140 adds no padding.

    Source: OpenGL 3.3 core specification, section 2.11.4, "Standard Uniform Block Layout".
    """

    def __init__(self, gl: Any, fields: Sequence[tuple[str, str]], *, binding: int) -> None:
        self._fields, self._binding = tuple(fields), binding
        self._values = np.zeros(sum(_SIZES[kind] for _, kind in fields), np.float32)
        self._buffer = gl.buffer(reserve=self._values.nbytes, dynamic=True)

    def write(self, values: Mapping[str, ArrayLike]) -> None:
        """Fill the buffer and bind it.

        Args:
            values: a value for each field: vec4 (4,), mat4 (4, 4) in row order, as written in mathematics.
        """
        place = 0
        for field, kind in self._fields:
            value = np.asarray(values[field], np.float32)
            flat = value.T.ravel() if kind == "mat4" else value.ravel()
            self._values[place : place + len(flat)] = flat
            place += _SIZES[kind]
        self._buffer.write(self._values.tobytes())
        self._buffer.bind_to_uniform_block(self._binding)


def bind_blocks(program: Any) -> Any:
    """Set the binding points of a program's blocks; returns the program."""
    for name, binding in (("Scene", SCENE_BINDING), ("LookBlock", LOOK_BINDING)):
        if name in program:
            program[name].binding = binding
    return program
