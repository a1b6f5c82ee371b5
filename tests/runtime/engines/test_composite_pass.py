"""The pass alone, on pictures whose result is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import moderngl
import numpy as np
import pytest
from numpy.typing import NDArray

from runtime.engines.composite_pass import CompositePass
from runtime.engines.gl_context import create_context, make_current, release_context
from runtime.engines.plate_pass import Plate
from runtime.inference.retouch_network import RetouchFields

SIZE = 64
Picture = NDArray[np.uint8]


@pytest.fixture(scope="module")
def gl() -> Iterator[Any]:
    made = create_context()
    yield made
    release_context(made)


def drawn(
    gl: Any, draft: Picture, fields: RetouchFields, plate: Picture | None = None, *, taps: int = 1
) -> Picture:
    make_current(gl)
    made = CompositePass(gl, SIZE, taps)
    textures = []
    for picture in (draft, plate):
        if picture is not None:
            textures.append(gl.texture((len(picture),) * 2, 4, picture.tobytes()))
            textures[-1].filter = (moderngl.LINEAR, moderngl.LINEAR)
    made.write(fields)
    behind = Plate(textures[1], None, is_opaque=True, is_empty=False) if plate is not None else None
    made.draw(textures[0], behind, 1.0)
    out = np.zeros((SIZE, SIZE, 4), np.uint8)
    made.target.read_into(out, components=4)
    return out


def noise(seed: int, side: int = SIZE) -> Picture:
    """Opaque random pixels."""
    picture = np.random.default_rng(seed).integers(0, 256, (side, side, 4), np.uint8)
    picture[..., 3] = 255
    return picture


def test_a_whole_pixel_of_flow_moves_the_picture_which_goes_on_as_its_edge(gl: Any) -> None:
    fields = RetouchFields.unchanged()
    fields.flow[0], fields.flow[1] = 3 / SIZE, -2 / SIZE  # from the right and from above
    draft = noise(0)
    got = drawn(gl, draft, fields)
    wanted = np.pad(draft, ((2, 0), (0, 3), (0, 0)), mode="edge")[:-2, 3:]
    assert np.abs(got.astype(int) - wanted).max() <= 1


@pytest.mark.parametrize("taps", [1, 2])
@pytest.mark.parametrize("detail", [-1.0, 0.5])
def test_detail_is_what_pixels_have_beside_their_surroundings(gl: Any, taps: int, detail: float) -> None:
    """Of a frame's own pixels, half of the pixel and a quarter of each neighbour; of smaller ones the same width."""
    draft = noise(3, SIZE * taps) // 4 + 96
    draft[..., 3] = 255
    fields = RetouchFields.unchanged()
    fields.detail[:] = detail

    def frame(picture: NDArray[np.float64]) -> NDArray[np.float64]:
        return picture.reshape(SIZE, taps, SIZE, taps, 4).mean((1, 3))

    soft = draft.astype(np.float64)
    for axis in (0, 1):
        if taps == 1:
            soft = 0.5 * soft + 0.25 * (np.roll(soft, 1, axis) + np.roll(soft, -1, axis))
        else:
            half = taps // 2
            soft = 0.5 * (np.roll(soft, half, axis) + np.roll(soft, -half, axis))
    sharp = frame(draft.astype(np.float64))
    wanted = (sharp + detail * (sharp - frame(soft)))[2:-2, 2:-2]
    assert np.abs(drawn(gl, draft, fields, taps=taps)[2:-2, 2:-2] - wanted).max() <= 1.5


def test_gain_and_bias_stay_within_the_alpha(gl: Any) -> None:
    draft = np.full((SIZE, SIZE, 4), (40, 20, 10, 128), np.uint8)  # premultiplied
    fields = RetouchFields.unchanged()
    fields.gain[0], fields.gain[1], fields.gain[2] = 2.0, 9.0, 1.0
    fields.bias[2] = 0.1
    straight = np.array([80, 128, 10 + 0.1 * 128]) * 255 / 128
    got = drawn(gl, draft, fields)[SIZE // 2, SIZE // 2]
    assert got[3] == 128
    assert np.abs(got[:3] - straight).max() <= 2
    fields.bias[:] = -2.0
    assert (drawn(gl, draft, fields)[..., :3] == 0).all()


def test_paint_is_copied_from_afar_and_filled_where_there_is_nothing_to_copy(gl: Any) -> None:
    draft = np.zeros((SIZE, SIZE, 4), np.uint8)
    draft[:, : SIZE // 2] = (200, 0, 0, 255)
    fields = RetouchFields.unchanged()
    fields.mask[:] = 1.0
    fields.copied[:] = 1.0
    fields.far[0] = -0.25
    fields.paint[:] = np.array([0.0, 0.0, 1.0, 1.0], np.float32)[:, None, None]
    got = drawn(gl, draft, fields)
    assert (got[10:-10, SIZE // 2 + 4 : SIZE * 3 // 4 - 4] == (200, 0, 0, 255)).all()
    assert (got[10:-10, SIZE * 3 // 4 + 4 :] == (0, 0, 255, 255)).all()


def test_the_plate_shows_through_where_nothing_is_drawn(gl: Any) -> None:
    draft = np.zeros((SIZE, SIZE, 4), np.uint8)
    draft[:32] = (10, 20, 30, 255)
    plate = noise(1)
    got = drawn(gl, draft, RetouchFields.unchanged(), plate)
    assert np.array_equal(got[33:], plate[33:])
    assert np.abs(got[:31].astype(int) - (10, 20, 30, 255)).max() <= 1


@pytest.mark.parametrize("taps", [2, 4])
def test_a_larger_draft_is_averaged(gl: Any, taps: int) -> None:
    draft = noise(2, SIZE * taps)
    got = drawn(gl, draft, RetouchFields.unchanged(), taps=taps)
    wanted = draft.reshape(SIZE, taps, SIZE, taps, 4).mean((1, 3))
    assert np.abs(got - wanted).max() <= 1.5
