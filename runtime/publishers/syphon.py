"""Syphon: frames with alpha on the graphics card, to programs on the same Mac.

    publisher = open_syphon()

Through syphon-python (MIT): an extra, `omote[syphon]`, macOS 12 and later. Written after its documentation and
source; it has never been run, because no Mac was at hand.
"""

from __future__ import annotations

import platform
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from protocol.frames.frame_header import FrameHeader
from runtime.errors import UnavailableError
from runtime.publishers.threaded import ThreadedPublisher

STREAM: Final = "Omote"


def open_syphon(*, stream: str = STREAM) -> ThreadedPublisher:
    """The Syphon publisher.

    Args:
        stream: the server's name in other programs.

    Raises:
        PublishError: this is no Mac, syphon-python is missing, or Syphon does not start.
    """
    return ThreadedPublisher("syphon", lambda: SyphonSender(stream))


class SyphonSender:
    """One Syphon server on Metal and the texture it shows."""

    def __init__(self, stream: str) -> None:
        """Raises UnavailableError: not on macOS, or without syphon-python."""
        if platform.system() != "Darwin":
            raise UnavailableError(
                "Syphon is macOS's way of sharing textures; use ndi here, or shm for engines"
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
        """Premultiply, as Syphon's clients expect, upload, publish."""
        size = (header.width, header.height)
        if size != self._size:
            self._texture, self._size = self._create(self._server.device, *size), size
            self._pixels = np.empty_like(pixels)
        premultiply(pixels, self._pixels)
        self._copy(self._pixels.tobytes(), self._texture)
        self._server.publish_frame_texture(self._texture)

    def close(self) -> None:
        """Take the server off the list."""
        self._server.stop()


def premultiply(pixels: NDArray[np.uint8], out: NDArray[np.uint8]) -> None:
    """Straight to premultiplied alpha, rounded: colour x alpha / 255.

    Args:
        pixels: (H, W, 4) uint8.
        out: the same shape, written.
    """
    alpha = pixels[..., 3:].astype(np.uint16)
    out[..., :3] = (pixels[..., :3] * alpha + 127) // 255
    out[..., 3] = pixels[..., 3]
