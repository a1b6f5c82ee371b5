"""Spout: frames with alpha on the graphics card, to programs on the same Windows machine.

    publisher = open_spout()

Through SpoutGL (BSD): an extra, `omote[spout]`, Windows only. Written after SpoutGL's documentation and
tests; it has never been run, because no Windows machine was at hand.
"""

from __future__ import annotations

import platform
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from protocol.frames.frame_header import FrameHeader
from runtime.errors import PublishError, UnavailableError
from runtime.publishers.threaded import ThreadedPublisher

STREAM: Final = "Omote"
_GL_RGBA: Final = 0x1908


def open_spout(*, stream: str = STREAM) -> ThreadedPublisher:
    """The Spout publisher.

    Args:
        stream: the sender's name in other programs.

    Raises:
        PublishError: this is not Windows, SpoutGL is missing, or Spout does not start.
    """
    return ThreadedPublisher("spout", lambda: SpoutSender(stream))


class SpoutSender:
    """One Spout sender; it belongs to the thread that made it, as its graphics context does."""

    def __init__(self, stream: str) -> None:
        """Raises UnavailableError: not on Windows, or without SpoutGL."""
        if platform.system() != "Windows":
            raise UnavailableError(
                "Spout is Windows' way of sharing textures; use ndi here, or shm for engines"
            )
        try:
            import SpoutGL
        except ImportError as error:
            raise UnavailableError(
                "Spout needs SpoutGL, which is not installed; install it with: pip install 'omote[spout]'"
            ) from error
        self._sender: Any = SpoutGL.SpoutSender()
        self._sender.__enter__()
        self._sender.setSenderName(stream)

    def wants_frames(self) -> bool:
        """Spout does not say who watches."""
        return True

    def send(self, pixels: NDArray[np.uint8], header: FrameHeader) -> None:
        """Upload to the shared texture: RGBA, straight alpha, not turned over."""
        if not self._sender.sendImage(pixels, header.width, header.height, _GL_RGBA, False, 0):
            raise PublishError("Spout took no frame; is there a graphics card that shares textures?")

    def close(self) -> None:
        """Take the sender off the list."""
        self._sender.__exit__(None, None, None)
