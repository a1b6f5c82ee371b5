"""The virtual camera: the face as a webcam for video calls and browsers, without alpha, over one background colour.

    publisher = open_virtual_camera(fps=60.0)

pyvirtualcam is GPL-2, so it is an extra, `omote[virtual-camera]`, and loaded only in a process of its own,
`virtual_camera_process.py`, which gets its frames through a pipe. It needs a driver: OBS's virtual camera on Windows
and macOS, v4l2loopback on Linux. Not yet run with a driver.
"""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from importlib.util import find_spec
from typing import IO, Final

import numpy as np
from numpy.typing import NDArray

from protocol.frames.frame_header import HEADER_BYTES, FrameHeader, pack_header
from runtime.errors import PublishError, UnavailableError
from runtime.publishers.threaded import ThreadedPublisher

PROCESS: Final = "runtime.publishers.virtual_camera_process"
DEFAULT_FPS: Final = 30.0
STOP_S: Final = 2.0
#: The line with which the process answers a frame that the camera accepted; any other line is an error message.
DONE: Final = "taken"


def open_virtual_camera(*, fps: float = DEFAULT_FPS, background: str = "#000000") -> ThreadedPublisher:
    """Open the virtual camera's publisher.

    Args:
        fps: frame rate that is announced to the driver; 0 = 30.
        background: colour behind the face, "#rrggbb".

    Raises:
        PublishError: pyvirtualcam or a driver is missing.
    """
    return ThreadedPublisher("virtual-camera", lambda: VirtualCameraSender(fps or DEFAULT_FPS, background))


class VirtualCameraSender:
    """The process that owns the camera: it reads frames from its input and answers each with one line."""

    def __init__(self, fps: float, background: str, process: str = PROCESS) -> None:
        """Start the process.

        Args:
            fps: frame rate that is announced to the driver.
            background: colour behind the face, "#rrggbb".
            process: the module to run; tests replace it.

        Raises:
            UnavailableError: pyvirtualcam is missing.
        """
        if process == PROCESS and find_spec("pyvirtualcam") is None:
            raise UnavailableError(
                "the virtual camera needs pyvirtualcam (GPL-2), which is not installed; "
                "install it with: pip install 'omote[virtual-camera]'"
            )
        self._child = subprocess.Popen(
            [sys.executable, "-m", process, f"{fps:g}", background],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._header = bytearray(HEADER_BYTES)

    def wants_frames(self) -> bool:
        """True: drivers do not report programs that read the camera."""
        return True

    def send(self, pixels: NDArray[np.uint8], header: FrameHeader) -> None:
        """Send one frame, (H, W, 4) uint8 RGBA, and wait for the process's answer.

        Raises:
            PublishError: the camera refused the frame, or the process has ended.
        """
        to_process, from_process = self._pipes()
        pack_header(header, self._header)
        try:
            to_process.write(self._header)
            to_process.write(pixels.data)
            to_process.flush()
        except OSError:
            pass  # the process has ended; its last line has the reason
        answer = from_process.readline().decode(errors="replace").strip()
        if answer != DONE:
            raise PublishError(f"virtual camera: {answer or 'its process has ended'}")

    def close(self) -> None:
        """End the process, which closes the camera."""
        to_process, from_process = self._pipes()
        with suppress(OSError):
            to_process.close()
        try:
            self._child.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        from_process.close()

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        return self._child.stdin, self._child.stdout
