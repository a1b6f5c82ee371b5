from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from runtime.engines.gl_context import create_context, release_context
from studio.shaders.hair import hair_sources
from studio.shaders.worn import worn_sources


@pytest.fixture(scope="module")
def gl() -> Iterator[Any]:
    context = create_context()
    try:
        yield context
    finally:
        release_context(context)


@pytest.mark.parametrize("fine", [False, True])
@pytest.mark.parametrize("style", ["real", "anime"])
@pytest.mark.parametrize("material", ["hair", "clothes", "glasses"])
@pytest.mark.parametrize("kind", ["colour", "label"])
def test_what_is_worn_compiles_and_takes_the_vertices_of_the_mesh(
    gl: Any, kind: str, material: str, style: str, fine: bool
) -> None:
    program = gl.program(*worn_sources(kind, material, style, fine=fine))
    attributes = {name for name in program if type(program[name]).__name__ == "Attribute"}
    assert "position" in attributes
    assert attributes <= {"position", "normal", "tangent", "rest", "uv", "worn_kind", "sky"}


def test_realistic_hair_has_shaders_of_its_own() -> None:
    assert worn_sources("colour", "hair", "real", fine=True) == hair_sources("colour", fine=True)
    assert worn_sources("colour", "hair", "anime", fine=True) != hair_sources("colour", fine=True)
