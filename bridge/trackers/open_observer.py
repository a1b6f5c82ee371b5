"""Opens Omote's own tracker of pictures: the network that reads a face, and what finds the face for it.

observer = open_network_observer("webcam")
"""

from __future__ import annotations

from pathlib import Path

from bridge.trackers.face import load_landmarker
from bridge.trackers.face_finder import (
    FaceFinder,
    LandmarkerFinder,
    installed_finder,
    load_finder_model,
    open_finder,
)
from bridge.trackers.network_observer import NetworkObserver
from bridge.trackers.tracker_network import installed_tracker, load_tracker_model, open_tracker_network


def open_network_observer(
    source: str,
    *,
    model: Path | None = None,
    finder: str = "omote",
    face_landmarker: Path | None = None,
    learns_rest: bool = True,
    looks_twice: bool = False,
) -> NetworkObserver:
    """Open the networks; MediaPipe is loaded only where it is to find the face.

    Args:
        source: the driver's name in the runtime.
        model: folder of another network than the one that comes with the bridge.
        finder: omote or mediapipe. face_landmarker: MediaPipe's file, for that finder.
        learns_rest: whether the network is told what the face was like in the first second.
        looks_twice: as in `bridge.trackers.tracker_network.TrackerNetwork`.

    Raises:
        InferenceError, LandmarkerError: with a message for the user.
    """
    network = open_tracker_network(load_tracker_model(model or installed_tracker()), looks_twice=looks_twice)
    found: FaceFinder
    if finder == "mediapipe":
        found = LandmarkerFinder(load_landmarker(face_landmarker))
    else:
        found = open_finder(load_finder_model(installed_finder()))
    return NetworkObserver(network, found, source=source, learns_rest=learns_rest)
