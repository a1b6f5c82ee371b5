"""Clip runs: what the tracker's network reads in every picture of a clip, as the bridge runs it.

run = run_network(clip_pictures(Path("clip.mp4"), most=300), network)
run.expression[run.is_face]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.trackers.face_finder import installed_finder, load_finder_model, open_finder
from bridge.trackers.network_observer import NetworkObserver
from bridge.trackers.tracker_network import FaceReading, TrackerNetwork
from protocol.blendshapes import BLENDSHAPES
from vision.face_crops import FaceFrame
from vision.tracker_outputs import SEEN
from vision.video_file import VideoFile

Doubles = NDArray[np.float64]
Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class NetworkRun:
    """Of T pictures; NaN where the face was lost.

    Attributes:
        times_s: (T,). is_face: (T,) bool. expression: (T, 52), NaN also where a coefficient is not read.
        pose: (T, 3) yaw, pitch, roll, and gaze: (T, 2) yaw, pitch, radians.
        seen: (T, 4) 0..1 of `vision.tracker_outputs.SEEN`, of the last crops that were read, also where the face was lost.
    """

    times_s: Doubles
    is_face: NDArray[np.bool_]
    expression: Doubles
    pose: Doubles
    gaze: Doubles
    seen: Doubles


class SeenNetwork:
    """A tracker's network that remembers how much it saw; otherwise as the one it is made of.

    Attributes:
        seen: (4,) of the last reading.
    """

    def __init__(self, network: TrackerNetwork) -> None:
        self._network = network
        self.seen = np.zeros(len(SEEN))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._network, name)

    def read(self, picture: Picture, frame: FaceFrame) -> FaceReading | None:
        """As of `TrackerNetwork.read`."""
        reading = self._network.read(picture, frame)
        if reading is not None:
            self.seen = reading.seen
        return reading


def open_observer(network: TrackerNetwork) -> NetworkObserver:
    """The bridge's observer of one person, with Omote's own finder; the caller closes it."""
    return NetworkObserver(network, open_finder(load_finder_model(installed_finder())), source="omote")


def clip_pictures(path: Path, most: int) -> Iterator[tuple[float, Picture]]:
    """Seconds and picture (H, W, 3) uint8 RGB of the first pictures of a clip."""
    with VideoFile(path) as video:
        for _ in range(most):
            if (picture := video.read()) is None:
                return
            yield video.time_s, picture


def run_network(pictures: Iterable[tuple[float, Picture]], network: TrackerNetwork) -> NetworkRun:
    """Let the network follow the face from picture to picture, from the beginning.

    Args:
        pictures: seconds, rising, and pictures (H, W, 3) uint8 RGB.

    Raises:
        ProviderError, ModelError: it cannot run here.
    """
    remembering: Any = SeenNetwork(network)
    observer = open_observer(remembering)
    rows: list[tuple[float, bool, Doubles, list[float], list[float], Doubles]] = []
    try:
        for time_s, picture in pictures:
            tracked = observer.measure(picture, time_s=time_s, capture_time_ns=0)
            one, nothing = tracked.observation, float("nan")
            rows.append(
                (
                    time_s,
                    tracked.is_face,
                    one.expression if tracked.is_face else np.full(len(BLENDSHAPES), np.nan),
                    [one.pose.get(axis, nothing) for axis in ("yaw", "pitch", "roll")],
                    [one.gaze.get(axis, nothing) for axis in ("yaw", "pitch")],
                    remembering.seen.copy(),
                )
            )
    finally:
        observer.close()
    times, is_face, *rest = zip(*rows, strict=True)
    return NetworkRun(np.array(times), np.array(is_face, bool), *(np.array(one, np.float64) for one in rest))
