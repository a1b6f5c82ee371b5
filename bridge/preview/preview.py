"""Preview: shows what a tracker sees, without slowing the tracking down.

    with Preview(open_view(page_port=None, say=print)) as preview:
        preview.offer(tracked, messages)  # from the tracking thread; returns at once

The tracking thread puts its newest measurement into a slot. The preview's own thread draws it, at most `MAX_FPS`
times a second and only while the view is watched; measurements in between are skipped.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from types import TracebackType
from typing import Final, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from bridge.preview.picture import PreviewFacts, draw_preview
from bridge.trackers.picture_tracker import TrackedPicture
from protocol.messages import ControlMessage

MAX_FPS: Final = 15.0
#: Window over which rates and skipped pictures are counted.
RATE_WINDOW_S: Final = 1.0


class View(Protocol):
    """The output of a preview: a window or a web page.

    Threads: all methods are called from the preview's thread.
    """

    def is_watched(self) -> bool:
        """Whether a viewer is connected or the window is open."""
        ...

    def show(self, picture: NDArray[np.uint8]) -> None:
        """Show an (H, W, 3) uint8 BGR picture."""
        ...

    def close(self) -> None:
        """Close the view; may be called twice."""
        ...


class Preview:
    """The slot and the thread that draws from it."""

    def __init__(self, view: View) -> None:
        """Start the drawing thread.

        Args:
            view: closed by the preview.
        """
        self._view = view
        self._newest: tuple[TrackedPicture, tuple[ControlMessage, ...]] | None = None
        self._arrived = threading.Condition()
        self._is_closed = False
        self._times: deque[tuple[float, int]] = deque()
        self._thread = threading.Thread(target=self._run, name="preview", daemon=True)
        self._thread.start()

    def offer(self, tracked: TrackedPicture, messages: tuple[ControlMessage, ...]) -> None:
        """Keep the newest measurement and the messages made of it; called from the tracking thread."""
        now_s = time.monotonic()
        with self._arrived:
            self._newest = tracked, messages
            self._times.append((now_s, tracked.dropped))
            while self._times[0][0] < now_s - RATE_WINDOW_S:
                self._times.popleft()
            self._arrived.notify()

    def close(self) -> None:
        """Stop drawing and close the view; may be called twice."""
        with self._arrived:
            self._is_closed = True
            self._arrived.notify()
        self._thread.join(timeout=2.0)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self) -> None:
        try:
            self._draw()
        finally:
            self._view.close()

    def _draw(self) -> None:
        due_s = 0.0
        while True:
            with self._arrived:
                self._arrived.wait_for(lambda: self._newest is not None or self._is_closed)
                if self._is_closed:
                    return
                newest, self._newest = self._newest, None
                fps = len(self._times) / RATE_WINDOW_S
                dropped = sum(count for _, count in self._times)
            assert newest is not None
            tracked, messages = newest
            if tracked.picture is not None and self._view.is_watched():
                self._view.show(draw_preview(tracked, messages, PreviewFacts(fps, dropped)))
            # The pause bounds the preview's share of the machine: after a slow drawing it does not catch up.
            now_s = time.monotonic()
            time.sleep(max(due_s - now_s, 0.0))
            due_s = max(due_s, now_s) + 1.0 / MAX_FPS
