"""Tracks a face in a video file, at the pace at which the video plays.

for tracked in VideoTracker(VideoFile(path), observer, stop=stop): ...
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from bridge.trackers.face import FaceObserver, ttl_between
from bridge.trackers.picture_tracker import TrackedPicture
from vision.video_file import VideoFile


class VideoTracker:
    """Plays a video in real time; skips frames where tracking is slower. A `PictureTracker`."""

    def __init__(
        self, video: VideoFile, observer: FaceObserver, *, loop: bool = False, stop: threading.Event
    ) -> None:
        """A tracker at the video's first frame.

        Args:
            video, observer: owned from now on; `close` closes both.
            loop: start again at the end.
            stop: ends the iteration once set.
        """
        self.source = observer.source
        self.ttl_s = ttl_between(video.fps)
        self._video = video
        self._observer = observer
        self._loop = loop
        self._stop = stop

    def __iter__(self) -> Iterator[TrackedPicture]:
        """Measure each frame when it is due."""
        begin_s = time.monotonic()
        begin_ns = time.time_ns()
        step_s = 1.0 / self._video.fps
        frame = 0  # not reset when the video loops: the landmarker's time must rise
        while not self._stop.is_set():
            # Skip overdue frames: a late frame is worse than a missing one.
            behind = int((time.monotonic() - begin_s) / step_s) - frame
            dropped = 0
            while dropped < behind and self._video.skip():
                dropped += 1
            frame += dropped
            picture = self._video.read()
            if picture is None:
                if not self._loop:
                    return
                self._video.rewind()
                continue
            due_s = frame * step_s
            if self._stop.wait(max(begin_s + due_s - time.monotonic(), 0.0)):
                return
            yield self._observer.measure(
                picture, time_s=due_s, capture_time_ns=begin_ns + int(due_s * 1e9), dropped=dropped
            )
            frame += 1

    def close(self) -> None:
        """Release the file and the model; may be called twice."""
        self._video.close()
        self._observer.close()
