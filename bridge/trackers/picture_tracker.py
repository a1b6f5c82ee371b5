"""Tracker: the contract of everything that measures a face."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from protocol.messages import ControlMessage


@dataclass(frozen=True, slots=True, eq=False)
class Tracked:
    """What one measurement gave.

    Attributes:
        messages: at most one a layer; empty when no face was found.
        is_face: whether a face was found.
        track_ms: what measuring took.
        picture: (H, W, 3) uint8 RGB, what was measured, not to be changed; for previews. None = none kept.
        landmarks: (478, 3) pixels of the picture, x right, y down; None without a face.
        dropped: pictures passed over since the last measurement, because tracking was slower than they came.
    """

    messages: tuple[ControlMessage, ...]
    is_face: bool
    track_ms: float
    dropped: int = 0
    picture: NDArray[np.uint8] | None = None
    landmarks: NDArray[np.float32] | None = None


class Tracker(Protocol):
    """A source of measurements, at its own pace.

    Threads: iterated and closed from one thread. A tracker that captures on a thread of its own hands over
        through one newest-picture slot, so nothing queues.
    Time: iterating waits for the next measurement. It ends when the source does, or soon (well under a
        second) after the stop event that the tracker was made with is set.
    Loss: a lost face yields a Tracked without messages and sends nothing else; the short time to live of
        what was sent before hands the layers over.
    Errors: `bridge.errors.BridgeError` when the source is gone.
    """

    source: str

    def __iter__(self) -> Iterator[Tracked]:
        """Measure until the source ends or the stop event is set."""
        ...

    def close(self) -> None:
        """Give back camera, file and model; may be called twice."""
        ...
