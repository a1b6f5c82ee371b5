"""What the bridge sends with Omote's own network for drawn samples, and how well it and MediaPipe see the head's pose.

sent = network_output(samples, crops, network)
sent = network_output(samples, crops, network, {7: profile})      # this person has calibrated
degrees = pose_error(samples.pose, turns)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.calibration.profile import CalibrationProfile, load_profile
from bridge.observation import Observation
from bridge.sending.source_messages import SourceMessages
from bridge.trackers.network_observer import GazeMemory, observed
from bridge.trackers.rest_code import RestCode
from bridge.trackers.tracker_network import FaceReading, TrackerNetwork
from face.camera import rotation
from measure.tracker.bridge_output import BridgeOutput
from measure.tracker.crop_samples import CropSamples
from measure.tracker.samples import SIZE_PX, TrackedSamples
from measure.tracker.webcam_sessions import REST
from protocol.blendshapes import INDEX
from vision.head_pose import head_pose
from vision.tracker_outputs import READ_PLACES

#: The network's name in profiles.
TRACKER: Final = "omote"
#: Seconds between two pictures, and pictures in which the bridge learns the rest.
_STEP_S: Final = 1 / 30
_OPENING: Final = 40


@dataclass(frozen=True, slots=True, eq=False)
class NetworkOutput:
    """Of N pictures.

    Attributes:
        sent: what the bridge sends, with this person's rest taken out.
        raw: (N, 52) coefficients as the network reads them; 0 where it reads none.
        pose: (N, 3) yaw, pitch and roll in camera space, radians.
        seen: (N, 4) 0..1, of `vision.tracker_outputs.SEEN`.
    """

    sent: BridgeOutput
    raw: NDArray[np.float32]
    pose: NDArray[np.float32]
    seen: NDArray[np.float32]


def network_output(
    samples: TrackedSamples,
    crops: CropSamples,
    network: TrackerNetwork,
    profiles: Mapping[int, CalibrationProfile] | None = None,
) -> NetworkOutput:
    """Run the network and the bridge on each person: first a second of rest, then their pictures.

    Args:
        profiles: by person, of those who have calibrated; the others have the shipped one.
    """
    sent = BridgeOutput(np.zeros_like(samples.expression), np.zeros_like(samples.gaze))
    raw = np.zeros_like(samples.expression)
    pose, seen = np.zeros_like(samples.pose), np.zeros((len(raw), 4), np.float32)
    for person in np.unique(samples.person):
        own = np.flatnonzero(samples.person == person)
        resting = own[samples.kind[own] == REST]
        found = {}
        for place, (reading, observation) in zip(
            own, observations_of(crops, resting, own, network), strict=True
        ):
            found[place] = observation
            raw[place, READ_PLACES], seen[place] = reading.expression, reading.seen
            pose[place] = [observation.pose[axis] for axis in ("yaw", "pitch", "roll")]
        profile = (profiles or {}).get(int(person)) or load_profile(tracker=TRACKER)
        face = SourceMessages(profile, source="studio", layers=("expression", "gaze"))
        opening = np.resize(resting, _OPENING)
        for number, place in enumerate([*opening, *own]):
            messages = face(found[place], time_s=number * _STEP_S)
            if number < len(opening):
                continue
            for message in messages:
                if message.layer == "expression":
                    for name, value in message.values.items():
                        sent.expression[place, INDEX[name]] = value
                else:
                    sent.gaze[place] = message.values["yaw"], message.values["pitch"]
    return NetworkOutput(sent, raw, pose, seen)


def observations_of(
    crops: CropSamples, resting: NDArray[np.int64], places: NDArray[np.int64], network: TrackerNetwork
) -> list[tuple[FaceReading, Observation]]:
    """What the network reads of one person's pictures, after it was told of their rest.

    Args:
        resting, places: (R,) and (N,) the samples in which the person rests, and those that are read.
    """
    look, rest = GazeMemory(), RestCode(network.rest)
    for number, place in enumerate(np.resize(resting, _OPENING)):
        rest.learn(_reading_of(crops, int(place), network), number * _STEP_S)
    found = []
    for place in places:
        reading = _reading_of(crops, int(place), network)
        frame = crops.frame_of(int(place))
        found.append(
            (reading, observed(reading, frame, (SIZE_PX, SIZE_PX), gaze=look(reading), source="studio"))
        )
    return found


def _reading_of(crops: CropSamples, place: int, network: TrackerNetwork) -> FaceReading:
    network.crops.face[0] = crops.face[place].transpose(2, 0, 1) / np.float32(255)
    network.crops.eyes[:] = crops.eyes[place].transpose(0, 3, 1, 2) / np.float32(255)
    network.crops.mouth[0] = crops.mouth[place].transpose(2, 0, 1) / np.float32(255)
    reading = network.read_crops(crops.frame_of(place))
    assert reading is not None, "trained networks give finite numbers"
    return reading


def mediapipe_pose(samples: TrackedSamples) -> NDArray[np.float32]:
    """(N, 3) yaw, pitch and roll in camera space, radians, as MediaPipe reports them."""
    return np.array([head_pose(one)[:3] for one in samples.transform], np.float32)


def pose_error(true: NDArray[np.float32], seen: NDArray[np.float32]) -> NDArray[np.float64]:
    """(N,) angles in degrees between poses (N, 3), after the mean difference of each axis is taken out: two trackers may
    call different heads straight.
    """
    seen = seen - (seen - true).mean(0)
    first, second = (np.stack([rotation(*one) for one in poses]) for poses in (true, seen))
    trace = (first.astype(np.float64) * second).sum((1, 2))
    return np.asarray(np.degrees(np.arccos(np.clip((trace - 1) / 2, -1, 1))))
