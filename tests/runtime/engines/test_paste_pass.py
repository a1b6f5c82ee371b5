"""The pasted frame against the same arithmetic in numpy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from runtime.engines.gl_context import create_context, release_context
from runtime.engines.paste_pass import SOFT, PastePass

SIZE, SIDE = 64, 32
CROP = np.array([0.05, -0.1, 0.5], np.float32)


@pytest.fixture
def gl() -> Iterator[Any]:
    made = create_context()
    yield made
    release_context(made)


def premultiplied(seed: int) -> np.ndarray:
    """(SIZE, SIZE, 4) uint8, smooth, so that sampling at pixel centres is exact."""
    random = np.random.RandomState(seed)
    alpha = random.randint(0, 256, (SIZE, SIZE, 1))
    rgb = random.randint(0, 256, (SIZE, SIZE, 3)) * alpha // 255
    return np.concatenate([rgb, alpha], 2).astype(np.uint8)


def share() -> np.ndarray:
    """(SIZE, SIZE, 1) of the square, by smoothstep."""
    at = (np.arange(SIZE) + 0.5) / SIZE - 0.5
    lines = []
    for axis in (0, 1):
        place = (at - CROP[axis]) / CROP[2] + 0.5
        t = np.clip(np.minimum(place, 1 - place) / SOFT, 0, 1)
        lines.append(t * t * (3 - 2 * t))
    return (lines[1][:, None] * lines[0][None, :])[..., None]


@pytest.mark.parametrize("has_plate", [False, True])
@pytest.mark.parametrize("keeps_background", [False, True])
def test_a_frame(gl: Any, has_plate: bool, keeps_background: bool) -> None:
    base, draft, plate = premultiplied(1), premultiplied(2), premultiplied(3)
    plate[..., 3] = 255
    colour = np.array([200, 100, 50, 0], np.uint8)  # a plain picture: where it is sampled does not matter
    paste = PastePass(gl, SIZE)
    paste.write_picture(np.tile(colour, (SIDE, SIDE, 1)))
    textures = [gl.texture((SIZE, SIZE), 4, one.tobytes()) for one in (base, draft, plate)]
    paste.draw(
        textures[0], textures[1], textures[2] if has_plate else None, CROP, keeps_background=keeps_background
    )
    got = np.zeros((SIZE, SIZE, 4), np.uint8)
    paste.target.read_into(got, components=4)

    behind = plate / 255.0 if has_plate else np.zeros((SIZE, SIZE, 4))
    outside = base / 255.0
    alpha = np.ones((SIZE, SIZE, 1)) if keeps_background else draft[..., 3:] / 255.0
    inside = np.concatenate([colour[:3] / 255.0 * alpha, alpha], 2)
    over = [one + behind * (1 - one[..., 3:]) for one in (outside, inside)]
    wanted = over[0] * (1 - share()) + over[1] * share()
    np.testing.assert_allclose(got[..., 3], 255 * wanted[..., 3], atol=1.5)
    is_seen = wanted[..., 3] > 0.2
    straight = wanted[..., :3] / np.maximum(wanted[..., 3:], 1e-6)
    np.testing.assert_allclose(got[is_seen][:, :3], 255 * straight[is_seen], atol=4)


def test_the_picture_lies_upright_in_its_square(gl: Any) -> None:
    """Red grows to the right, green downwards; the square's middle shows the picture's."""
    ramp = np.linspace(0, 255, SIDE).astype(np.uint8)
    picture = np.zeros((SIDE, SIDE, 4), np.uint8)
    picture[..., 0], picture[..., 1] = ramp[None, :], ramp[:, None]
    paste = PastePass(gl, SIZE)
    paste.write_picture(picture)
    blank = gl.texture((SIZE, SIZE), 4, bytes(SIZE * SIZE * 4))
    paste.draw(blank, blank, None, CROP, keeps_background=True)
    got = np.zeros((SIZE, SIZE, 4), np.uint8)
    paste.target.read_into(got, components=4)
    x, y = (round((CROP[axis] + 0.5) * SIZE) for axis in (0, 1))
    quarter = round(CROP[2] * SIZE / 4)
    assert got[y, x, :2].tolist() == pytest.approx([128, 128], abs=8)
    assert got[y, x + quarter, :2].tolist() == pytest.approx([191, 128], abs=8)
    assert got[y - quarter, x, :2].tolist() == pytest.approx([128, 64], abs=8)
