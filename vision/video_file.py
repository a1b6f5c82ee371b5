"""VideoFile: checks a video file and reads it frame by frame, each with the time at which it is shown.

with VideoFile(Path("clip.mp4")) as video:
    while (picture := video.read()) is not None:
        print(video.time_s, picture.shape)

FFmpeg reads the file through PyAV, so that variable frame rates, edit lists and rotation marks mean what they mean in
players.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vision.errors import VideoError
from vision.frame_times import MAX_GAP_S, FrameTimes
from vision.media_container import media_errors, pyav
from vision.media_file import MediaFile
from vision.upright import upright

if TYPE_CHECKING:
    from av.video.frame import VideoFrame
    from av.video.reformatter import VideoReformatter
    from av.video.stream import VideoStream

FALLBACK_FPS: Final = 30.0
MAX_FPS: Final = 480.0
#: A variable rate's highest one is believed up to here; above, timestamps are only finely divided.
MAX_VARIABLE_FPS: Final = 60.0
#: A variable rate's mean is believed from here on; below, pauses between the frames have made it low.
MIN_MEAN_FPS: Final = 15.0


class _Decoded(NamedTuple):
    """A frame that is not yet converted, its time and its end, seconds from the first frame."""

    frame: VideoFrame
    time_s: float
    end_s: float


class VideoFile(MediaFile):
    """Reads a video from its beginning, in the order in which its frames are shown. One thread.

    Attributes:
        path: the file.
        fps: frames per second; of a variable rate the highest that the file says; FALLBACK_FPS when it says none that
            can be believed.
        size: width, height in pixels, upright (a phone's rotation mark is applied), with square pixels.
        frame_count: from the file's header, or estimated from its duration; 0 = unknown; too large for truncated files.
        duration_s: from the file's header, seconds, 0 = unknown; too long for truncated files.
        time_s: when the frame that was read last is shown, seconds from the first frame; 0 before `read`.
        begin_s: the first frame's own timestamp in the file, seconds: where its sound is at time 0.
    """

    def __init__(self, path: Path) -> None:
        """Open a video and decode its first frame.

        Raises:
            VideoError: the file is missing, a folder, empty, not a video, or without a readable frame.
            VisionError: PyAV is not installed.
        """
        super().__init__(path)
        self._waiting = deque[_Decoded]()
        self._reformatter: VideoReformatter = pyav().video.reformatter.VideoReformatter()
        stream = self._open()
        self._pixel_aspect = _pixel_aspect(stream)
        self.fps = _usable_fps(stream)
        self.duration_s = _duration_s(stream)
        self.frame_count = max(stream.frames, 0) or round(self.duration_s * float(stream.average_rate or 0))
        self._frames = self._timed(stream)
        self._first()
        self.begin_s = float(self._waiting[0].frame.time or 0.0)
        self._matrix = _display_matrix(self._waiting[0].frame)  # the same in every frame of a stream
        height, width = self._convert(self._waiting[0].frame).shape[:2]
        self.size = (width, height)

    def read(self) -> NDArray[np.uint8] | None:
        """The next frame, (H, W, 3) uint8 sRGB, RGB, owned by the caller; None at the end."""
        taken = self._take()
        return None if taken is None else self._convert(taken.frame)

    def skip(self) -> bool:
        """Skip one frame without converting it; False at the end."""
        return self._take() is not None

    def skip_until(self, time_s: float) -> int:
        """Skip the frames that another one has replaced on the screen at a time; returns how many.

        Args:
            time_s: seconds from the first frame. The last frame is never skipped.
        """
        skipped = 0
        while self._fill(2) and self._waiting[1].time_s <= time_s:
            skipped += self.skip()
        return skipped

    @property
    def end_s(self) -> float:
        """Until when the frame that was read last is shown: the next one's time; of the last one as the file says."""
        return self._waiting[0].time_s if self._fill(1) else self._last_end_s

    def rewind(self) -> None:
        """Go back to the first frame.

        Raises:
            VideoError: the file cannot be opened any more.
        """
        self.close()
        self._waiting.clear()
        self._frames = self._timed(self._open())
        self._first()

    def _open(self) -> VideoStream:
        """Open the file and choose its video stream."""
        av = pyav()
        _check(self.path)
        container = self._open_container(_unreadable(self.path))
        for stream in container.streams.video:
            is_cover = stream.disposition & av.stream.Disposition.attached_pic  # of a record
            if not is_cover and stream.codec_context is not None:  # None: in an unknown format
                stream.thread_type = "AUTO"
                self.time_s = self._last_end_s = 0.0
                return stream
        has_sound = bool(container.streams.audio)
        self.close()
        if has_sound:
            raise VideoError(f"{self.path} holds sound but no picture; give a video that shows a face")
        raise _unreadable(self.path)

    def _timed(self, stream: VideoStream) -> Iterator[_Decoded]:
        """All frames of a stream, with their times."""
        step_s = 1.0 / self.fps
        times = FrameTimes(step_s)
        for frame in self._decoded(stream):
            time_s = times.next(frame.time)
            lasts_s = float(frame.duration * (frame.time_base or 0)) if frame.duration else 0.0
            yield _Decoded(frame, time_s, time_s + (lasts_s if 0 < lasts_s <= MAX_GAP_S else step_s))

    def _first(self) -> None:
        if not self._fill(1):
            self.close()
            raise VideoError(
                f"{self.path} opens as a video but holds no frame that can be read; export it again"
            )

    def _fill(self, count: int) -> bool:
        """Decode until so many frames wait; False when there are fewer."""
        while len(self._waiting) < count and self._container is not None:
            decoded = next(self._frames, None)
            if decoded is None:
                break
            self._waiting.append(decoded)
        return len(self._waiting) >= count

    def _take(self) -> _Decoded | None:
        if not self._fill(1):
            return None
        taken = self._waiting.popleft()
        self.time_s, self._last_end_s = taken.time_s, taken.end_s
        return taken

    def _convert(self, frame: VideoFrame) -> NDArray[np.uint8]:
        """(H, W, 3) uint8 RGB, upright, with square pixels."""
        width = max(round(frame.width * self._pixel_aspect), 1)
        try:
            plain = self._reformatter.reformat(frame, width=width, format="rgb24", threads=1)
        except media_errors() as error:
            self.close()
            raise _unreadable(self.path) from error
        return upright(np.asarray(plain.to_ndarray(), np.uint8), self._matrix)


def _check(path: Path) -> None:
    if path.is_dir():
        raise VideoError(f"{path} is a folder, expected a video file such as clip.mp4")
    if not path.is_file():
        raise VideoError(f"there is no file {path}; check the name")
    if path.stat().st_size == 0:
        raise VideoError(f"{path} is empty (0 bytes); copy or download it again")


def _unreadable(path: Path) -> VideoError:
    return VideoError(
        f"{path} cannot be read as a video: it is cut off, damaged or of another kind; "
        "copy it again, or convert it: ffmpeg -i INPUT -c:v libx264 clip.mp4"
    )


def _usable_fps(stream: VideoStream) -> float:
    average, highest = float(stream.average_rate or 0), float(stream.guessed_rate or 0)
    if average < highest <= MAX_VARIABLE_FPS:
        return highest
    if average < min(highest, MIN_MEAN_FPS):
        return FALLBACK_FPS
    return average if 0.0 < average <= MAX_FPS else FALLBACK_FPS


def _duration_s(stream: VideoStream) -> float:
    if stream.duration and stream.time_base:
        return max(float(stream.duration * stream.time_base), 0.0)
    whole: int | None = getattr(stream.container, "duration", None)  # microseconds
    return max(whole, 0) / 1e6 if whole else 0.0


def _pixel_aspect(stream: VideoStream) -> float:
    """Width of a pixel by its height; 1 where the file does not say, or nonsense."""
    given: Any = stream.sample_aspect_ratio
    aspect = float(given or 1)
    return aspect if 0.1 <= aspect <= 10.0 else 1.0


def _display_matrix(frame: VideoFrame) -> bytes | None:
    matrix: Any = frame.side_data.get("DISPLAYMATRIX")
    return None if matrix is None else bytes(matrix)
