"""SoundTrack: the sound of a file, placed on the timeline of the video that is written.

with SoundTrack(ClipSound(Path("clip.mp4"), begin_s=0.04)) as track:
    samples = track.read_until(1.0)         # (channels, N) float32: all up to second 1, from the last call on

Each decoded frame goes where its timestamp says: a gap becomes silence, an overlap is cut, so that sound and picture stay
together to the end, also where packets are damaged.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vision.errors import VideoError
from vision.media_container import pyav
from vision.media_file import MediaFile

if TYPE_CHECKING:
    from av.audio.stream import AudioStream

#: Samples per second of what is written; Opus knows no 44100.
RATE: Final = 48000
#: A timestamp that differs from the counted samples by no more is a rounding of the container's (1 ms in WebM).
_SLACK_S: Final = 0.005
#: A longer gap is a damaged timestamp.
_MAX_GAP_S: Final = 600.0


class ClipSound(NamedTuple):
    """The sound of a written video.

    Attributes:
        path: any file with sound: a video, mp3, m4a, ogg, flac, WAV.
        begin_s: the timestamp in the file that belongs to the first picture, seconds; None = where its sound begins.
    """

    path: Path
    begin_s: float | None = None


class SoundTrack(MediaFile):
    """Decodes as far as it is asked to. One thread; a context manager.

    Attributes:
        layout: "mono" or "stereo", as the file has it; more channels become two.
    """

    def __init__(self, sound: ClipSound) -> None:
        """Open a file.

        Raises:
            VideoError: it cannot be read, or holds no sound.
            VisionError: PyAV is not installed.
        """
        super().__init__(sound.path)
        self._begin_s = sound.begin_s
        stream = self._open()
        self.layout = "mono" if stream.codec_context.layout.nb_channels == 1 else "stereo"
        self._resampler: Any = pyav().AudioResampler("fltp", self.layout, RATE)
        self._blocks = self._placed(stream)
        self._left = np.empty((1 if self.layout == "mono" else 2, 0), np.float32)
        self._read = 0  # samples given out

    def read_until(self, time_s: float) -> NDArray[np.float32]:
        """The samples from the end of the last call until a time; fewer, and then none, at the sound's end.

        Args:
            time_s: seconds from the first picture.

        Returns:
            (channels, N) float32, RATE samples per second.
        """
        wanted = round(time_s * RATE) - self._read
        parts, count = [self._left], self._left.shape[1]
        while count < wanted and (block := next(self._blocks, None)) is not None:
            parts.append(block)
            count += block.shape[1]
        joined = np.concatenate(parts, axis=1) if len(parts) > 1 else self._left
        given, self._left = joined[:, : max(wanted, 0)], joined[:, max(wanted, 0) :]
        self._read += given.shape[1]
        return given

    def _open(self) -> AudioStream:
        container = self._open_container(
            VideoError(
                f"{self.path} cannot be read as sound; expected a video, .wav, .mp3, .m4a, .ogg or .flac"
            )
        )
        for stream in container.streams.audio:
            if stream.codec_context is not None:  # None: in an unknown format
                return stream
        self.close()
        raise VideoError(f"{self.path} contains no sound that can be read; give another file with --sound")

    def _placed(self, stream: AudioStream) -> Iterator[NDArray[np.float32]]:
        """(channels, N) blocks without gaps or overlaps, from the first picture's time on."""
        end = 0  # samples on the timeline so far
        for samples, at_s in self._resampled(stream):
            if self._begin_s is None:
                self._begin_s = at_s if at_s is not None else 0.0
            begin = end if at_s is None else round((at_s - self._begin_s) * RATE)
            is_continued = abs(begin - end) <= _SLACK_S * RATE or begin - end > _MAX_GAP_S * RATE
            if is_continued and end > 0:
                begin = end
            if begin > end:
                yield np.zeros((samples.shape[0], begin - end), np.float32)
            whole = samples[:, max(end - begin, 0) :]
            end = max(end, begin + samples.shape[1])
            if whole.shape[1]:
                yield whole

    def _resampled(self, stream: AudioStream) -> Iterator[tuple[NDArray[np.float32], float | None]]:
        """(channels, N) samples and the time of the first, seconds in the file."""
        for frame in self._decoded(stream):
            at_s = frame.time
            frame.pts = None  # the resampler would fill gaps its own way
            for part in self._resampler.resample(frame):
                yield np.asarray(part.to_ndarray(), np.float32), at_s
                at_s = None
        for part in self._resampler.resample(None):
            yield np.asarray(part.to_ndarray(), np.float32), None


def has_sound(path: Path) -> bool:
    """Whether a file that can be opened holds sound."""
    try:
        SoundTrack(ClipSound(path)).close()
    except VideoError:
        return False
    return True
