"""PictureTracker and PictureObserver: the contracts of what measures a face in pictures, and what one measurement gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bridge.observation import Observation


@dataclass(frozen=True, slots=True, eq=False)
class TrackedPicture:
    """The result of measuring one picture.

    Attributes:
        observation: the face; its `receive_time_ns` is the picture's capture time, Unix nanoseconds. Without
            a face in the picture `is_face` is False.
        time_s: the picture's time, seconds since the tracker started.
        track_ms: how long measuring took.
        picture: (H, W, 3) uint8 RGB, the measured picture, for previews; must not be changed.
        landmarks: (478, 3) float32 pixels of the picture, x right, y down; None without a face.
        dropped: pictures skipped since the last measurement, because tracking was slower than they came.
        speaking: 0..1, how surely the face speaks; None = not told.
    """

    observation: Observation
    time_s: float
    track_ms: float
    dropped: int = 0
    picture: NDArray[np.uint8] | None = None
    landmarks: NDArray[np.float32] | None = None
    speaking: float | None = None

    @property
    def is_face(self) -> bool:
        """Whether a face was found."""
        return self.observation.is_face


class PictureObserver(Protocol):
    """Measures the face in one picture after another, of one person. Belongs to one thread.

    Attributes:
        source: the driver's name in the runtime.
    """

    source: str

    def measure(
        self, picture: NDArray[np.uint8], *, time_s: float, capture_time_ns: int, dropped: int = 0
    ) -> TrackedPicture:
        """Measure one picture.

        Args:
            picture: (H, W, 3) uint8 RGB.
            time_s: seconds since the tracker started; must rise from picture to picture.
            capture_time_ns: when it was captured, Unix nanoseconds.
            dropped: pictures skipped before it.
        """
        ...

    def close(self) -> None:
        """Release the models; may be called twice."""
        ...


class PictureTracker(Protocol):
    """Measures pictures at its own pace.

    Threads: iterated and closed from one thread. A tracker that captures on its own thread hands over through one
        slot for the newest picture, so pictures never queue.
    Time: iterating waits for the next measurement. It ends when the source does, or well under a second after the
        stop event that the tracker was made with is set.
    Errors: `bridge.errors.BridgeError` when the source failed.

    Attributes:
        source: the driver's name in the runtime.
        ttl_s: the time to live that a message of this tracker needs.
    """

    source: str
    ttl_s: float

    def __iter__(self) -> Iterator[TrackedPicture]:
        """Measure until the source ends or the stop event is set."""
        ...

    def close(self) -> None:
        """Release camera, file and model; may be called twice."""
        ...
