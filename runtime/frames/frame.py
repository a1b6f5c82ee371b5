"""Frame: the rendered pixels of one frame, with its number and times."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from protocol.frames.frame_header import USUAL_FLAGS, FrameFlags, FrameHeader


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One frame, ready to be published.

    Attributes:
        pixels: (H, W, 4) uint8, RGBA, straight alpha, sRGB, top row first, C-contiguous. Owned by the engine
            and overwritten by its next `render`; a publisher that keeps the pixels copies them.
        frame_id: rises by one per frame.
        capture_time_ns: when the tracker measured the newest message in this frame, Unix ns; 0 = unknown.
        receive_time_ns: when that message reached the runtime, Unix ns; 0 = no new message.
        render_time_ns: when the frame was rendered, Unix ns.
        synthetic: marks the frame as computer-generated; always true in Omote.
        motion: (CHANNELS,) float32, the values of the Motion that was drawn; overwritten with the next frame, as the
            pixels are.
    """

    pixels: NDArray[np.uint8]
    frame_id: int = 0
    capture_time_ns: int = 0
    receive_time_ns: int = 0
    render_time_ns: int = 0
    synthetic: bool = True
    motion: NDArray[np.float32] | None = None

    def header(self, session_id: int) -> FrameHeader:
        """The header that precedes the pixels in every publisher's messages; `session_id` is the publisher's own."""
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
