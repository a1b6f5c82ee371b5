"""The panel's window: pywebview (BSD), with the web engine of the system.

show_window(url, on_ready, hides=True)     # on the main thread; returns when the window is gone for good
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from omote.app.errors import NoWindowError

SIZE: Final = (1180, 860)
SMALLEST: Final = (400, 480)


class Window:
    """One window. `show` and `leave` are for any thread, after `run` has called `on_ready`.

    Args:
        url: the panel's address.
        hides: whether closing hides the window, so that `show` brings it back.
        storage: where the web engine keeps what the page remembers.
    """

    def __init__(self, url: str, *, hides: bool, storage: Path) -> None:
        self._url = url
        self._hides = hides
        self._storage = storage
        self._is_leaving = False

    def run(self, on_ready: Callable[[], None]) -> None:
        """Show the window; returns when it is closed for good. On the main thread.

        Args:
            on_ready: called on another thread when the window is open.

        Raises:
            NoWindowError: pywebview or a web engine is missing; the message says what to install.
        """
        try:
            import webview
        except ImportError as error:
            raise NoWindowError(f'pywebview is not installed ({error}): pip install "omote[app]"') from error
        try:
            self._window = webview.create_window(
                "Omote", self._url, width=SIZE[0], height=SIZE[1], min_size=SMALLEST, text_select=True
            )
            self._window.events.closing += self._closing
            webview.start(on_ready, private_mode=False, storage_path=str(self._storage))
        except Exception as error:  # each web engine fails in its own way
            raise NoWindowError(
                f"no window can be opened ({error}); on Linux install a web engine: "
                "apt-get install python3-gi gir1.2-webkit2-4.1, or pip install pywebview[qt]"
            ) from error

    def show(self) -> None:
        """Bring the window back."""
        self._window.show()

    def leave(self) -> None:
        """Close the window for good."""
        self._is_leaving = True
        self._window.destroy()

    def _closing(self) -> bool:
        if not self._hides or self._is_leaving:
            return True
        self._window.hide()
        return False
