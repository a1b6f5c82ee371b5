"""Syphon: frames with alpha as a shared GPU texture, for programs on the same Mac.

    publisher = open_syphon()

Through syphon-python (MIT): an extra, `omote[syphon]`, macOS 12 and later. Written from its documentation and
source; not yet run on a Mac.
"""

from __future__ import annotations

import platform
from typing import Any

import numpy as np
from numpy.typing import NDArray

from protocol.frames.frame_header import FrameHeader
from runtime.errors import UnavailableError
from runtime.publishers.settings import DISPLAY_NAME
from runtime.publishers.threaded import ThreadedPublisher


def open_syphon(*, stream: str = DISPLAY_NAME) -> ThreadedPublisher:
    """Open the Syphon publisher.

    Args:
        stream: the server's name in other programs.

    Raises:
        PublishError: this is not macOS, syphon-python is missing, or Syphon does not start.
    """
    return ThreadedPublisher("syphon", lambda: SyphonSender(stream))


class SyphonSender:
    """One Syphon server on Metal, with its texture."""

    def __init__(self, stream: str) -> None:
        """Open the server under the name `stream`.

        Raises:
            UnavailableError: this is not macOS, or syphon-python is missing.
        """
        if platform.system() != "Darwin":
            raise UnavailableError(
                "Syphon shares textures on macOS only; use ndi here, or shm for game engines"
            )
        try:
            import syphon
            from syphon.utils.raw import copy_bytes_to_mtl_texture, create_mtl_texture
        except ImportError as error:
            raise UnavailableError(
                "Syphon needs syphon-python, which is not installed; "
                "install it with: pip install 'omote[syphon]'"
            ) from error
        self._server: Any = syphon.SyphonMetalServer(stream)
        self._create, self._copy = create_mtl_texture, copy_bytes_to_mtl_texture
        self._texture: Any = None
        self._size = (0, 0)
        self._pixels: NDArray[np.uint8] = np.empty((0, 0, 4), np.uint8)

    def wants_frames(self) -> bool:
        """Whether a client is connected."""
        return bool(self._server.has_clients)

    def send(self, pixels: NDArray[np.uint8], header: FrameHeader) -> None:
        """Upload and publish one frame, (H, W, 4) uint8 RGBA; it is premultiplied, as Syphon's clients expect."""
        size = (header.width, header.height)
        if size != self._size:
            self._texture, self._size = self._create(self._server.device, *size), size
            self._pixels = np.empty_like(pixels)
        premultiply(pixels, self._pixels)
        self._copy(self._pixels.tobytes(), self._texture)
        self._server.publish_frame_texture(self._texture)

    def close(self) -> None:
        """Close the server."""
        self._server.stop()


def premultiply(pixels: NDArray[np.uint8], out: NDArray[np.uint8]) -> None:
    """Convert straight to premultiplied alpha: colour * alpha / 255, rounded.

    Args:
        pixels: (H, W, 4) uint8 RGBA, straight alpha.
        out: (H, W, 4) uint8, written.
    """
    alpha = pixels[..., 3:].astype(np.uint16)
    out[..., :3] = (pixels[..., :3] * alpha + 127) // 255
    out[..., 3] = pixels[..., 3]
