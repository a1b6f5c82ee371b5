from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import moderngl
import numpy as np
import pytest

from runtime.engines.gl_context import create_context, release_context
from studio.shaders.uniform_blocks import (
    LOOK_FIELDS,
    SCENE_FIELDS,
    UniformBlock,
    bind_blocks,
    block_source,
)

FIELDS = (("scale", "vec4"), ("turn", "mat4"), ("shift", "vec4"))


@pytest.fixture
def gl() -> Iterator[Any]:
    context = create_context()
    try:
        yield context
    finally:
        release_context(context)


def test_a_shader_reads_what_was_written(gl: Any) -> None:
    random = np.random.default_rng(0)
    scale, shift, point = random.normal(size=(3, 4)).astype(np.float32)
    turn = random.normal(size=(4, 4)).astype(np.float32)
    source = (
        "#version 330\n"
        + block_source("Block", FIELDS)
        + "in vec4 point;\nout vec4 moved;\nvoid main() { moved = turn * (scale * point) + shift; }"
    )
    program = gl.program(vertex_shader=source, varyings=("moved",))
    program["Block"].binding = 3
    block = UniformBlock(gl, FIELDS, binding=3)
    block.write({"shift": shift, "turn": turn, "scale": scale})
    gl.simple_framebuffer((4, 4)).use()
    moved = gl.buffer(reserve=16)
    array = gl.vertex_array(program, [(gl.buffer(point.tobytes()), "4f", "point")])
    array.transform(moved, moderngl.POINTS)
    expected = turn @ (scale * point) + shift
    assert np.frombuffer(moved.read(), np.float32) == pytest.approx(expected, abs=1e-5)


def test_a_field_without_a_value_is_an_error(gl: Any) -> None:
    with pytest.raises(KeyError, match="shift"):
        UniformBlock(gl, FIELDS, binding=0).write({"scale": np.ones(4), "turn": np.eye(4)})


def test_scene_and_look_get_bindings_of_their_own(gl: Any) -> None:
    source = (
        "#version 330\n"
        + block_source("Scene", SCENE_FIELDS)
        + block_source("LookBlock", LOOK_FIELDS)
        + "void main() { gl_Position = to_clip * skin + key; }"
    )
    program = bind_blocks(gl.program(vertex_shader=source))
    assert program["Scene"].binding != program["LookBlock"].binding
    assert program["Scene"].size == 4 * sum({"vec4": 4, "mat4": 16}[kind] for _, kind in SCENE_FIELDS)
