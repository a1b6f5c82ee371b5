"""FrameReader: the contract of everything that reads the runtime's frames; ReceivedFrame: what it reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from protocol.errors import OmoteError


class ReaderError(OmoteError):
    """A reader that cannot work on this machine; the message says what to do."""


@dataclass(frozen=True, slots=True, eq=False)
class ReceivedFrame:
    """One picture from another process.

    Attributes:
        pixels: (H, W, 4) uint8, RGBA, straight alpha, sRGB, top row first. Valid until the reader's next
            `read`; copy what is kept.
        frame_id: rises by one a frame of a session; None where the road does not carry it (NDI).
        session_id: random; another one means that the publisher began again. 0 where it is not carried.
        capture_time_ns, receive_time_ns, render_time_ns: as in `runtime.frame.Frame`, Unix ns, 0 = unknown.
        arrived_time_ns: when the pixels were whole in this process, Unix ns.
    """

    pixels: NDArray[np.uint8]
    frame_id: int | None
    session_id: int
    capture_time_ns: int
    receive_time_ns: int
    render_time_ns: int
    arrived_time_ns: int


class FrameReader(Protocol):
    """Reads the newest frame, never an old one; finds its publisher again by itself.

    Threads: all from one. What comes from outside is not believed: it is counted in `refused`, and the reader goes on.

    Attributes:
        problem: why there are no frames now, for people, with what to do; "" while they come.
        torn: frames that were overwritten while they were copied, and given up for a newer one.
        refused: frames that made no sense.
    """

    @property
    def problem(self) -> str: ...

    @property
    def torn(self) -> int: ...

    @property
    def refused(self) -> int: ...

    def read(self, timeout_s: float = 0.0) -> ReceivedFrame | None:
        """The newest frame that was not read before; None when none comes in time."""
        ...

    def take_news(self) -> list[str]:
        """What happened to the connection since the last call, a line each."""
        ...

    def close(self) -> None:
        """Give everything back; may be called twice."""
        ...
