"""Tracks a face in a video file, at the pace at which the video plays.

for tracked in VideoTracker(VideoFile(path), landmarker, face, stop=stop): ...
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from bridge.trackers.face import FaceTaker
from bridge.trackers.picture_tracker import Tracked
from vision.landmarker import FaceLandmarker
from vision.video_file import VideoFile


class VideoTracker:
    """Plays a video in real time; where tracking is slower, frames are passed over and never late.

    Owns the video and the landmarker: `close` closes both.
    """

    def __init__(
        self,
        video: VideoFile,
        landmarker: FaceLandmarker,
        face: FaceTaker,
        *,
        source: str = "video",
        loop: bool = False,
        stop: threading.Event,
    ) -> None:
        self.source = source
        self._video = video
        self._landmarker = landmarker
        self._face = face
        self._loop = loop
        self._stop = stop

    def __iter__(self) -> Iterator[Tracked]:
        """Measure each frame when it is due."""
        begin_s = time.monotonic()
        begin_ns = time.time_ns()
        step_s = 1.0 / self._video.fps
        frame = 0  # counted on through every round of a loop: the landmarker's time must only rise
        while not self._stop.is_set():
            # Pass over what is due no longer: a late frame is worse than a missing one.
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
            # Wait until it is due.
            due_s = frame * step_s
            if self._stop.wait(max(begin_s + due_s - time.monotonic(), 0.0)):
                return
            # Measure it.
            measure_s = time.perf_counter()
            found = self._landmarker.detect(picture, int(due_s * 1000))
            messages = (
                self._face(found[0], time_s=due_s, capture_time_ns=begin_ns + int(due_s * 1e9))
                if found
                else ()
            )
            track_ms = (time.perf_counter() - measure_s) * 1e3
            yield Tracked(
                messages=messages,
                is_face=bool(found),
                track_ms=track_ms,
                dropped=dropped,
                picture=picture,
                landmarks=found[0].landmarks if found else None,
            )
            frame += 1

    def close(self) -> None:
        """Give back the file and the model; may be called twice."""
        self._video.close()
        self._landmarker.close()
