from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("scipy")

from runtime.engines.gl_context import create_context, make_current, release_context
from studio.look import look_of
from studio.look_cache import _CAPACITY, LookCache, look_values
from studio.shaders.uniform_blocks import LOOK_FIELDS


class CountingPainter:
    """Stands in for SkinPainter; counts the textures that are painted and released."""

    def __init__(self) -> None:
        self.painted: list[tuple[int, int]] = []
        self.released = 0

    def paint(self, look: Any, size: int) -> tuple[Any, Any]:
        self.painted.append((look.seed, size))
        return SimpleNamespace(release=self.release), SimpleNamespace(release=self.release)

    def release(self) -> None:
        self.released += 1


@pytest.fixture(scope="module")
def gl() -> Iterator[Any]:
    context = create_context()
    yield context
    release_context(context)


def test_a_look_is_made_once_and_the_least_recently_used_one_is_released(gl: Any) -> None:
    make_current(gl)
    painter: Any = CountingPainter()
    looks = LookCache(gl, painter, SimpleNamespace())  # type: ignore[arg-type]  # clay wears nothing
    first = looks.get(0, "clay", 384)
    assert looks.get(0, "clay", 384) is first
    assert looks.get(0, "clay", 768) is not first
    assert painter.painted == [(0, 384), (0, 768)]
    for seed in range(1, _CAPACITY - 1):
        looks.get(seed, "clay", 384)
    assert looks.get(0, "clay", 384) is first  # now the most recently used
    assert painter.released == 0
    looks.get(99, "clay", 384)
    assert painter.released == 2  # both textures of (0, 768)
    assert looks.get(0, "clay", 384) is first


@pytest.mark.parametrize("style", ["real", "anime", "clay"])
def test_every_field_of_the_block_has_a_value(style: str) -> None:
    assert set(look_values(look_of(3, style))) == {name for name, _ in LOOK_FIELDS}
