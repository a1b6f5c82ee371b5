"""The browser's camera on a port of this computer, whose page's address the tests know."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bridge.devices.browser_camera import BrowserCamera

SECRET = "abcdefghijkl"


@contextmanager
def open_camera(port: int = 0) -> Iterator[BrowserCamera]:
    """Port 0 = any free one."""
    camera = BrowserCamera(("127.0.0.1", port), SECRET)
    try:
        yield camera
    finally:
        camera.close()
