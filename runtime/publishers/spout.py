"""Spout: frames with alpha as a shared GPU texture, for programs on the same Windows machine.

    publisher = open_spout()

Through SpoutGL (BSD): an extra, `omote[spout]`, Windows only. Written from SpoutGL's documentation and
tests; not yet run on a Windows machine.
"""

from __future__ import annotations

import platform
import sys
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from protocol.frames.frame_header import FrameHeader
from runtime.errors import PublishError, UnavailableError
from runtime.publishers.settings import DISPLAY_NAME
from runtime.publishers.threaded import ThreadedPublisher

#: The first Python for which SpoutGL has no wheel; as in pyproject.toml.
WITHOUT_WHEELS: Final = (3, 14)
_GL_RGBA: Final = 0x1908


def open_spout(*, stream: str = DISPLAY_NAME) -> ThreadedPublisher:
    """Open the Spout publisher.

    Args:
        stream: the sender's name in other programs.

    Raises:
        PublishError: this is not Windows, SpoutGL is missing, or Spout does not start.
    """
    return ThreadedPublisher("spout", lambda: SpoutSender(stream))


class SpoutSender:
    """One Spout sender; used on the thread that made it, because of its graphics context."""

    def __init__(self, stream: str) -> None:
        """Open the sender under the name `stream`.

        Raises:
            UnavailableError: this is not Windows, or SpoutGL is missing.
        """
        if platform.system() != "Windows":
            raise UnavailableError(
                "Spout shares textures on Windows only; use ndi here, or shm for game engines"
            )
        try:
            import SpoutGL
        except ImportError as error:
            if sys.version_info >= WITHOUT_WHEELS:
                raise UnavailableError(
                    f"Spout needs SpoutGL, which has no wheel for Python {platform.python_version()}; "
                    f"run Omote with Python 3.{WITHOUT_WHEELS[1] - 1} or older, or use ndi"
                ) from error
            raise UnavailableError(
                "Spout needs SpoutGL, which is not installed; install it with: pip install 'omote[spout]'"
            ) from error
        self._sender: Any = SpoutGL.SpoutSender()
        self._sender.__enter__()
        self._sender.setSenderName(stream)

    def wants_frames(self) -> bool:
        """True: Spout does not report receivers."""
        return True

    def send(self, pixels: NDArray[np.uint8], header: FrameHeader) -> None:
        """Upload one frame, (H, W, 4) uint8 RGBA, straight alpha, top row first, to the shared texture.

        Raises:
            PublishError: Spout refused the frame.
        """
        if not self._sender.sendImage(pixels, header.width, header.height, _GL_RGBA, False, 0):
            raise PublishError("Spout refused a frame; does the graphics card support shared textures?")

    def close(self) -> None:
        """Close the sender."""
        self._sender.__exit__(None, None, None)
