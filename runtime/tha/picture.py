"""PictureSampler: the picture that a face and a body's fields make, on the CPU: `graphs.picture_graph` in NumPy.

sampler = PictureSampler(size=512, drawing=drawing)
sampler.put_face(face, changed)
sampler.aim(matrix, shift)
for k in range(sampler.bands):
    sampler.draw_band(k, fields)           # any thread, each with a band of its own
sampler.picture                            # (4, 512, 512)

ONNX Runtime's GridSample looks for each channel of each pixel anew; here the channels of a pixel lie beside each other, so
that one look-up of 32 bytes fetches all of them: a third of the time. Tables have one more row and column, a copy of the
last, so that a pixel's right and lower neighbours are the same look-up in a table that begins later.
"""

from __future__ import annotations

from threading import local
from typing import Final

import numpy as np
from numpy.typing import NDArray

from runtime.tha.graphs import SHIFT_PX, centres
from runtime.tha.weights import FACE_LEFT, FACE_PX, FACE_TOP, FIELDS, PICTURE_PX

Floats = NDArray[np.float32]

#: Channels of a table: a power of two, so that a look-up copies one piece.
CHANNELS: Final = 8
#: Side of a table, pixels.
TABLE_PX: Final = PICTURE_PX + 1
#: Pixels of a band, about: their work arrays stay in the processor's cache.
_BAND_PIXELS: Final = 8192
_FACE: Final = np.s_[FACE_TOP : FACE_TOP + FACE_PX, FACE_LEFT : FACE_LEFT + FACE_PX]


def empty_table() -> Floats:
    """(TABLE_PX, TABLE_PX, CHANNELS) zeros."""
    return np.zeros((TABLE_PX, TABLE_PX, CHANNELS), np.float32)


def write_rows(table: Floats, first: int, values: Floats) -> None:
    """Write rows of channels (C, N, PICTURE_PX) into a table, from row `first` on, and the copies at its end."""
    channels, count, _ = values.shape
    end = first + count
    table[first:end, :PICTURE_PX, :channels] = values.transpose(1, 2, 0)
    table[first:end, PICTURE_PX] = table[first:end, PICTURE_PX - 1]
    if end == PICTURE_PX:
        table[PICTURE_PX] = table[PICTURE_PX - 1]


class _Work:
    """A thread's arrays for N pixels."""

    def __init__(self, count: int) -> None:
        self.x, self.y = (np.zeros(count, np.float32) for _ in range(2))
        self.column, self.row, self.at_x, self.at_y = (np.zeros(count, np.float32) for _ in range(4))
        self.index = np.zeros(count, np.intp)
        self.here, self.drawn, *self.corners = (np.zeros((count, CHANNELS), np.float32) for _ in range(5))

    def read(self, table: Floats, out: Floats) -> Floats:
        """Read a table (N, CHANNELS) bilinearly at x and y, positions -1..1; beyond the edge it goes on as at the edge."""
        for place, cell, share in ((self.x, self.column, self.at_x), (self.y, self.row, self.at_y)):
            np.multiply(place, PICTURE_PX / 2, out=share)
            share += PICTURE_PX / 2 - 0.5
            np.maximum(share, 0.0, out=share)
            np.minimum(share, PICTURE_PX - 1, out=share)
            np.floor(share, out=cell)
            share -= cell
        self.row *= TABLE_PX
        self.row += self.column
        np.copyto(self.index, self.row, casting="unsafe")  # whole numbers below 2**24: exact
        right, below, across = self.corners
        for later, corner in ((0, out), (1, right), (TABLE_PX, below), (TABLE_PX + 1, across)):
            np.take(table[later:], self.index, axis=0, out=corner, mode="clip")
        for one, other, share in (
            (out, right, self.at_x),
            (below, across, self.at_x),
            (out, below, self.at_y),
        ):
            other -= one
            other *= share[:, None]
            one += other
        return out


class PictureSampler:
    """`put_face` and `aim` belong to one thread, and `draw_band` to those that it waits for.

    Attributes:
        picture: (4, size, size) float32, 0..1: linear light, premultiplied, and the opacity.
        bands: how many make a picture.
    """

    def __init__(self, size: int, drawing: Floats) -> None:
        """Allocate.

        Args:
            size: side of the picture, pixels.
            drawing: (4, PICTURE_PX, PICTURE_PX) float32, -1..1: linear light, premultiplied.
        """
        self.picture = np.zeros((4, size, size), np.float32)
        self._rows = max(1, _BAND_PIXELS // size)
        self.bands = -(-size // self._rows)
        self._canvas = empty_table()
        write_rows(self._canvas, 0, drawing)
        self._centres = centres(size)
        self._places = np.zeros((2, size), np.float32)  # of the columns, and of the rows
        self._inside = np.zeros((2, size), np.float32)
        self._shift = np.zeros((2, size, size), np.float32)
        self._work = local()

    def put_face(self, face: Floats, changed: Floats) -> None:
        """Put a face (4, FACE_PX, FACE_PX) into the drawing, and how far its pixels (FACE_PX, FACE_PX) have changed."""
        place = self._canvas[_FACE]
        place[..., :4] = face.transpose(1, 2, 0)
        place[..., 4] = changed

    def aim(self, matrix: Floats, shift: Floats) -> None:
        """Say where the next picture is taken from.

        Args:
            matrix: (6,), its second and fourth 0. shift: (2, SHIFT_PX, SHIFT_PX); both as of `picture_graph`.
        """
        assert matrix[1] == 0.0, "the picture is moved and grows, and does not turn"
        assert matrix[3] == 0.0, "the picture is moved and grows, and does not turn"
        for axis, (scale, move) in enumerate(((matrix[0], matrix[2]), (matrix[4], matrix[5]))):
            np.multiply(self._centres, scale, out=self._places[axis])
            self._places[axis] += move
        # outside the canvas there is nothing: an edge of one pixel of the canvas, whose half is outside
        inside = (1.0 - np.abs(self._places)) * (PICTURE_PX / 2) + 0.5
        np.clip(inside, 0.0, 1.0, out=self._inside)
        if not shift.any():
            self._shift[:] = 0.0
            return
        rows = _along(shift, self._places[1], 1)  # (2, size, SHIFT_PX)
        np.copyto(self._shift, _along(rows, self._places[0], 2))

    def draw_band(self, k: int, fields: Floats) -> None:
        """Draw the k-th band of rows.

        Args:
            fields: (TABLE_PX, TABLE_PX, CHANNELS): change of position, opacity and the body's own colour.
        """
        first = k * self._rows
        end = min(first + self._rows, self.picture.shape[1])
        work, shape = self._thread_work((end - first) * self.picture.shape[2]), (end - first, -1)
        np.add(self._shift[0, first:end], self._places[0], out=work.x.reshape(shape))
        np.add(self._shift[1, first:end], self._places[1, first:end, None], out=work.y.reshape(shape))
        here = work.read(fields.reshape(-1, CHANNELS), work.here)
        work.x += here[:, 0]
        work.y += here[:, 1]
        drawn = work.read(self._canvas.reshape(-1, CHANNELS), work.drawn)
        opacity = work.at_x  # free again
        np.subtract(1.0, drawn[:, 4], out=opacity)
        opacity *= here[:, 2]
        band = self.picture[:, first:end]
        for channel in range(4):
            one = work.at_y
            np.subtract(here[:, 3 + channel], drawn[:, channel], out=one)
            one *= opacity
            one += drawn[:, channel]
            one *= 0.5
            one += 0.5
            np.maximum(one, 0.0, out=one)
            np.minimum(one, 1.0, out=one)
            np.multiply(one.reshape(shape), self._inside[0], out=band[channel])
            band[channel] *= self._inside[1, first:end, None]

    def _thread_work(self, count: int) -> _Work:
        made: _Work | None = getattr(self._work, str(count), None)
        if made is None:
            made = _Work(count)
            setattr(self._work, str(count), made)
        return made


def _along(values: Floats, places: Floats, axis: int) -> Floats:
    """Values (2, H, W) read linearly at places -1..1 of one axis."""
    cell = np.clip(places * (SHIFT_PX / 2) + (SHIFT_PX / 2 - 0.5), 0.0, SHIFT_PX - 1)
    lower = np.floor(cell)
    share = (cell - lower).astype(np.float32)
    at = lower.astype(np.intp)
    one: Floats = values.take(at, axis=axis)
    other: Floats = values.take(np.minimum(at + 1, SHIFT_PX - 1), axis=axis)
    other -= one
    other *= share[:, None] if axis == 1 else share
    other += one
    return other


assert FIELDS <= CHANNELS
