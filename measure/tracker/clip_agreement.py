"""Whether the network agrees with MediaPipe on real clips. No truth is there: where MediaPipe sees well, agreement counts;
where it sees nothing, only the strongest pictures are named, for people to look at.

reading = read_clip(Path("clip.mp4"), network, face_landmarker)
rows = agreement(reading)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from bridge.observation import Observation
from bridge.trackers.face import FaceObserver, load_landmarker
from bridge.trackers.tracker_network import TrackerNetwork
from measure.errors import MeasureError
from measure.tracker.clip_runs import clip_pictures, open_observer
from protocol.blendshapes import INDEX

Doubles = NDArray[np.float64]

#: What is compared: name -> coefficients whose mean it is.
GROUPS: Final = {
    "jawOpen": ("jawOpen",),
    "blinks": ("eyeBlinkLeft", "eyeBlinkRight"),
    "smiles": ("mouthSmileLeft", "mouthSmileRight"),
    "browInnerUp": ("browInnerUp",),
    "browDown": ("browDownLeft", "browDownRight"),
    "mouthPucker": ("mouthPucker",),
    "mouthFunnel": ("mouthFunnel",),
    "upper lip": ("mouthUpperUpLeft", "mouthUpperUpRight"),
    "lower lip": ("mouthLowerDownLeft", "mouthLowerDownRight"),
}
#: What MediaPipe hardly sees.
UNSEEN: Final = (
    "tongueOut", "cheekPuff", "jawLeft", "jawRight", "mouthLeft", "mouthRight", "noseSneerLeft", "mouthRollLower",
    "mouthRollUpper", "mouthPressLeft",
)  # fmt: skip
#: A channel that moves less than this in a clip, by MediaPipe, is not compared.
_MOVES: Final = 0.04
#: Fewest pictures with a face for both.
_FEWEST: Final = 10
_STRONGEST: Final = 3


class Agreement(msgspec.Struct, frozen=True):
    """One channel of one clip: correlation, and standard deviations of both; r is NaN where MediaPipe sees no movement."""

    name: str
    r: float
    mediapipe: float
    network: float


class Peak(msgspec.Struct, frozen=True):
    """Where a coefficient that MediaPipe hardly sees is strongest: seconds of the clip, and the values there."""

    name: str
    times_s: list[float]
    values: list[float]


@dataclass(frozen=True, slots=True, eq=False)
class ClipReading:
    """What both saw in T pictures in which both saw a face.

    Attributes:
        times_s: (T,). mediapipe, network: (T, 52) coefficients as each reports them; NaN = not read.
        mediapipe_pose, network_pose: (T, 3) yaw, pitch and roll, radians. network_gaze: (T, 2) yaw and pitch, radians.
        landmarks: (T, 478, 2) MediaPipe's points, pixels. number: (T,) of each picture in the clip, from 0.
        pictures: that were read. lost: in which MediaPipe saw a face and the network did not.
        mediapipe_ms, network_ms: median duration of one picture.
    """

    times_s: Doubles
    mediapipe: Doubles
    network: Doubles
    mediapipe_pose: Doubles
    network_pose: Doubles
    network_gaze: Doubles
    landmarks: Doubles
    number: NDArray[np.int64]
    pictures: int
    lost: int
    mediapipe_ms: float
    network_ms: float


def read_clip(
    path: Path,
    network: TrackerNetwork,
    face_landmarker: Path,
    *,
    most: int = 300,
    progress: Callable[[int], None] = lambda read: None,
) -> ClipReading:
    """Let both trackers read the first pictures of a clip.

    Raises:
        MeasureError: too few pictures show a face to both.
    """
    rows: list[tuple[float, Observation, Observation, NDArray[np.float32], int]] = []
    lost, read, durations = 0, 0, []
    mediapipe = FaceObserver(load_landmarker(face_landmarker), source="mediapipe")
    own = open_observer(network)
    try:
        for time_s, picture in clip_pictures(path, most):
            seen = [one.measure(picture, time_s=time_s, capture_time_ns=0) for one in (mediapipe, own)]
            durations.append([one.track_ms for one in seen])
            points = seen[0].landmarks
            if points is not None and seen[0].is_face and seen[1].is_face:
                rows.append((time_s, seen[0].observation, seen[1].observation, points[:, :2], read))
            lost += seen[0].is_face and not seen[1].is_face
            read += 1
            progress(read)
    finally:
        mediapipe.close()
        own.close()
    if len(rows) < _FEWEST:
        raise MeasureError(
            f"{path}: {len(rows)} of {read} pictures show a face to both trackers, expected {_FEWEST} or more; name "
            "a longer clip of one person's face"
        )
    times, first, second, landmarks, number = zip(*rows, strict=True)
    median = np.median(np.array(durations), axis=0)
    return ClipReading(
        times_s=np.array(times),
        mediapipe=np.stack([one.expression for one in first]),
        network=np.stack([one.expression for one in second]),
        mediapipe_pose=np.array([[one.pose[axis] for axis in ("yaw", "pitch", "roll")] for one in first]),
        network_pose=np.array([[one.pose[axis] for axis in ("yaw", "pitch", "roll")] for one in second]),
        network_gaze=np.array([[one.gaze["yaw"], one.gaze["pitch"]] for one in second]),
        landmarks=np.stack(landmarks).astype(np.float64),
        number=np.array(number),
        pictures=read,
        lost=lost,
        mediapipe_ms=float(median[0]),
        network_ms=float(median[1]),
    )


def agreement(reading: ClipReading) -> list[Agreement]:
    """The channels that MediaPipe sees, and the head's pose and the gaze."""
    rows = []
    for name, shapes in GROUPS.items():
        places = [INDEX[shape] for shape in shapes]
        rows.append(_row(name, reading.mediapipe[:, places].mean(1), reading.network[:, places].mean(1)))
    for axis, name in enumerate(("yaw", "pitch", "roll")):
        rows.append(_row(name, reading.mediapipe_pose[:, axis], reading.network_pose[:, axis]))
    rows.append(_row("gaze yaw", looked(reading.mediapipe, 0), reading.network_gaze[:, 0]))
    return rows


def peaks(reading: ClipReading) -> list[Peak]:
    """The strongest pictures of every coefficient that MediaPipe hardly sees, at least half a second apart."""
    found = []
    for name in UNSEEN:
        values = reading.network[:, INDEX[name]]
        places: list[int] = []
        for place in np.argsort(-values):
            if all(abs(reading.times_s[place] - reading.times_s[other]) > 0.5 for other in places):
                places.append(int(place))
            if len(places) == _STRONGEST:
                break
        found.append(Peak(name, reading.times_s[places].round(2).tolist(), values[places].round(3).tolist()))
    return found


def _row(name: str, first: Doubles, second: Doubles) -> Agreement:
    moved, answered = float(first.std()), float(second.std())
    r = float(np.corrcoef(first, second)[0, 1]) if moved > _MOVES and answered > 1e-6 else float("nan")
    return Agreement(name, r, moved, answered)


def looked(expression: Doubles, axis: int) -> Doubles:
    """Look to the subject's left (axis 0) or up (axis 1) by eyeLook coefficients (T, 52): (T,) about -1..1."""
    ways = (
        ("OutLeft", "InRight", "InLeft", "OutRight")
        if axis == 0
        else ("UpLeft", "UpRight", "DownLeft", "DownRight")
    )
    values = [expression[:, INDEX[f"eyeLook{way}"]] for way in ways]
    return np.asarray((values[0] + values[1] - values[2] - values[3]) / 2)
