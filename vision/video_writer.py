"""Writes rendered pictures to a video file or to numbered PNGs.

    with open_writer(Path("out.mp4"), fps=25.0) as writer:
        writer.write(pixels)

OpenCV's wheels write MPEG-4 Part 2 and VP8 on every platform, but not H.264. MPEG-4 in .mp4 plays in VLC, QuickTime,
Windows' player and editors, and takes 3 ms a frame; browsers need .webm (VP8, 20 times slower). Neither has an alpha
channel; PNGs do.
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

#: Ending -> FourCC; OUTPUT_HELP describes their uses.
CODECS: Final = {".mp4": "mp4v", ".m4v": "mp4v", ".mov": "mp4v", ".webm": "VP80", ".avi": "MJPG"}
OUTPUT_HELP: Final = (
    "out.mp4 (MPEG-4: players and editors), out.webm (VP8: browsers, slower), out.avi (Motion JPEG); "
    "or a folder or a name with %%05d for PNGs that keep the alpha. Videos carry no sound"
)
#: Grey level, 0..255, behind transparent pixels in a video.
BACKDROP: Final = 48
_PLACE = re.compile(r"%0?\d*d")


class PictureWriter(Protocol):
    """Writes pictures in order; a context manager. Used from one thread."""

    def write(self, pixels: NDArray[np.uint8]) -> None:
        """Append one picture.

        Args:
            pixels: (H, W, 4) uint8 sRGB, RGBA, straight alpha; every picture of one size.

        Raises:
            VideoError: it cannot be written.
        """
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
    """Choose a writer by name: a folder or a pattern such as frame_%05d.png gives PNGs, a known ending a video.

    Raises:
        VideoError: the ending is unknown, or the folder does not exist.
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
    """Writes a video without alpha: pictures are composited over a plain grey."""

    def __init__(self, path: Path, codec: str, fps: float) -> None:
        """Prepare a file; the first picture creates it.

        Raises:
            VideoError: its folder does not exist.
        """
        if not path.parent.is_dir():
            raise VideoError(f"there is no folder {path.parent} to write {path.name} to; make it first")
        self._path = path
        self._codec = codec
        self._fps = fps
        self._writer: Any = None  # created by the first picture, which gives the size

    def write(self, pixels: NDArray[np.uint8]) -> None:
        """Append one picture; an odd last row or column is cut off, because the codecs need even sizes."""
        import cv2

        picture = over_backdrop(pixels)
        height, width = (side // 2 * 2 for side in picture.shape[:2])
        if self._writer is None:
            with native_stderr_silenced():  # OpenCV warns about codec tags and then picks a valid one
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
    """Writes each picture as a PNG with alpha, numbered from 0."""

    def __init__(self, folder: Path, pattern: str) -> None:
        """Create the folder.

        Raises:
            VideoError: the pattern does not end in .png, or the folder cannot be created.
        """
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
    """Composite a picture (H, W, 4) uint8, straight alpha, over BACKDROP; (H, W, 3) uint8, rounded to nearest."""
    alpha = pixels[..., 3:]
    if alpha.min() == 255:
        return pixels[..., :3]
    weight = alpha.astype(np.uint16)
    mixed = (pixels[..., :3] * weight + BACKDROP * (255 - weight) + 127) // 255
    return mixed.astype(np.uint8)
