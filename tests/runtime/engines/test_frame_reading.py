"""Reading frames back: straight alpha against its formula, and which frame is taken for the one before it."""

from __future__ import annotations

import numpy as np
import pytest

from face.motion import Motion
from runtime.engines.frame_reading import FrameReading
from runtime.engines.gl_room import GlRoom

SIZE = 8


class Drawing:
    """A framebuffer that is filled with one colour, and its reading."""

    def __init__(self) -> None:
        self.room = GlRoom()
        self.gl, programs = self.room.enter()
        self.texture = self.gl.texture((SIZE, SIZE), 4)
        self.target = self.gl.framebuffer([self.texture])
        self.reading = FrameReading(self.gl, self.target, self.texture, programs.finish)

    def fill(self, *colour: float) -> None:
        self.target.clear(*(value / 255 for value in colour))


@pytest.fixture
def drawing() -> Drawing:
    return Drawing()


def test_alpha_becomes_straight_where_something_shows_through(drawing: Drawing) -> None:
    motion, head, plate = Motion.neutral(), object(), object()
    drawing.fill(60, 30, 0, 120)
    drawing.reading.begin(head, plate, motion.values, is_opaque=False)
    assert drawing.reading.is_begun
    pixels = drawing.reading.finished()
    assert pixels.shape == (SIZE, SIZE, 4)
    expected = np.array([60 / 120 * 255, 30 / 120 * 255, 0, 120])
    assert np.abs(pixels - expected).max() <= 1
    assert not drawing.reading.is_begun
    drawing.fill(60, 30, 0, 255)
    drawing.reading.begin(head, plate, motion.values, is_opaque=True)
    assert (drawing.reading.finished() == [60, 30, 0, 255]).all()


def test_only_the_same_objects_in_the_same_motion_are_the_frame_before(drawing: Drawing) -> None:
    motion, head, plate = Motion.neutral(), object(), object()
    reading = drawing.reading
    assert not reading.is_again(head, plate, motion.values)
    assert not reading.is_begun  # such a frame is to be drawn
    drawing.fill(1, 2, 3, 255)
    reading.begin(head, plate, motion.values, is_opaque=True)
    before = reading.finished().copy()
    drawing.fill(9, 9, 9, 255)  # not read: the frame is the one before
    assert reading.is_again(head, plate, motion.values.copy())
    assert np.array_equal(reading.finished(), before)
    assert not reading.is_again(object(), plate, motion.values)
    assert not reading.is_again(head, object(), motion.values)
    motion.values[3] += np.float32(1e-6)
    assert not reading.is_again(head, plate, motion.values)


def test_what_another_engine_drew_is_never_taken_for_this_ones_frame(drawing: Drawing) -> None:
    motion, head, plate = Motion.neutral(), object(), object()
    drawing.fill(1, 2, 3, 255)
    drawing.reading.begin(head, plate, motion.values, is_opaque=True)
    drawing.reading.finished()
    drawing.fill(7, 7, 7, 255)
    assert (drawing.reading.of_other(drawing.target) == [7, 7, 7, 255]).all()
    assert not drawing.reading.is_again(head, plate, motion.values)
