"""The pass alone, on pictures whose result is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import moderngl
import numpy as np
import pytest
from numpy.typing import NDArray

from runtime.engines.change_pass import ChangePass, SmallPicture
from runtime.engines.gl_context import create_context, make_current, release_context
from runtime.engines.plate_pass import Plate

SIZE, SIDE = 64, 16
Picture = NDArray[np.uint8]


@pytest.fixture(scope="module")
def gl() -> Iterator[Any]:
    made = create_context()
    yield made
    release_context(made)


def drawn(
    gl: Any,
    draft: Picture,
    picture: SmallPicture,
    share: float = 1.0,
    *,
    plate: Picture | None = None,
    shifts: NDArray[np.float32] | None = None,
) -> Picture:
    make_current(gl)
    made = ChangePass(gl, SIZE, len(draft) // SIZE, SIDE)
    made.write(picture)
    own = gl.texture((len(draft),) * 2, 4, draft.tobytes())
    moved, behind = None, None
    if shifts is not None:
        moved = gl.texture((len(shifts),) * 2, 4, shifts.tobytes(), dtype="f4")
        moved.filter = (moderngl.LINEAR, moderngl.LINEAR)
    if plate is not None:
        behind = Plate(gl.texture((SIZE, SIZE), 4, plate.tobytes()), None, is_opaque=True, is_empty=False)
    made.draw(own, behind, share, shifts=moved)
    out = np.zeros((SIZE, SIZE, 4), np.uint8)
    made.target.read_into(out, components=4)
    return out


def opaque(seed: int, side: int = SIZE) -> Picture:
    picture = np.random.default_rng(seed).integers(60, 190, (side, side, 4), np.uint8)
    picture[..., 3] = 255
    return picture


def small(clean: Picture, low: Picture, doubt: int = 0) -> SmallPicture:
    return SmallPicture(clean, low, np.full((SIDE, SIDE), doubt, np.uint8))


def test_what_is_not_changed_is_the_draft_to_the_byte_wherever_it_has_moved(gl: Any) -> None:
    draft, low = opaque(0), opaque(1, SIDE)
    shifts = np.random.default_rng(2).normal(0, 0.1, (8, 8, 4)).astype(np.float32)
    assert np.array_equal(drawn(gl, draft, small(low, low), shifts=shifts), draft)
    assert np.array_equal(drawn(gl, draft, SmallPicture.empty(SIDE)), draft)


def test_a_share_of_nothing_is_the_draft_to_the_byte(gl: Any) -> None:
    draft = opaque(0)
    assert np.array_equal(drawn(gl, draft, small(opaque(1, SIDE), opaque(2, SIDE), 128), 0.0), draft)


def test_the_draft_keeps_its_detail_under_a_soft_change(gl: Any) -> None:
    draft, low = opaque(0), np.full((SIDE, SIDE, 4), 128, np.uint8)
    clean = low.copy()
    clean[..., 0] += 40
    clean[..., 3] = low[..., 3] = 255
    got = drawn(gl, draft, small(clean, low)).astype(int) - draft
    assert (got[..., 0] == 40).all()
    assert (got[..., 1:] == 0).all()
    half = drawn(gl, draft, small(clean, low), 0.5).astype(int) - draft
    assert (abs(half[..., 0] - 20) <= 1).all()


def test_a_change_moves_with_the_head(gl: Any) -> None:
    """A change in the left half, seen a quarter of the frame further right."""
    draft, low = opaque(0), np.full((SIDE, SIDE, 4), 255, np.uint8)
    low[..., :3] = 100
    clean = low.copy()
    clean[:, : SIDE // 2, 1] += 30
    shifts = np.zeros((8, 8, 4), np.float32)
    shifts[..., 0] = -0.25
    changed = drawn(gl, draft, small(clean, low), shifts=shifts).astype(int)[..., 1] - draft[..., 1]
    edge = 3 * SIZE // 4
    assert (changed[:, : edge - 3] == 30).all()
    assert (changed[:, edge + 3 :] == 0).all()


def test_where_there_is_doubt_the_networks_picture_takes_the_drafts_place(gl: Any) -> None:
    clean = np.full((SIDE, SIDE, 4), 255, np.uint8)
    clean[..., :3] = (200, 100, 50)
    got = drawn(gl, opaque(0), small(clean, opaque(1, SIDE), 255))
    assert np.abs(got.astype(int) - (200, 100, 50, 255)).max() <= 1


def test_doubt_is_only_where_much_changes() -> None:
    low = np.full((4, SIDE, SIDE), 0.5, np.float32)
    low[3] = 1.0
    clean = low.copy()
    clean[:3] += np.float32(0.05)
    clean[1, 4:10, 4:10] = 1.0
    picture = SmallPicture.empty(SIDE)
    picture.fill(clean, low)
    assert picture.doubt[6, 6] == 255
    assert (picture.doubt[12:] == 0).all()
    steps = np.abs(np.diff(picture.doubt.astype(int), axis=0)).max()
    assert 0 < steps < 255  # soft at its border
    change = picture.clean.astype(int) - picture.low
    assert (change[12:, :, :3] == 140 - 128).all()
    assert change[6, 6, 1] == 255 - 128
    assert picture.clean[6, 6].tolist() == [140, 255, 140, 255]


def test_another_outline_is_no_doubt() -> None:
    """The network's head is two pixels wider, of the same colour."""
    pictures = [np.zeros((4, SIDE, SIDE), np.float32) for _ in range(2)]
    for made, width in zip(pictures, (8, 10), strict=True):
        made[:, :, :width] = np.array([0.7, 0.5, 0.4, 1.0])[:, None, None]
    picture = SmallPicture.empty(SIDE)
    picture.fill(*pictures)
    assert not picture.doubt.any()


@pytest.mark.parametrize("doubt", [0, 255])
def test_the_outline_stays_the_drafts_and_no_colour_is_seen_beyond_it(gl: Any, doubt: int) -> None:
    """A draft's soft edge; the network's head is wider, and redder."""
    alpha = np.clip((40.0 - np.arange(SIZE)) / 12.0, 0.0, 1.0)
    draft = np.broadcast_to((alpha[:, None] * (120, 120, 120, 255)).astype(np.uint8), (SIZE, SIZE, 4)).copy()
    low, clean = np.zeros((2, SIDE, SIDE, 4), np.uint8)
    low[:, :9] = (120, 120, 120, 255)
    clean[:, :12] = (180, 120, 120, 255)
    got = drawn(gl, draft, small(clean, low, doubt)).astype(int)
    assert np.array_equal(got[..., 3], draft[..., 3])
    assert (abs(got[:, :24, 0] - 180) <= 1).all()  # redder inside
    seen = got[..., 3] > 0
    assert (
        abs(got[seen][:, 1:3] - 120) <= 4
    ).all()  # green and blue of a straight colour are the draft's everywhere
    assert (got[seen][:, 0] <= 184).all()


def test_a_transparent_frame_keeps_straight_colours_no_brighter_than_they_are(gl: Any) -> None:
    draft = np.full((SIZE, SIZE, 4), (60, 40, 20, 128), np.uint8)
    low = np.full((SIDE, SIDE, 4), (60, 40, 20, 128), np.uint8)
    clean = low.copy()
    clean[..., 0] = 200  # more than the alpha: clamped to it
    got = drawn(gl, draft, small(clean, low))
    assert (got == (255, 80, 40, 128)).all()


def test_a_larger_draft_is_averaged_and_the_background_shows_through(gl: Any) -> None:
    draft, plate = opaque(0, 2 * SIZE), opaque(3)
    draft[:, SIZE:] = 0
    got = drawn(gl, draft, SmallPicture.empty(SIDE), plate=plate)
    left = draft[:, :SIZE].reshape(SIZE, 2, SIZE // 2, 2, 4).astype(float).mean((1, 3))
    assert np.abs(got[:, : SIZE // 2] - left).max() <= 1
    assert np.array_equal(got[:, SIZE // 2 :], plate[:, SIZE // 2 :])
