"""The graphs against the original's code (golden samples), against the torch modules, and against themselves in bands."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")

from inference.session import open_session
from runtime.tha.graphs import (
    SHIFT_PX,
    band_positions,
    body_graph,
    centres,
    face_graph,
    picture_graph,
    whole_graph,
)
from runtime.tha.weights import FACE_LEFT, FACE_PX, FACE_TOP
from tests.tha_characters import random_canvas, random_poses, random_weights

#: Samples of what the original's code makes of `random_state` (seeds 0 and 1), `random_drawing` and `random_poses`: made by
#: running it, commit 3206401, with torch 2.13 on a CPU.
GOLDEN = np.load(Path(__file__).parents[2] / "data" / "tha4.npz")
#: Positions are multiplied by half a side of 512 and by a slope of the picture, so that the picture differs by more.
EXACT, PICTURE = 1e-5, 1e-4
IDENTITY = np.array([1, 0, 0, 0, 1, 0], np.float32)
WEIGHTS = random_weights()
POSES = random_poses(3)


def face_in_bands(pose: np.ndarray, rows: int) -> np.ndarray:
    session = open_session(face_graph(WEIGHTS, rows), "cpu", 1)
    session.inputs["pose"][0] = pose[:39]
    made = []
    for first in range(0, FACE_PX, rows):
        session.inputs["rows"][:] = centres(FACE_PX)[first : first + rows].reshape(1, 1, rows, 1)
        session.run()
        made.append(session.outputs["face"][0].copy())
    return np.concatenate(made, 1)


def fields_in_bands(pose: np.ndarray, side: int, rows: int) -> np.ndarray:
    session = open_session(body_graph(WEIGHTS, side, rows), "cpu", 1)
    session.inputs["pose"][0] = pose
    made = []
    for first in range(0, side, rows):
        for level, at in enumerate(band_positions(side, first, rows)):
            session.inputs[f"rows{level}"][:] = at
        session.run()
        made.append(session.outputs["fields"][0].copy())
    return np.concatenate(made, 1)


def difference(one: np.ndarray, other: np.ndarray) -> float:
    assert one.shape == other.shape
    return float(np.abs(one - other).max())


def at(values: np.ndarray, places: np.ndarray) -> np.ndarray:
    return values[:, places[:, 0], places[:, 1]]


@pytest.mark.parametrize("k", [0, 1, 2])
def test_the_face_is_the_originals(k: int) -> None:
    assert at(face_in_bands(POSES[k], 16), GOLDEN["face_places"]) == pytest.approx(
        GOLDEN["face"][k], abs=EXACT
    )


def test_the_bodys_fields_are_the_originals() -> None:
    fields = fields_in_bands(POSES[1], 128, 32)
    found = at(fields, GOLDEN["body_places"])
    for name, channels in (("change", slice(0, 2)), ("opacity", slice(2, 3)), ("colour", slice(3, 7))):
        assert found[channels] == pytest.approx(GOLDEN[name][1], abs=EXACT), name
    # of all pixels, not of the samples alone: face, picture, opacity, colour, moved, change
    for statistic, values in (("mean", np.mean), ("std", np.std)):
        assert values(fields[3:]) == pytest.approx(GOLDEN[statistic][1][3], abs=EXACT)
        assert values(fields[:2]) == pytest.approx(GOLDEN[statistic][1][5], abs=EXACT)


def test_the_whole_picture_is_the_originals() -> None:
    session = open_session(whole_graph(WEIGHTS, 512), "cpu", 2)
    drawing = random_canvas()
    drawing[:, FACE_TOP : FACE_TOP + FACE_PX, FACE_LEFT : FACE_LEFT + FACE_PX] = 0.0
    session.inputs["pose"][0], session.inputs["drawing"][0] = POSES[2], drawing
    session.inputs["matrix"][0] = IDENTITY
    session.run()
    wanted = np.clip((GOLDEN["picture"][2] + 1) / 2, 0, 1)
    assert at(session.outputs["picture"][0], GOLDEN["body_places"]) == pytest.approx(wanted, abs=PICTURE)


@pytest.mark.parametrize("rows", [1, 4, 16])
def test_bands_of_any_height_make_the_same_fields(rows: int) -> None:
    assert difference(fields_in_bands(POSES[0], 16, rows), fields_in_bands(POSES[0], 16, 8)) <= EXACT


def picture(
    fields: np.ndarray, canvas: np.ndarray, matrix: np.ndarray, shift: np.ndarray, size: int
) -> np.ndarray:
    session = open_session(picture_graph(size), "cpu", 2)
    session.inputs["fields"][0], session.inputs["canvas"][0] = fields, canvas
    session.inputs["matrix"][0], session.inputs["shift"][0] = matrix, shift
    session.run()
    return session.outputs["picture"][0]


STILL = np.zeros((2, SHIFT_PX, SHIFT_PX), np.float32)
EMPTY = np.zeros((7, 512, 512), np.float32)
CANVAS = np.concatenate([random_canvas(), np.zeros((1, 512, 512), np.float32)])
SHOWN = (CANVAS[:4] + 1) / 2


def test_fields_of_zero_leave_the_picture_as_it_is() -> None:
    assert difference(picture(EMPTY, CANVAS, IDENTITY, STILL, 512), SHOWN) <= PICTURE


def test_half_the_size_is_the_mean_of_four_pixels() -> None:
    wanted = SHOWN.reshape(4, 256, 2, 256, 2).mean((2, 4))
    assert difference(picture(EMPTY, CANVAS, IDENTITY, STILL, 256), wanted) <= PICTURE


def test_a_matrix_moves_the_picture_and_shows_nothing_beside_it() -> None:
    """64 pixels to the right and 32 up."""
    matrix = np.array([1, 0, -64 / 256, 0, 1, 32 / 256], np.float32)
    full = CANVAS.copy()
    full[3] = 1.0  # opaque up to the edges
    made = picture(EMPTY, full, matrix, STILL, 512)
    wanted = np.zeros((4, 512, 512), np.float32)
    wanted[:, :480, 64:] = ((full[:4] + 1) / 2)[:, 32:, :448]
    assert difference(made, wanted) <= PICTURE


def test_a_shift_takes_fields_from_elsewhere_and_a_change_hides_them() -> None:
    """A red dot of the body's own colour, 16 pixels to the left of where the shift looks for it."""
    fields = EMPTY.copy()
    fields[2, 200:210, 300:310] = 1.0
    fields[3:, 200:210, 300:310] = np.array([1, -1, -1, 1], np.float32)[:, None, None]
    shift = STILL.copy()
    shift[0] = 16 / 256
    made = picture(fields, CANVAS, IDENTITY, shift, 512)
    assert made[:, 205, 289] == pytest.approx([1, 0, 0, 1], abs=PICTURE)
    assert made[:, 205, 305] == pytest.approx(SHOWN[:, 205, 321], abs=PICTURE)
    changed = CANVAS.copy()
    changed[4] = 1.0
    assert picture(fields, changed, IDENTITY, shift, 512)[:, 205, 289] == pytest.approx(
        SHOWN[:, 205, 305], abs=PICTURE
    )
