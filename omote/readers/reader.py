"""FrameReader: the interface of the classes that read the runtime's frames; ReceivedFrame: one such frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from protocol.errors import OmoteError

if TYPE_CHECKING:  # a client that reads no frames starts in half the time
    import numpy as np
    from numpy.typing import NDArray


class ReaderError(OmoteError):
    """A reader cannot work on this machine; the message says what to do."""


@dataclass(frozen=True, slots=True, eq=False)
class ReceivedFrame:
    """One picture from another process.

    Attributes:
        pixels: (H, W, 4) uint8, RGBA, straight alpha, sRGB, top row first. Valid until the reader's next
            `read`; copy them to keep them.
        frame_id: rises by one with each frame of a session; None where the transport does not carry it (NDI).
        session_id: random; a new value means that the publisher restarted. 0 where the transport does not carry it.
        capture_time_ns, receive_time_ns, render_time_ns: as in `runtime.frames.frame.Frame`, Unix ns, 0 = unknown.
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
    """Reads the newest frame, never an old one, and reconnects when its publisher restarts.

    Threads: call every method from one thread. Invalid input raises nothing: it is counted in `refused`.

    Attributes:
        problem: why no frames arrive now, for people, with what to do; "" while they do.
        torn: frames that the publisher overwrote while they were copied; a newer one was read instead.
        refused: frames that were not valid.
    """

    @property
    def problem(self) -> str: ...

    @property
    def torn(self) -> int: ...

    @property
    def refused(self) -> int: ...

    def read(self, timeout_s: float = 0.0) -> ReceivedFrame | None:
        """Return the newest frame not returned before; None when none arrives in time."""
        ...

    def take_events(self) -> list[str]:
        """What happened to the connection since the last call, one line per event."""
        ...

    def close(self) -> None:
        """Release all resources; may be called twice."""
        ...
