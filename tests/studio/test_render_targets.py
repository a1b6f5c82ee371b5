from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from runtime.engines.gl_context import create_context, make_current, release_context
from studio.render_targets import RenderTargets

SIZE = 30


@pytest.fixture(scope="module")
def gl() -> Iterator[Any]:
    context = create_context()
    yield context
    release_context(context)


@pytest.fixture
def targets(gl: Any) -> RenderTargets:
    make_current(gl)
    gl.disable(gl.DEPTH_TEST | gl.BLEND | gl.CULL_FACE)
    return RenderTargets(gl, SIZE)


def test_resolving_one_colour_gives_that_colour(targets: RenderTargets) -> None:
    targets.large.use()
    targets.large.clear(0.2, 0.4, 0.6, 1.0, depth=1.0)
    targets.resolve("clay")
    picture = targets.read_small()
    assert picture.shape == (SIZE, SIZE, 4)
    assert np.ptp(picture, axis=(0, 1)).max() == 0
    assert picture[0, 0, 3] == 255


def test_an_empty_picture_is_transparent(targets: RenderTargets) -> None:
    targets.large.use()
    targets.large.clear(0.0, 0.0, 0.0, 0.0, depth=1.0)
    targets.resolve("real")
    assert not targets.read_small()[..., 3].any()


def test_pictures_are_read_with_the_top_row_first(targets: RenderTargets) -> None:
    targets.small.use()
    targets.small.clear(0.0, 0.0, 0.0, 1.0)
    targets.small.scissor = (0, SIZE - 5, SIZE, 5)  # OpenGL counts rows from below: the upper five
    targets.small.clear(1.0, 1.0, 1.0, 1.0)
    targets.small.scissor = None
    picture = targets.read_small()
    assert (picture[:5] == 255).all()
    assert not picture[5:, :, :3].any()


def test_labels_keep_their_precision(targets: RenderTargets) -> None:
    targets.labels.use()
    targets.labels.clear(0.25, -0.5, 0.125, 88.75, depth=1.0)
    normal_depth, part = targets.read_labels()
    assert normal_depth.shape == (SIZE, SIZE, 4)
    assert (normal_depth == np.array([0.25, -0.5, 0.125, 88.75], np.float32)).all()
    assert (part.shape, part.dtype) == ((SIZE, SIZE), np.dtype(np.uint8))
