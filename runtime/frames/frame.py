"""Frame: a rendered picture and what it is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protocol.frames.frame_header import USUAL_FLAGS, FrameFlags, FrameHeader


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture, ready to be sent.

    Attributes:
        pixels: (H, W, 4) uint8, RGBA, straight alpha, sRGB, top row first, C-contiguous. Owned by the engine
            and valid until its next `render`; a publisher that keeps it copies it.
        frame_id: rises by one a frame.
        capture_time_ns: when the newest driver that moved this frame measured, Unix ns; 0 = unknown.
        receive_time_ns: when its message reached the runtime, Unix ns; 0 = none.
        render_time_ns: when the picture was finished, Unix ns.
        synthetic: always true for Omote: the picture is not a photograph.
        motion: (CHANNELS,) float32, the composed Motion's values that were drawn; overwritten by the next
            frame, as the pixels are.
    """

    pixels: NDArray[np.uint8]
    frame_id: int = 0
    capture_time_ns: int = 0
    receive_time_ns: int = 0
    render_time_ns: int = 0
    synthetic: bool = True
    motion: NDArray[np.float32] | None = None

    def header(self, session_id: int) -> FrameHeader:
        """What goes before the pixels on every road; `session_id` is the publisher's own random number."""
        height, width = self.pixels.shape[:2]
        return FrameHeader(
            width=width,
            height=height,
            stride=4 * width,
            frame_id=self.frame_id,
            capture_time_ns=self.capture_time_ns,
            receive_time_ns=self.receive_time_ns,
            render_time_ns=self.render_time_ns,
            session_id=session_id,
            flags=USUAL_FLAGS if self.synthetic else USUAL_FLAGS & ~FrameFlags.SYNTHETIC,
        )
