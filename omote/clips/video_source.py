"""VideoSource: the face in a video drives, tracked frame by frame ahead of the drawing; its sound is heard.

source = VideoSource(video, tracked_clip(video, landmarker, face), landmarker.close)
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.trackers.clip import ClipFrame
from bridge.trackers.prefetch import prefetched
from omote.clips.source import Moment
from vision.sound_track import ClipSound, has_sound
from vision.video_file import VideoFile

AHEAD: Final = 8  # frames that are tracked in advance of drawing
LATE_END_S: Final = 0.5  # a file's header, or its sound, may say this much more than its pictures
_EPSILON_S: Final = 1e-9


class VideoSource:
    """A video of a face. See `ClipSource`. Keeps the pictures that may still be asked for with `picture_at`."""

    def __init__(
        self,
        video: VideoFile,
        frames: Iterator[ClipFrame],
        close_tracker: Callable[[], None],
        *,
        keeps_pictures: bool = False,
    ) -> None:
        """A video before its first frame.

        Args:
            video: owned from now on.
            frames: of the video, as `bridge.trackers.clip` makes them; nothing is read before `moments`.
            close_tracker: frees what tracks them.
            keeps_pictures: whether `picture_at` will be called.
        """
        self._video = video
        self._frames_of_video = frames
        self._close_tracker = close_tracker
        self._keeps_pictures = keeps_pictures
        self._frames = deque[ClipFrame]()
        self._ahead: Generator[ClipFrame] | None = None
        self._tracked = self._faces = 0
        self.fps: float | None = video.fps
        self.expected_s = video.duration_s
        self.end_s = 0.0
        self.sound = ClipSound(video.path, video.begin_s) if has_sound(video.path) else None

    def moments(self) -> Iterator[Moment]:
        """See `ClipSource`; a frame without a face is a moment without messages."""
        self._ahead = prefetched(self._frames_of_video, depth=AHEAD)
        for frame in self._ahead:
            self._tracked += 1
            self._faces += bool(frame.messages)
            self.end_s = frame.end_s
            if self._keeps_pictures:
                self._frames.append(frame)
            yield Moment(frame.time_s, frame.messages)

    def picture_at(self, time_s: float) -> NDArray[np.uint8]:
        """The video's picture at a time, (H, W, 3) uint8 RGB; times never fall from one call to the next."""
        while len(self._frames) > 1 and self._frames[1].time_s <= time_s + _EPSILON_S:
            self._frames.popleft()
        return self._frames[0].picture

    def remarks(self) -> list[str]:
        """See `ClipSource`: frames without a face, and an end that could not be read."""
        said = []
        path = self._video.path
        if self._faces < self._tracked:
            missing = self._tracked - self._faces
            said.append(
                f"no face in {missing} of {self._tracked} frames of {path}; nothing moves the avatar during them"
            )
        if self.end_s < self.expected_s - LATE_END_S:
            said.append(f"{path} ends early: {self.end_s:.1f} of {self.expected_s:.1f} seconds can be read")
        return said

    def close(self) -> None:
        """See `ClipSource`."""
        if self._ahead is not None:
            self._ahead.close()  # ends the thread that uses the other two
        self._close_tracker()
        self._video.close()
