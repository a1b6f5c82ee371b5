"""Writes rendered pictures to a video file or to numbered PNGs.

    with open_writer(Path("out.mp4"), fps=25.0) as writer:
        writer.write(pixels)

MPEG-4 Part 2 in .mp4 plays in VLC, QuickTime, Windows' player and editors, and takes 3 ms a frame; browsers need .webm
(VP8, 20 times slower). Neither has an alpha channel; PNGs do.
H.264 is not offered: which encoders there are depends on how PyAV was built.
FFmpeg writes into a file that we opened, so that no name means anything to it.
"""

from __future__ import annotations

import os
import re
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from protocol.errors import FileError
from protocol.file_names import check_name, check_new_file
from vision.errors import VideoError
from vision.media_container import media_errors, pyav


class _Codec(NamedTuple):
    """An encoder of FFmpeg's, its container, its pixels, and bits a pixel."""

    name: str
    container: str
    pixels: str
    bits: int
    options: dict[str, str]


_MPEG4: Final = _Codec("mpeg4", "mp4", "yuv420p", 4, {"qmin": "3"})
#: Ending -> codec; OUTPUT_HELP describes their uses.
CODECS: Final = {
    ".mp4": _MPEG4,
    ".m4v": _MPEG4,
    ".mov": _MPEG4._replace(container="mov"),
    ".webm": _Codec("libvpx", "webm", "yuv420p", 1, {"deadline": "good", "cpu-used": "5"}),
    ".avi": _Codec("mjpeg", "avi", "yuvj420p", 3, {"huffman": "default"}),
}
OUTPUT_HELP: Final = (
    "out.mp4 (MPEG-4: players and editors), out.webm (VP8: browsers, slower), out.avi (Motion JPEG); "
    "or a folder or a name with %%05d for PNGs that keep the alpha. Videos carry no sound"
)
#: Grey level, 0..255, behind transparent pixels in a video.
BACKDROP: Final = 48
_MOST_BITS: Final = 1_000_000_000
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


def check_output(output: Path) -> None:
    """Check that an output can be written, before the work for it begins; makes nothing.

    Raises:
        VideoError: the ending is unknown, there is no such folder, or the name cannot be written.
    """
    is_pictures = output.suffix == "" or os.path.isdir(output)
    if not (is_pictures or _PLACE.search(output.name)) and output.suffix.lower() not in CODECS:
        raise VideoError(
            f"{output.name} ends in {output.suffix}, expected one of {', '.join(CODECS)}; "
            "or give a folder or frame_%05d.png for a row of PNGs"
        )
    try:
        if is_pictures:
            check_name(output)
        else:
            check_new_file(output)
    except FileError as error:
        raise VideoError(str(error)) from error


def open_writer(output: Path, *, fps: float) -> PictureWriter:
    """Choose a writer by name: a folder or a pattern such as frame_%05d.png gives PNGs, a known ending a video.

    Raises:
        VideoError: as `check_output`, or the folder cannot be made.
    """
    check_output(output)
    if _PLACE.search(output.name):
        return PngSequence(output.parent, output.name)
    if output.is_dir() or output.suffix == "":
        return PngSequence(output, "%05d.png")
    return VideoFileWriter(output, CODECS[output.suffix.lower()], fps)


class VideoFileWriter:
    """Writes a video without alpha: pictures are composited over a plain grey."""

    def __init__(self, path: Path, codec: _Codec, fps: float) -> None:
        """Prepare a file; the first picture creates it.

        Raises:
            VisionError: PyAV is not installed.
        """
        self._path = path
        self._codec = codec
        self._step_s = 1 / Fraction(fps).limit_denominator(1001)
        self._av = pyav()
        self._errors = media_errors()
        self._reformatter: Any = self._av.video.reformatter.VideoReformatter()
        self._file: BinaryIO | None = None
        self._container: Any = None  # opened by the first picture, which gives the size
        self._stream: Any = None
        self._count = 0

    def write(self, pixels: NDArray[np.uint8]) -> None:
        """Append one picture; an odd last row or column is cut off, because the codecs need even sizes."""
        picture = over_backdrop(pixels)
        height, width = (side // 2 * 2 for side in picture.shape[:2])
        try:
            if self._stream is None:
                self._begin(width, height)
            cut = np.ascontiguousarray(picture[:height, :width])
            frame = self._av.VideoFrame.from_ndarray(cut, format="rgb24")
            frame = self._reformatter.reformat(frame, format=self._codec.pixels, threads=1)
            frame.pts, frame.time_base = self._count, self._step_s
            self._container.mux(self._stream.encode(frame))
        except self._errors as error:
            raise self._unwritable(error) from error
        self._count += 1

    def close(self) -> None:
        """Finish the file; may be called twice."""
        container, self._container = self._container, None
        file, self._file = self._file, None
        try:
            if container is not None:
                container.mux(self._stream.encode(None))
                container.close()
        except self._errors as error:
            raise self._unwritable(error) from error
        finally:
            if file is not None:
                file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _begin(self, width: int, height: int) -> None:
        self._file = self._path.open("wb")
        self._container = self._av.open(self._file, mode="w", format=self._codec.container)
        stream = self._container.add_stream(
            self._codec.name, rate=1 / self._step_s, options=dict(self._codec.options)
        )
        stream.width, stream.height, stream.pix_fmt = width, height, self._codec.pixels
        stream.bit_rate = min(round(self._codec.bits * width * height / self._step_s), _MOST_BITS)
        stream.codec_context.time_base = self._step_s
        self._stream = stream

    def _unwritable(self, error: Exception) -> VideoError:
        reason = getattr(error, "strerror", None) or error
        return VideoError(
            f"{self._path} cannot be written with {self._codec.name} ({reason}); is the folder writable and the "
            "disk not full? Another ending may work: " + ", ".join(CODECS)
        )


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
