"""PreviewWindow: the tracking preview in an OpenCV window; and the choice between window and page."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.preview.page import PreviewPage
from bridge.preview.preview import View

TITLE: Final = "Omote: tracking preview"


class PreviewWindow:
    """A `View`: one window, created with the first picture. Closing it ends the preview, not the tracking."""

    def __init__(self) -> None:
        self._is_made = False
        self._is_over = False

    def is_watched(self) -> bool:
        """See `View`."""
        return not self._is_over

    def show(self, picture: NDArray[np.uint8]) -> None:
        """See `View`."""
        import cv2

        if self._is_made and cv2.getWindowProperty(TITLE, cv2.WND_PROP_VISIBLE) < 1:
            self._is_over = True
            cv2.destroyAllWindows()
            cv2.waitKey(1)
            return
        if not self._is_made:
            # Silence warnings of OpenCV's Qt about missing fonts, which it does not need.
            os.environ.setdefault("QT_LOGGING_RULES", "default.warning=false")
            cv2.namedWindow(TITLE, cv2.WINDOW_AUTOSIZE | cv2.WINDOW_GUI_NORMAL)
            self._is_made = True
        cv2.imshow(TITLE, picture)
        cv2.waitKey(1)

    def close(self) -> None:
        """See `View`."""
        if self._is_made and not self._is_over:
            import cv2

            cv2.destroyAllWindows()
            cv2.waitKey(1)
        self._is_over = True


def why_no_window() -> str | None:
    """Return why no window can be opened here; None when one can."""
    if sys.platform == "darwin":
        return "macOS opens windows only on the main thread, which is busy tracking"
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return "there is no display"
    import cv2

    gui = [line for line in cv2.getBuildInformation().splitlines() if line.strip().startswith("GUI:")]
    if gui and gui[0].split()[-1] == "NONE":
        return "this OpenCV was built without windows"
    return None


def open_view(*, page_port: int | None, say: Callable[[str], None]) -> View:
    """Open a window where possible, else a web page.

    Args:
        page_port: a web page at this port in any case; 0 = any free one; None = a window if possible.
        say: called with a line that names the page's address.

    Raises:
        BridgeError: the page's port is in use.
    """
    reason = None
    if page_port is None:
        reason = why_no_window()
        if reason is None:
            return PreviewWindow()
    page = PreviewPage(page_port or 0)
    say(f"preview at {page.address}" + (f" (no window: {reason})" if reason else ""))
    return page
