"""Tracks a face in a video file, at the pace at which the video plays.

for tracked in VideoTracker(VideoFile(path), observer, stop=stop): ...
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from bridge.trackers.face import ttl_between
from bridge.trackers.picture_tracker import PictureObserver, TrackedPicture
from vision.video_file import VideoFile

#: A frame that stays on the screen is sent again after this share of the time that its messages live.
_RENEW: Final = 0.5


class VideoTracker:
    """Plays a video in real time; skips frames where tracking is slower. A `PictureTracker`.

    Every frame is measured at its own time in the file. A frame that is shown for longer than its messages live, as
    in recordings of a screen, is given again until the next one is due.
    """

    def __init__(
        self, video: VideoFile, observer: PictureObserver, *, loop: bool = False, stop: threading.Event
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
        round_s = 0.0  # when this round of a looped video began: the landmarker's time must rise
        while not self._stop.is_set():
            # Skip overdue frames: a late frame is worse than a missing one.
            dropped = self._video.skip_until(time.monotonic() - begin_s - round_s)
            picture = self._video.read()
            if picture is None:
                if not self._loop:
                    return
                round_s += self._video.end_s
                self._video.rewind()
                continue
            due_s = round_s + self._video.time_s
            if self._wait_until(begin_s + due_s):
                return
            tracked = self._observer.measure(
                picture, time_s=due_s, capture_time_ns=begin_ns + int(due_s * 1e9), dropped=dropped
            )
            yield tracked
            end_s = round_s + self._video.end_s
            while end_s - due_s > self.ttl_s:
                due_s += self.ttl_s * _RENEW
                if self._wait_until(begin_s + due_s):
                    return
                capture_time_ns = begin_ns + int(due_s * 1e9)
                observation = replace(tracked.observation, receive_time_ns=capture_time_ns)
                yield replace(tracked, observation=observation, time_s=due_s, dropped=0)

    def _wait_until(self, due_s: float) -> bool:
        """Wait, by the monotonic clock; True when stopped."""
        return self._stop.wait(max(due_s - time.monotonic(), 0.0))

    def close(self) -> None:
        """Release the file and the model; may be called twice."""
        self._video.close()
        self._observer.close()
