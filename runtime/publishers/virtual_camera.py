"""The virtual camera: the face as a webcam in Zoom, Discord, browsers. No alpha: it stands on one colour.

    publisher = open_virtual_camera(fps=60.0)

pyvirtualcam is GPL-2, so it is an extra, `omote[virtual-camera]`, and only ever loaded by a process of its own,
`virtual_camera_process.py`, which gets its pictures through a pipe. It needs a driver: OBS's virtual camera on
Windows and macOS, v4l2loopback on Linux. Its sending has never been run, because no driver was at hand.
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


def open_virtual_camera(*, fps: float = DEFAULT_FPS, background: str = "#000000") -> ThreadedPublisher:
    """The virtual camera's publisher.

    Args:
        fps: told to the driver; 0 = 30.
        background: the colour behind the face, #rrggbb.

    Raises:
        PublishError: pyvirtualcam or a driver is missing.
    """
    return ThreadedPublisher("virtual-camera", lambda: VirtualCameraSender(fps or DEFAULT_FPS, background))


class VirtualCameraSender:
    """The process that holds the camera: pictures into its input, a line for each out of its output."""

    def __init__(self, fps: float, background: str, process: str = PROCESS) -> None:
        """Start the process.

        Args:
            fps: pictures a second that the device offers.
            background: the colour behind the face, #rrggbb.
            process: the module that is run.

        Raises:
            PublishError: pyvirtualcam is missing.
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
        """Drivers do not say who watches."""
        return True

    def send(self, pixels: NDArray[np.uint8], header: FrameHeader) -> None:
        """Hand one picture over and wait until it is taken."""
        given, taken = self._pipes()
        pack_header(header, self._header)
        try:
            given.write(self._header)
            given.write(pixels.data)
            given.flush()
        except OSError:
            pass  # it has ended; its last line says why
        answer = taken.readline().decode(errors="replace").strip()
        if answer != "taken":
            raise PublishError(f"virtual camera: {answer or 'its process has ended'}")

    def close(self) -> None:
        """End the process, which gives the camera back."""
        given, taken = self._pipes()
        with suppress(OSError):
            given.close()
        try:
            self._child.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        taken.close()

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        return self._child.stdin, self._child.stdout
