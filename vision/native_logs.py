"""Keeps OpenCV, FFmpeg and MediaPipe from writing to the terminal what our own errors say better."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


def quiet_native_libraries() -> None:
    """Call once, at the very start of a program, before cv2 is imported.

    A variable that the user has set wins, so the libraries' own words can still be had.
    """
    os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")  # AV_LOG_QUIET


@contextmanager
def native_stderr_silenced() -> Iterator[None]:
    """Nothing reaches stderr inside, from any thread, native code included.

    For loading a MediaPipe model, which announces its inner workings and has no setting against it.
    Python's exceptions pass; only printing is lost.
    """
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
