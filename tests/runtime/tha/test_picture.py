"""The picture in NumPy is the graph's: fields, shifts, changes, sizes, and what lies outside."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")

from inference.session import open_session
from runtime.tha.graphs import SHIFT_PX, picture_graph
from runtime.tha.picture import PictureSampler, empty_table, write_rows
from runtime.tha.weights import FACE_LEFT, FACE_PX, FACE_TOP, FIELDS, PICTURE_PX

FACE = np.s_[:, FACE_TOP : FACE_TOP + FACE_PX, FACE_LEFT : FACE_LEFT + FACE_PX]


def smooth(random: np.random.Generator, channels: int, side: int, spread: float) -> np.ndarray:
    """Waves: of noise, the last digit of a position would be a difference of its own."""
    y, x = np.mgrid[0:side, 0:side] / side
    waves = [
        np.sin(2 * np.pi * (random.uniform(-3, 3) * x + random.uniform(-3, 3) * y + random.random()))
        for _ in range(channels)
    ]
    return np.asarray(spread * np.stack(waves), np.float32)


@pytest.mark.parametrize("size", [512, 200])
@pytest.mark.parametrize(
    "matrix", [(1, 0, 0, 0, 1, 0), (0.7, 0, 0.2, 0, 0.7, -0.1), (1.6, 0, -0.3, 0, 1.6, 0.4)]
)
@pytest.mark.parametrize("reach", [0.0, 0.05])
def test_the_picture_is_that_of_the_graph(size: int, matrix: tuple[float, ...], reach: float) -> None:
    random = np.random.default_rng(3)
    drawing, face = smooth(random, 4, PICTURE_PX, 1.0), smooth(random, 4, FACE_PX, 1.0)
    changed = np.abs(smooth(random, 1, FACE_PX, 1.0)[0])
    fields, shift = smooth(random, FIELDS, PICTURE_PX, 0.1), smooth(random, 2, SHIFT_PX, reach)
    fields[2] = np.abs(10 * fields[2])
    aim = np.array(matrix, np.float32)

    session = open_session(picture_graph(size), "cpu", 2)
    canvas = session.inputs["canvas"][0]
    canvas[:4] = drawing
    canvas[:4][FACE] = face
    canvas[4:][FACE] = changed
    session.inputs["fields"][0], session.inputs["shift"][0] = fields, shift
    session.inputs["matrix"][0] = aim
    session.run()

    table = empty_table()
    for first in range(0, PICTURE_PX, 32):
        write_rows(table, first, fields[:, first : first + 32])
    sampler = PictureSampler(size, drawing)
    sampler.put_face(face, changed)
    sampler.aim(aim, shift)
    for k in range(sampler.bands):
        sampler.draw_band(k, table)
    assert np.abs(sampler.picture - session.outputs["picture"][0]).max() <= 1e-4
    assert sampler.picture.std() > 0.1


def test_tables_go_on_at_their_ends() -> None:
    table = empty_table()
    write_rows(table, PICTURE_PX - 2, np.arange(2 * PICTURE_PX, dtype=np.float32).reshape(1, 2, PICTURE_PX))
    assert table[-1, 7, 0] == table[-2, 7, 0] == PICTURE_PX + 7
    assert table[-2, -1, 0] == table[-2, -2, 0] == 2 * PICTURE_PX - 1
    assert table[-1, -1, 0] == 2 * PICTURE_PX - 1


def test_a_picture_that_would_turn_is_a_mistake_of_the_caller() -> None:
    sampler = PictureSampler(64, np.zeros((4, PICTURE_PX, PICTURE_PX), np.float32))
    with pytest.raises(AssertionError, match="does not turn"):
        sampler.aim(
            np.array([1, 0.1, 0, -0.1, 1, 0], np.float32), np.zeros((2, SHIFT_PX, SHIFT_PX), np.float32)
        )
