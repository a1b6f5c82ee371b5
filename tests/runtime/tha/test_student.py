"""A character in bands on the CPU draws what the whole graph draws; a body that is spread over frames follows the pose."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")

from runtime.tha.student import BANDS, BandedStudent, WholeStudent, changed, moved
from tests.tha_characters import random_canvas, random_poses, random_weights

SIZE = 128
IDENTITY = np.array([1, 0, 0, 0, 1, 0], np.float32)
POSES = random_poses(2)


def difference(one: np.ndarray, other: np.ndarray) -> float:
    assert one.shape == other.shape
    return float(np.abs(one - other).max())


@pytest.fixture(scope="module")
def banded() -> Iterator[BandedStudent]:
    made = BandedStudent(random_weights(), random_canvas(), SIZE, threads=2)
    yield made
    made.close()


@pytest.fixture(scope="module")
def wanted() -> list[np.ndarray]:
    """The pictures of POSES by the whole graph."""
    whole = WholeStudent(random_weights(), random_canvas(), SIZE, "cpu")
    return [whole.draw(pose, IDENTITY).copy() for pose in POSES]


def test_bands_draw_what_the_whole_graph_draws(banded: BandedStudent, wanted: list[np.ndarray]) -> None:
    for pose, picture in zip(POSES, wanted, strict=True):
        assert difference(banded.draw(pose, IDENTITY), picture) <= 1e-4


def test_a_body_spread_over_frames_arrives_and_a_still_pose_is_exact(
    banded: BandedStudent, wanted: list[np.ndarray]
) -> None:
    banded.draw(POSES[0], IDENTITY)
    first = banded.draw(POSES[1], IDENTITY, BANDS // 2).copy()
    assert (
        np.abs(first - wanted[1]).mean() < np.abs(wanted[0] - wanted[1]).mean()
    )  # moved, though not there yet
    assert np.abs(first - wanted[1]).max() > 1e-3
    assert difference(banded.draw(POSES[1], IDENTITY, BANDS // 2), wanted[1]) <= 1e-4
    assert difference(banded.draw(POSES[1], IDENTITY, 1), wanted[1]) <= 1e-4


def test_a_pose_that_moves_on_does_not_hold_up_the_body(
    banded: BandedStudent, wanted: list[np.ndarray]
) -> None:
    """Bands go on with the pose they were begun for; what is shown afterwards is moved from there."""
    banded.draw(POSES[0], IDENTITY)
    banded.draw(POSES[1], IDENTITY, BANDS // 2)
    banded.draw(POSES[0], IDENTITY, BANDS // 2)  # the body of pose 1 is there now
    assert difference(banded.draw(POSES[1], IDENTITY, 1), wanted[1]) <= 1e-4
    assert difference(banded.draw(POSES[0], IDENTITY, BANDS), wanted[0]) <= 1e-4


def test_without_a_band_the_face_is_drawn_and_the_body_waits(
    banded: BandedStudent, wanted: list[np.ndarray]
) -> None:
    start = banded.draw(POSES[0], IDENTITY).copy()
    for _ in range(3):
        shown = banded.draw(POSES[1], IDENTITY, 0).copy()
    assert difference(shown, start) > 1e-3  # its face is the new one, and its body is moved
    assert difference(shown, wanted[1]) > 1e-3
    assert difference(banded.draw(POSES[0], IDENTITY, 0), start) <= 1e-4  # no other body was begun


def test_no_change_moves_nothing() -> None:
    fields = np.random.default_rng(0).uniform(-1, 1, (7, 64, 64)).astype(np.float32)
    assert not moved(fields, fields).any()
    face = np.ones((4, 128, 128), np.float32)
    assert not changed(face, face).any()


def test_a_movement_of_the_drawing_is_kept_and_what_the_body_paints_is_filled_in() -> None:
    before, now = (np.zeros((7, 64, 64), np.float32) for _ in range(2))
    now[0], now[1] = 0.25, -0.125
    assert difference(moved(now, before), now[:2]) <= 1e-6
    now[2, 30, 30] = 1.0  # its own colour: what it says of the position means nothing
    now[:2, 30, 30] = 100.0
    assert moved(now, before)[0, 30, 30] == pytest.approx(0.25, abs=0.1)


def test_a_changed_pixel_changes_those_around_it() -> None:
    before, face = (np.zeros((4, 128, 128), np.float32) for _ in range(2))
    face[1, 60, 70] = 1.0
    made = changed(face, before)
    assert made[60, 70] == 1.0
    assert made[60, 73] > 0
    assert not made[60, 75:].any()
    assert not made[:56].any()
