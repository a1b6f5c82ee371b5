"""FrameLimit: which frames are passed on when at most so many a second may be.

limit = FrameLimit(max_fps=60.0)
if limit.allows(now_s): send(frame)
"""

from __future__ import annotations


class FrameLimit:
    """Passes at most `window_s * max_fps + 2` frames of any window. Belongs to one thread; time is an argument.

    Frames are due one frame time apart, and one may be a whole frame time early: without that, a frame
    that arrives late would cost the punctual one behind it, and 60 fps through a limit of 60 would lose frames.
    After a pause the due times start anew, so a pause is not made up for by a burst.

    Source: ITU-T I.371, the generic cell rate algorithm (virtual scheduling), increment and limit one frame time each.
    """

    def __init__(self, max_fps: float) -> None:
        """A limit that the first frame passes.

        Args:
            max_fps: frames a second, above 0.
        """
        self._frame_s = 1.0 / max_fps
        self._due_s = float("-inf")

    def allows(self, now_s: float) -> bool:
        """Whether a frame passes now; if so, it is counted.

        Args:
            now_s: of a clock that never goes back, any origin.
        """
        if now_s < self._due_s - self._frame_s:
            return False
        self._due_s = max(self._due_s, now_s) + self._frame_s
        return True
