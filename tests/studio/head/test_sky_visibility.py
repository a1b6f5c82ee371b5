from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from runtime.engines.gl_context import create_context, release_context
from studio.head.mesh import StudioMesh, build_mesh
from studio.head.sky_visibility import orthographic, sky_visibility
from studio.head.source import PART, read_face_source


@pytest.fixture(scope="module")
def gl() -> Iterator[Any]:
    context = create_context()
    yield context
    release_context(context)


@pytest.fixture(scope="module")
def mesh(small_head: Path) -> StudioMesh:
    return build_mesh(read_face_source(small_head))


def test_a_convex_part_alone_sees_the_whole_sky(gl: Any, mesh: StudioMesh) -> None:
    sky = sky_visibility(gl, mesh, ("face",))
    assert sky[mesh.part == PART["face"]].min() > 0.85
    assert (sky[mesh.part != PART["face"]] == 1.0).all()


def test_a_part_inside_another_sees_none(gl: Any, mesh: StudioMesh) -> None:
    sky = sky_visibility(gl, mesh, ("face", "head_and_neck", "mouth_socket"))
    inside = (mesh.part == PART["mouth_socket"]) & (mesh.rest[:, 2] < 7.0)  # the face's surface is at 9.6
    assert sky[inside].max() < 0.1
    tip = (mesh.part == PART["face"]) & (mesh.rest[:, 2] > 10.0)
    assert sky[tip].min() > 0.9


@pytest.mark.parametrize("direction", [(0, 0, 1), (0, 1, 0), (0.6, 0.0, 0.8), (-1, -2, 0.5)])
def test_an_orthographic_matrix_looks_from_the_light(direction: tuple[float, float, float]) -> None:
    middle, reach = np.array([1.0, -2.0, 3.0]), 5.0
    towards = np.array(direction) / np.linalg.norm(direction)
    matrix = orthographic(np.array(direction, np.float32), reach, tuple(middle.tolist()))
    points = np.stack([middle, middle + reach * towards, middle - reach * towards])
    clip = points @ matrix[:3, :3].T + matrix[:3, 3]
    np.testing.assert_allclose(
        clip, [(0, 0, 0), (0, 0, -1), (0, 0, 1)], atol=1e-5
    )  # nearest to the light first
    np.testing.assert_allclose(reach * matrix[:3, :3] @ matrix[:3, :3].T * reach, np.eye(3), atol=1e-5)
