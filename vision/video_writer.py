"""Writes rendered pictures, and sound beside them, to a video file or to numbered PNGs.

    with open_writer(Path("out.mp4"), fps=25.0, sound=ClipSound(Path("clip.mp4"), begin_s=0.0)) as writer:
        writer.write(pixels)

The formats are those of `vision.video_codecs`; the first picture says whether a format that can keeps an alpha channel.
FFmpeg writes into a file that we opened, so that no name means anything to it.
"""

from __future__ import annotations

import os
import re
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from protocol.errors import FileError
from protocol.file_names import check_name, check_new_file
from vision.errors import VideoError
from vision.media_container import media_errors, pyav
from vision.sound_track import RATE, ClipSound, SoundTrack
from vision.video_codecs import FORMATS, PictureCodec, VideoFormat, available

#: Grey level, 0..255, behind transparent pixels in a video.
BACKDROP: Final = 48
_MOST_BITS: Final = 1_000_000_000
_BT709: Final = 1  # ITU-T H.273, in all three tables
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
    if not (is_pictures or _PLACE.search(output.name)) and output.suffix.lower() not in FORMATS:
        raise VideoError(
            f"{output.name} ends in {output.suffix}, expected one of {', '.join(FORMATS)}; "
            "or give a folder or frame_%05d.png for a row of PNGs"
        )
    try:
        if is_pictures:
            check_name(output)
        else:
            check_new_file(output)
    except FileError as error:
        raise VideoError(str(error)) from error


def open_writer(output: Path, *, fps: float, sound: ClipSound | None = None) -> PictureWriter:
    """Choose a writer by name: a folder or a pattern such as frame_%05d.png gives PNGs, a known ending a video.

    Args:
        fps: pictures per second.
        sound: what is heard, cut at the last picture's end; None = nothing. PNGs leave it out.

    Raises:
        VideoError: as `check_output`, the folder cannot be made, or the sound cannot be read.
    """
    check_output(output)
    if _PLACE.search(output.name):
        return PngSequence(output.parent, output.name)
    if output.is_dir() or output.suffix == "":
        return PngSequence(output, "%05d.png")
    return VideoFileWriter(output, FORMATS[output.suffix.lower()], fps, sound)


def carries_sound(output: Path) -> bool:
    """Whether `open_writer` makes a file that sound can be written to."""
    return output.suffix.lower() in FORMATS and not os.path.isdir(output)


class VideoFileWriter:
    """Writes a video; where the format has no alpha, pictures are composited over a plain grey."""

    def __init__(self, path: Path, form: VideoFormat, fps: float, sound: ClipSound | None = None) -> None:
        """Open the sound and prepare a file; the first picture creates it.

        Raises:
            VideoError: the sound cannot be read.
            VisionError: PyAV is not installed.
        """
        self._path = path
        self._form = form
        self._step_s = 1 / Fraction(fps).limit_denominator(1001)
        self._av = pyav()
        self._errors = media_errors()
        self._codec: PictureCodec = available(form.pictures, self._av)
        self._reformatter: Any = self._av.video.reformatter.VideoReformatter()
        self._file: BinaryIO | None = None
        self._container: Any = None  # opened by the first picture, which gives the size
        self._stream: Any = None
        self._pixels = ""  # the stream's format
        self._count = 0
        self._track = SoundTrack(sound) if sound is not None else None
        self._sound_stream: Any = None
        self._samples = 0

    def write(self, pixels: NDArray[np.uint8]) -> None:
        """Append one picture; an odd last row or column is cut off, because the codecs need even sizes."""
        height, width = (side // 2 * 2 for side in pixels.shape[:2])
        try:
            if self._stream is None:
                self._begin(width, height, is_opaque=bool(pixels[..., 3].min() == 255))
            keeps_alpha = self._pixels == self._codec.with_alpha
            picture = pixels if keeps_alpha else over_backdrop(pixels)
            cut = np.ascontiguousarray(picture[:height, :width])
            frame = self._av.VideoFrame.from_ndarray(cut, format="rgba" if keeps_alpha else "rgb24")
            frame = self._converted(frame)
            frame.pts, frame.time_base = self._count, self._step_s
            self._container.mux(self._stream.encode(frame))
            self._count += 1
            self._write_sound()
        except self._errors as error:
            raise self._unwritable(error) from error

    def close(self) -> None:
        """Finish the file; may be called twice."""
        container, self._container = self._container, None
        file, self._file = self._file, None
        track, self._track = self._track, None
        try:
            if container is not None:
                for stream in (self._stream, self._sound_stream):
                    if stream is not None:
                        container.mux(stream.encode(None))
                container.close()
        except self._errors as error:
            raise self._unwritable(error) from error
        finally:
            if file is not None:
                file.close()
            if track is not None:
                track.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _begin(self, width: int, height: int, *, is_opaque: bool) -> None:
        codec = self._codec
        self._pixels = codec.pixels if is_opaque or not codec.with_alpha else codec.with_alpha
        self._file = self._path.open("wb")
        self._container = self._av.open(self._file, mode="w", format=self._form.container)
        self._container.flags |= (
            self._av.container.Flags.bitexact.value
        )  # WebM: no random numbers in the file
        stream = self._container.add_stream(codec.name, rate=1 / self._step_s, options=dict(codec.options))
        stream.width, stream.height, stream.pix_fmt = width, height, self._pixels
        if codec.bits:
            stream.bit_rate = min(round(codec.bits * width * height / self._step_s), _MOST_BITS)
        stream.codec_context.time_base = self._step_s
        if self._is_video_range:
            # Without these marks players guess the matrix by the picture's size.
            stream.codec_context.colorspace = _BT709
            stream.codec_context.color_primaries = _BT709
            stream.codec_context.color_trc = _BT709
            stream.codec_context.color_range = self._av.video.reformatter.ColorRange.MPEG
        if self._track is not None:
            self._sound_stream = self._container.add_stream(
                self._form.sound, rate=RATE, layout=self._track.layout
            )
        self._stream = stream

    @property
    def _is_video_range(self) -> bool:
        return not self._codec.pixels.startswith("yuvj")  # Motion JPEG: BT.601 with the full range

    def _converted(self, frame: Any) -> Any:
        """The picture in the stream's format."""
        if not self._is_video_range:
            return self._reformatter.reformat(frame, format=self._pixels, threads=1)
        kind = self._av.video.reformatter
        return self._reformatter.reformat(
            frame,
            format=self._pixels,
            dst_colorspace=kind.Colorspace.ITU709,
            dst_color_range=kind.ColorRange.MPEG,
            dst_color_trc=_BT709,
            dst_color_primaries=_BT709,
            threads=1,
        )

    def _write_sound(self) -> None:
        """Append the sound up to the end of the picture that was written last."""
        if self._track is None:
            return
        samples = self._track.read_until(float(self._count * self._step_s))
        if not samples.shape[1]:
            return
        frame = self._av.AudioFrame.from_ndarray(
            np.ascontiguousarray(samples), format="fltp", layout=self._track.layout
        )
        frame.sample_rate, frame.time_base, frame.pts = RATE, Fraction(1, RATE), self._samples
        self._samples += samples.shape[1]
        self._container.mux(self._sound_stream.encode(frame))

    def _unwritable(self, error: Exception) -> VideoError:
        reason = getattr(error, "strerror", None) or error
        return VideoError(
            f"{self._path} cannot be written with {self._codec.name} ({reason}); is the folder writable and the "
            "disk not full? Another ending may work: " + ", ".join(FORMATS)
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
