"""Rendered pictures -> a video file or a row of PNGs.

    with open_writer(Path("out.mp4"), fps=25.0) as writer:
        writer.write(pixels)

What OpenCV's wheels can write everywhere is MPEG-4 Part 2 and VP8; H.264 they cannot. MPEG-4 in .mp4 plays in
VLC, QuickTime, Windows' player and every editor, and costs 3 ms a frame; browsers want .webm (VP8, 20 times
slower). Neither holds an alpha channel; PNGs do.
"""

from __future__ import annotations

import re
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from vision.errors import VideoError
from vision.native_logs import native_stderr_silenced

#: Ending -> FourCC. What each is good for is in OUTPUT_HELP.
CODECS: Final = {".mp4": "mp4v", ".m4v": "mp4v", ".mov": "mp4v", ".webm": "VP80", ".avi": "MJPG"}
OUTPUT_HELP: Final = (
    "out.mp4 (MPEG-4: players and editors), out.webm (VP8: browsers, slower), out.avi (Motion JPEG); "
    "or a folder or a name with %%05d for PNGs that keep the alpha. Videos carry no sound"
)
#: What lies behind transparent pixels in a video.
BACKDROP: Final = 48
_PLACE = re.compile(r"%0?\d*d")


class PictureWriter(Protocol):
    """Takes pictures in order; a context manager, closed once. Not for more than one thread."""

    def write(self, pixels: NDArray[np.uint8]) -> None:
        """Append (H, W, 4) uint8 RGBA, straight alpha, all of one size. Raises VideoError."""
        ...

    def close(self) -> None:
        """Finish the file; may be called twice."""
        ...

    def __enter__(self) -> Self:
        """The writer."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        ...


def open_writer(output: Path, *, fps: float) -> PictureWriter:
    """Choose by name: a folder or a pattern gives PNGs, a known ending a video.

    Raises:
        VideoError: the name says neither, or its folder does not exist.
    """
    if _PLACE.search(output.name):
        return PngSequence(output.parent, output.name)
    if output.is_dir() or output.suffix == "":
        return PngSequence(output, "%05d.png")
    codec = CODECS.get(output.suffix.lower())
    if codec is None:
        raise VideoError(
            f"{output.name} ends in {output.suffix}, expected one of {', '.join(CODECS)}; "
            "or give a folder or frame_%05d.png for a row of PNGs"
        )
    return VideoFileWriter(output, codec, fps)


class VideoFileWriter:
    """A video without alpha: transparent pixels are laid over a plain grey."""

    def __init__(self, path: Path, codec: str, fps: float) -> None:
        """Raises VideoError: there is no folder to write to."""
        if not path.parent.is_dir():
            raise VideoError(f"there is no folder {path.parent} to write {path.name} to; make it first")
        self._path = path
        self._codec = codec
        self._fps = fps
        self._writer: Any = None  # made by the first picture, which says the size

    def write(self, pixels: NDArray[np.uint8]) -> None:
        """Append one picture; an odd last row or column is left out, as the codecs want even sizes."""
        import cv2

        picture = over_backdrop(pixels)
        height, width = (side // 2 * 2 for side in picture.shape[:2])
        if self._writer is None:
            with native_stderr_silenced():  # it remarks on tags that it then chooses well
                self._writer = cv2.VideoWriter(
                    str(self._path), cv2.VideoWriter.fourcc(*self._codec), self._fps, (width, height)
                )
            if not self._writer.isOpened():
                raise VideoError(
                    f"{self._path} cannot be written with {self._codec}; is the folder writable and the disk "
                    "not full? Another ending may work: " + ", ".join(CODECS)
                )
        self._writer.write(cv2.cvtColor(picture[:height, :width], cv2.COLOR_RGB2BGR))

    def close(self) -> None:
        """Finish the file; may be called twice."""
        if self._writer is not None:
            self._writer.release()
            self._writer = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class PngSequence:
    """One PNG a picture, numbered from 0, with its alpha."""

    def __init__(self, folder: Path, pattern: str) -> None:
        """Raises VideoError: the pattern is no PNG's, or the folder cannot be made."""
        if not pattern.lower().endswith(".png"):
            raise VideoError(f"got {pattern}, expected a row of PNGs such as frame_%05d.png")
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise VideoError(f"the folder {folder} cannot be made: {error}") from error
        self._folder = folder
        self._pattern = pattern
        self._number = 0

    def write(self, pixels: NDArray[np.uint8]) -> None:
        """Write the next picture."""
        import cv2

        path = self._folder / _PLACE.sub(lambda place: place.group() % self._number, self._pattern)
        encoded = cv2.imencode(
            ".png", cv2.cvtColor(pixels, cv2.COLOR_RGBA2BGRA), [cv2.IMWRITE_PNG_COMPRESSION, 3]
        )[1]
        try:
            path.write_bytes(encoded.tobytes())
        except OSError as error:
            raise VideoError(f"{path} cannot be written: {error}") from error
        self._number += 1

    def close(self) -> None:
        """Nothing is held open."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def over_backdrop(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H, W, 4) straight alpha -> (H, W, 3) over BACKDROP, rounded to the nearest."""
    alpha = pixels[..., 3:]
    if alpha.min() == 255:
        return pixels[..., :3]
    weight = alpha.astype(np.uint16)
    mixed = (pixels[..., :3] * weight + BACKDROP * (255 - weight) + 127) // 255
    return mixed.astype(np.uint8)
