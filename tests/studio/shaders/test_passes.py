"""The averaging pass against the same formulas in NumPy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import moderngl
import numpy as np
import pytest

from runtime.engines.gl_context import create_context, release_context
from studio.shaders.passes import COPY_FRAGMENT, SCREEN, average_source


@pytest.fixture(scope="module")
def gl() -> Iterator[Any]:
    context = create_context()
    try:
        yield context
    finally:
        release_context(context)


def drawn(
    gl: Any, fragment: str, large: np.ndarray, size: int, filtering: tuple[int, int], **uniforms: float
) -> np.ndarray:
    """(size, size, 4) float32: a pass over a picture (S, S, 4)."""
    texture = gl.texture(large.shape[1::-1], 4, np.ascontiguousarray(large, np.float32).tobytes(), dtype="f4")
    texture.filter = filtering
    texture.repeat_x = texture.repeat_y = False
    texture.use(0)
    program = gl.program(SCREEN, fragment)
    for name, value in uniforms.items():
        if name in program:
            program[name].value = value
    target = gl.framebuffer([gl.texture((size, size), 4, dtype="f4")])
    target.use()
    target.clear(0.0, 0.0, 0.0, 0.0)
    gl.vertex_array(program, []).render(moderngl.TRIANGLES, vertices=3)
    return np.frombuffer(target.read(components=4, dtype="f4"), np.float32).reshape(size, size, 4)


def exposed(root: np.ndarray) -> np.ndarray:
    """FILM's curve in double precision."""
    x = root.astype(np.float64) ** 2 * 2.96
    x = np.clip(np.sqrt(x * (1 + 0.18 * x) / (1 + 0.72 * x)), 0, 1) ** (2 / 2.2)
    return 0.72 * x + 0.28 * x * x * (3 - 2 * x)


@pytest.mark.parametrize(
    ("style", "curve"), [("real", exposed), ("clay", lambda root: root.astype(np.float64) ** (2 / 2.2))]
)
def test_four_samples_are_averaged_before_the_film_s_curve(gl: Any, style: str, curve: Any) -> None:
    random = np.random.default_rng(0)
    large = random.uniform(0.05, 0.7, (16, 16, 4)).astype(np.float32)
    large[..., 3] = 1.0
    found = drawn(gl, average_source(style, four=False), large, 8, (moderngl.LINEAR, moderngl.LINEAR))
    mean = large.reshape(8, 2, 8, 2, 4).mean((1, 3))
    assert found[..., :3] == pytest.approx(curve(mean[..., :3]), abs=2e-3)
    assert found[..., 3] == pytest.approx(1.0)


def test_colour_is_divided_by_coverage(gl: Any) -> None:
    large = np.zeros((4, 4, 4), np.float32)
    large[::2, ::2] = (0.4, 0.4, 0.4, 1.0)  # one sample of four is covered
    found = drawn(gl, average_source("clay", four=False), large, 2, (moderngl.LINEAR, moderngl.LINEAR))
    assert found[..., 3] == pytest.approx(0.25, abs=1e-3)
    assert found[..., :3] == pytest.approx(0.4 ** (2 / 2.2), abs=2e-3)


def test_the_copy_fills_every_pixel(gl: Any) -> None:
    large = np.random.default_rng(1).uniform(0, 1, (5, 5, 4)).astype(np.float32)
    found = drawn(gl, COPY_FRAGMENT, large, 10, (moderngl.NEAREST, moderngl.NEAREST))
    assert found == pytest.approx(large.repeat(2, 0).repeat(2, 1), abs=1e-6)


def test_ink_lines_compile(gl: Any) -> None:
    program = gl.program(SCREEN, average_source("anime", four=True))
    assert "ink" in program
