"""The materials compile in every style, and skin ends where the clothes' neckline says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import moderngl
import numpy as np
import pytest

from runtime.engines.gl_context import create_context, release_context
from studio.shaders.labels import label_source
from studio.shaders.materials import COVERED_BY_CLOTH, material_source
from studio.shaders.passes import VERTEX
from studio.shaders.uniform_blocks import LOOK_FIELDS, block_source
from studio.worn.clothes import NECKLINES, neckline_height

MATERIALS = ("skin", "eye", "mouth", "lash", "eye_shade")


@pytest.fixture(scope="module")
def gl() -> Iterator[Any]:
    context = create_context()
    try:
        yield context
    finally:
        release_context(context)


@pytest.mark.parametrize("style", ["real", "anime", "clay"])
@pytest.mark.parametrize("material", MATERIALS)
def test_a_material_and_its_label_compile_in_every_style(gl: Any, material: str, style: str) -> None:
    for fine in (False, True):
        gl.program(VERTEX, material_source(material, style, fine=fine))
    gl.program(VERTEX, label_source(material, style))


def test_an_unknown_material_is_an_error() -> None:
    with pytest.raises(KeyError, match="wood"):
        material_source("wood", "real", fine=True)


@pytest.mark.parametrize("name", NECKLINES)
def test_skin_is_hidden_below_the_neckline_that_the_clothes_are_cut_to(gl: Any, name: str) -> None:
    random = np.random.default_rng(0)
    points = random.uniform((-9, -18, -9), (9, -8, 9), (3000, 3)).astype(np.float32)
    source = (
        "#version 330\n"
        + block_source("LookBlock", LOOK_FIELDS)
        + "in vec3 at;\nout float hidden;\nvec3 place;\n"
        + COVERED_BY_CLOTH
        + "void main() { place = at; hidden = covered_by_cloth() ? 1.0 : 0.0; }"
    )
    program = gl.program(vertex_shader=source, varyings=("hidden",))
    block = np.zeros((len(LOOK_FIELDS), 4), np.float32)
    block[[field for field, _ in LOOK_FIELDS].index("neckline")] = NECKLINES[name]
    gl.buffer(block.tobytes()).bind_to_uniform_block(program["LookBlock"].binding)
    gl.simple_framebuffer((4, 4)).use()
    out = gl.buffer(reserve=4 * len(points))
    gl.vertex_array(program, [(gl.buffer(points.tobytes()), "3f", "at")]).transform(out, moderngl.POINTS)
    hidden = np.frombuffer(out.read(), np.float32) > 0.5
    line = neckline_height(NECKLINES[name], np.arctan2(points[:, 0], points[:, 2] + 1.5))
    margin = points[:, 1] - (line - 0.5)
    clear = np.abs(margin) > 1e-3
    assert np.array_equal(hidden[clear], margin[clear] < 0)
    assert 0.1 < hidden.mean() < 0.9
