"""The process that owns the virtual camera; started by `virtual_camera.py`.

    python -m runtime.publishers.virtual_camera_process FPS "#rrggbb"

It reads frames from its standard input, 96 bytes of header and then RGBA pixels, and answers each with the line DONE, or
with an error message in one line. This is the only module that loads pyvirtualcam (GPL-2).
"""

from __future__ import annotations

import sys
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from protocol.frames.frame_header import HEADER_BYTES, unpack_header
from runtime.publishers.virtual_camera import DONE


def main() -> int:
    """Send frames from the standard input to the camera until the input ends."""
    fps, background = float(sys.argv[1]), np.array(list(bytes.fromhex(sys.argv[2][1:])), np.uint16)
    camera: Any = None
    while (frame := read_frame(sys.stdin.buffer)) is not None:
        try:
            if camera is None or (camera.height, camera.width) != frame.shape[:2]:
                camera = open_camera(camera, frame.shape[1], frame.shape[0], fps)
            camera.send(composite(frame, background))
            answer = DONE
        except Exception as error:  # a driver may raise anything; the parent process reads one line
            answer = " ".join(f"{error}".split()) or type(error).__name__
        sys.stdout.write(answer + "\n")
        sys.stdout.flush()
        if answer != DONE:
            return 1
    return 0


def open_camera(camera: Any, width: int, height: int, fps: float) -> Any:
    """Close `camera`, if any, and open one of `width` x `height` pixels."""
    import pyvirtualcam

    if camera is not None:
        camera.close()
    return pyvirtualcam.Camera(width=width, height=height, fps=fps, fmt=pyvirtualcam.PixelFormat.RGB)


def read_frame(source: IO[bytes]) -> NDArray[np.uint8] | None:
    """Read one frame: (H, W, 4) uint8 RGBA, straight alpha; None at the end of the input."""
    head = source.read(HEADER_BYTES)
    if len(head) < HEADER_BYTES:
        return None
    width, height = (int.from_bytes(head[at : at + 4], "little") for at in (12, 16))
    pixels = source.read(4 * width * height)
    unpack_header(head + pixels)
    return np.frombuffer(pixels, np.uint8).reshape(height, width, 4)


def composite(frame: NDArray[np.uint8], background: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """Blend a frame over one colour.

    Args:
        frame: (H, W, 4) uint8 RGBA, straight alpha.
        background: (3,) uint16 RGB, 0..255.

    Returns:
        (H, W, 3) uint8 RGB.
    """
    alpha = frame[..., 3:].astype(np.uint16)
    mixed = (frame[..., :3] * alpha + background * (255 - alpha) + 127) // 255
    return np.ascontiguousarray(mixed.astype(np.uint8))


if __name__ == "__main__":
    sys.exit(main())
