"""Student: a THA4 character on one provider: a pose in, a picture out.

    student = BandedStudent(weights, drawing, size=512)          # on the CPU
    student = WholeStudent(weights, drawing, size=512, provider="cuda")
    picture = student.draw(pose, matrix)                         # (4, 512, 512)

On a GPU one graph draws everything. On the CPU the networks run in bands of a few rows, whose layers stay in the cache, on
as many threads as there are cores; and a frame may compute only some of the body's bands (`bands`), for the pose that was
newest when the first of them was begun. Until all are there, the body that is drawn is the one before, moved by what a very
coarse body says of both poses; the face is always of the newest pose.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from typing import Final, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from inference.providers import PROVIDERS
from inference.session import Session, cpu_threads, open_session
from runtime.tha.graphs import (
    COARSE_PX,
    SHIFT_PX,
    band_positions,
    body_graph,
    centres,
    face_graph,
    whole_graph,
)
from runtime.tha.parameters import FACE_PARAMETERS, PARAMETERS
from runtime.tha.picture import PictureSampler, empty_table, write_rows
from runtime.tha.weights import BODY_PX, FACE_LEFT, FACE_PX, FACE_TOP

Floats = NDArray[np.float32]
T = TypeVar("T")

#: Rows of a band, of the face, and of the body's first level.
FACE_ROWS, BODY_ROWS = 8, 8
#: Bands of a whole body.
BANDS: Final = BODY_PX // BODY_ROWS
#: How fast the body's own colour gives way where the face has changed since, per difference of a channel.
CHANGE_GAIN: Final = 3.0
#: Pixels around a change that change with it.
CHANGE_REACH: Final = 2
#: Where the body's own colour covers the drawing, its change of position means nothing: least weight, and the reach of the
#: average that fills it in, pixels of the coarse fields.
LEAST_WEIGHT, FILL_REACH = 0.02, 2
#: The matrix of a frame that shows the canvas as it is.
AS_IT_IS: Final = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
_FACE: Final = np.s_[:, FACE_TOP : FACE_TOP + FACE_PX, FACE_LEFT : FACE_LEFT + FACE_PX]


class Student(Protocol):
    """A character that can be drawn. One thread at a time.

    Attributes:
        provider: what computes, for the status.
        is_banded: whether `bands` changes what is computed.
    """

    provider: str
    is_banded: bool

    def draw(self, pose: Floats, matrix: Floats, bands: int = BANDS) -> Floats:
        """Draw one frame.

        Args:
            pose: (PARAMETERS,) float32. matrix: (6,) float32, as of `runtime.tha.graphs.picture_graph`; without a turn:
                its second and fourth are 0.
            bands: how many bands of the body may be computed; BANDS = all, so that the body is of this pose; 0 = the face
                alone is drawn anew.

        Returns:
            (4, size, size) float32, 0..1: linear light, premultiplied, and the opacity; overwritten by the next call.

        Raises:
            ProviderError: the provider failed.
        """
        ...

    def close(self) -> None:
        """End its threads; may be called twice."""
        ...


def open_student(weights: Mapping[str, Floats], drawing: Floats, size: int, provider: str) -> Student:
    """The student for a provider.

    Args:
        weights: as `runtime.tha.weights.checked_weights` gives them.
        drawing: (4, PICTURE_PX, PICTURE_PX) float32, -1..1: linear light, premultiplied.
        size: side of the frames, pixels.
        provider: of `inference.providers.PROVIDERS`.

    Raises:
        ProviderError: the provider cannot run it here.
    """
    if provider == "cpu":
        return BandedStudent(weights, drawing, size)
    return WholeStudent(weights, drawing, size, provider)


class WholeStudent:
    """See `Student`: one graph."""

    is_banded = False

    def __init__(self, weights: Mapping[str, Floats], drawing: Floats, size: int, provider: str) -> None:
        """Open the graph, and run it once, because the first run is slower."""
        self._session = open_session(whole_graph(weights, size), provider)
        self.provider = self._session.provider
        self._session.inputs["drawing"][0] = drawing
        self._session.inputs["drawing"][0][_FACE] = 0.0  # the graph adds the face
        self._session.run()

    def draw(self, pose: Floats, matrix: Floats, bands: int = BANDS) -> Floats:
        """See `Student.draw`."""
        self._session.inputs["pose"][0] = pose
        self._session.inputs["matrix"][0] = matrix
        self._session.run()
        picture: Floats = self._session.outputs["picture"][0]
        return picture

    def close(self) -> None:
        """Nothing runs beside."""


class _Fields:
    """A body's fields, as a table of `runtime.tha.picture`, and what they were computed for."""

    def __init__(self) -> None:
        self.table = empty_table()
        self.pose = np.full(PARAMETERS, np.nan, np.float32)
        self.face = np.zeros((4, FACE_PX, FACE_PX), np.float32)
        self.bands = 0  # how many are there


class BandedStudent:
    """See `Student`: bands on the threads of the CPU."""

    is_banded = True

    def __init__(
        self, weights: Mapping[str, Floats], drawing: Floats, size: int, *, threads: int = 0
    ) -> None:
        """Open the graphs, and draw a frame, because the first one is slower.

        Args:
            threads: 0 = `cpu_threads()`.

        Raises:
            ProviderError: ONNX Runtime cannot run them.
        """
        threads = threads or cpu_threads()
        face, body = face_graph(weights, FACE_ROWS), body_graph(weights, BODY_PX, BODY_ROWS)
        self._faces = [open_session(face, "cpu", 1) for _ in range(threads)]
        self._bodies = [open_session(body, "cpu", 1) for _ in range(threads)]
        self._coarse = open_session(body_graph(weights, COARSE_PX, COARSE_PX), "cpu", 1)
        self._sampler = PictureSampler(size, drawing)
        self.provider = f"{PROVIDERS['cpu'].shown}, {threads} threads"
        for name, rows in zip(
            ("rows0", "rows1", "rows2"), band_positions(COARSE_PX, 0, COARSE_PX), strict=True
        ):
            self._coarse.inputs[name][:] = rows
        self._face_rows = centres(FACE_PX).reshape(-1, 1, 1, FACE_ROWS, 1)
        self._body_rows = [band_positions(BODY_PX, BODY_ROWS * k, BODY_ROWS) for k in range(BANDS)]
        self._face = np.zeros((4, FACE_PX, FACE_PX), np.float32)
        self._changed = np.zeros((FACE_PX, FACE_PX), np.float32)
        self._shift = np.zeros((2, SHIFT_PX, SHIFT_PX), np.float32)
        self._threads = range(threads)
        self._face_pose = np.full(FACE_PARAMETERS, np.nan, np.float32)
        self._shown, self._coming = _Fields(), _Fields()
        self._coarse_shown: Floats | None = None
        self._pool = ThreadPoolExecutor(threads - 1, "omote-tha") if threads > 1 else None
        self.draw(np.zeros(PARAMETERS, np.float32), np.array(AS_IT_IS, np.float32))

    def draw(self, pose: Floats, matrix: Floats, bands: int = BANDS) -> Floats:
        """See `Student.draw`."""
        if self._shown.bands == 0:
            bands = BANDS  # nothing was drawn yet
        self._draw_face(pose)
        self._advance(pose, bands)
        self._follow(pose)
        sampler, table = self._sampler, self._shown.table
        sampler.put_face(self._face, self._changed)
        sampler.aim(matrix, self._shift)
        self._spread(lambda _, k: sampler.draw_band(k, table), self._threads, 0, sampler.bands)
        return sampler.picture

    def close(self) -> None:
        """End the threads; may be called twice."""
        if self._pool is not None:
            self._pool.shutdown(wait=True)
            self._pool = None

    def _draw_face(self, pose: Floats) -> None:
        of_face = pose[:FACE_PARAMETERS]
        if np.array_equal(of_face, self._face_pose):
            return
        self._face_pose[:] = of_face
        for session in self._faces:
            session.inputs["pose"][0] = of_face

        def band(session: Session, k: int) -> None:
            session.inputs["rows"][:] = self._face_rows[k]
            session.run()
            self._face[:, FACE_ROWS * k : FACE_ROWS * (k + 1)] = session.outputs["face"][0]

        self._spread(band, self._faces, 0, FACE_PX // FACE_ROWS)

    def _advance(self, pose: Floats, bands: int) -> None:
        """Compute bands of the fields that come next; when all are there, they are shown."""
        coming = self._coming
        if bands <= 0:
            return
        if bands >= BANDS:
            coming.bands = 0  # what was begun is of an earlier pose
        if coming.bands == 0:
            if np.array_equal(pose, self._shown.pose):
                return
            coming.pose[:] = pose
            coming.face[:] = self._face
            for session in self._bodies:
                session.inputs["pose"][0] = pose
        first, end = coming.bands, min(coming.bands + bands, BANDS)

        def band(session: Session, k: int) -> None:
            for place, rows in enumerate(self._body_rows[k]):
                session.inputs[f"rows{place}"][:] = rows
            session.run()
            made = session.outputs["fields"][0]
            write_rows(coming.table, k * made.shape[1], made)

        self._spread(band, self._bodies, first, end)
        coming.bands = end
        if end == BANDS:
            self._shown, self._coming = coming, self._shown
            self._coming.bands = 0
            self._coarse_shown = None

    def _follow(self, pose: Floats) -> None:
        """How the fields that are shown have to move, and where the face has changed since."""
        shift, shown = self._shift, self._shown
        if np.array_equal(pose, shown.pose):
            shift[:] = self._changed[:] = 0.0
            return
        if self._coarse_shown is None:
            self._coarse_shown = self._coarse_fields(shown.pose).copy()
        shift[:] = moved(self._coarse_fields(pose), self._coarse_shown)
        self._changed[:] = changed(self._face, shown.face)

    def _coarse_fields(self, pose: Floats) -> Floats:
        self._coarse.inputs["pose"][0] = pose
        self._coarse.run()
        fields: Floats = self._coarse.outputs["fields"][0]
        return fields

    def _spread(self, band: Callable[[T, int], None], owned: Sequence[T], first: int, end: int) -> None:
        """Compute bands on all threads, each with what it owns alone; it takes the next one that nobody has begun."""
        turn = count(first)

        def work(own: T) -> None:
            while (k := next(turn)) < end:
                band(own, k)

        waiting = [self._pool.submit(work, own) for own in owned[1:]] if self._pool else []
        try:
            work(owned[0])
        finally:
            for one in waiting:
                one.result()


def moved(now: Floats, before: Floats) -> Floats:
    """How far off the fields of an earlier pose are to be taken, (2, SHIFT_PX, SHIFT_PX), in positions.

    Args:
        now, before: (FIELDS, SHIFT_PX, SHIFT_PX) coarse fields of both poses.
    """
    weight = 1.0 - np.maximum(np.abs(now[2]), np.abs(before[2]))
    weight = np.clip(weight, LEAST_WEIGHT, 1.0)
    both = np.stack([*(weight * (now[:2] - before[:2])), weight])
    summed = _summed(both, FILL_REACH)
    made: Floats = summed[:2] / summed[2]
    assert made.shape == (2, SHIFT_PX, SHIFT_PX)
    return made


def changed(face: Floats, before: Floats) -> Floats:
    """How far each pixel of the face has changed, (FACE_PX, FACE_PX), 0..1, and those around it with it.

    Args:
        face, before: (4, FACE_PX, FACE_PX).
    """
    amount = np.minimum(CHANGE_GAIN * np.abs(face - before).max(axis=0), 1.0)
    widest = amount
    for axis in (0, 1):
        widest = np.max([_rolled(widest, k, axis) for k in _reach(CHANGE_REACH)], axis=0)
    made: Floats = _summed(widest[None], CHANGE_REACH)[0] / (2 * CHANGE_REACH + 1) ** 2
    return made


def _summed(values: Floats, reach: int) -> Floats:
    """Sums over squares of 2 reach + 1 pixels of (C, H, W); pixels outside are those at the edge."""
    for axis in (1, 2):
        values = np.sum([_rolled(values, k, axis) for k in _reach(reach)], axis=0, dtype=np.float32)
    return values


def _reach(reach: int) -> range:
    return range(-reach, reach + 1)


def _rolled(values: Floats, by: int, axis: int) -> Floats:
    """Each pixel's neighbour `by` pixels on, or the one at the edge."""
    size = values.shape[axis]
    return values.take(np.clip(np.arange(size) + by, 0, size - 1), axis=axis)
