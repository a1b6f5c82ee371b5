"""Suppresses the messages that OpenCV, FFmpeg and MediaPipe print on the terminal; our own errors replace them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


def quiet_native_libraries() -> None:
    """Turn off the logs of OpenCV and FFmpeg; call once at the start of a program, before cv2 is imported.

    Environment variables that the user has set are kept, so the logs can still be turned on.
    """
    os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")  # AV_LOG_QUIET


@contextmanager
def native_stderr_silenced() -> Iterator[None]:
    """Discard everything written to stderr inside the block, by any thread and by native code.

    For loading a MediaPipe model, whose log has no setting to turn it off. Python's exceptions are not affected.
    """
    kept = os.dup(2)
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 2)
    os.close(null)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
