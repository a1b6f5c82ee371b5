"""Messages from observations that were looked at: `seen` in the data says what a person saw in the frame."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bridge.calibration.profile import load_profile
from bridge.calibration.rest import Rest, rest_from, rest_of
from bridge.trackers.face import FACE_LAYERS, FaceMessages, load_landmarker, observed
from protocol.blendshapes import mirrored as mirrored_name
from protocol.codec import check_control
from protocol.messages import ControlMessage
from vision.head_pose import head_pose
from vision.landmarker import FaceObservation
from vision.video_file import VideoFile

DATA = Path(__file__).parents[2] / "data" / "face_observations.json"
PROFILE = load_profile()


def observation(entry: dict[str, Any]) -> FaceObservation:
    return FaceObservation(
        landmarks=np.zeros((478, 3), np.float32),
        blendshapes=np.array(entry["blendshapes"], np.float32),
        transform=np.array(entry["transform"], np.float32),
    )


@pytest.fixture(scope="module")
def seen() -> dict[tuple[str, int], FaceObservation]:
    entries = json.loads(DATA.read_text())
    return {(entry["clip"], entry["frame"]): observation(entry) for entry in entries}


NOTHING_LEARNED = rest_of(PROFILE)


def values_of(
    layer: Any, face: FaceObservation, rest: Rest = NOTHING_LEARNED, *, mirror: bool = False
) -> dict[str, float]:
    (message,) = FaceMessages(PROFILE, source="test", layers=(layer,), rest=rest, mirror=mirror)(
        face, time_s=0.0
    )
    return message.values


@pytest.mark.parametrize(
    ("clip", "frame", "layer", "channel", "low", "high"),
    [
        ("d3.mp4", 22, "pose", "yaw", -0.35, -0.15),
        ("d3.mp4", 267, "pose", "yaw", 0.2, 0.4),
        ("d3.mp4", 239, "pose", "pitch", -0.2, -0.08),
        ("d3.mp4", 317, "pose", "pitch", 0.1, 0.25),
        ("d3.mp4", 283, "pose", "roll", 0.08, 0.2),
        ("d3.mp4", 325, "gaze", "yaw", 0.4, 0.7),
        ("d3.mp4", 351, "gaze", "yaw", -0.7, -0.4),
        ("d3.mp4", 351, "gaze", "pitch", 0.08, 0.4),
        ("d10.mp4", 110, "gaze", "yaw", 0.4, 0.7),
        ("d3.mp4", 325, "expression", "jawOpen", 0.5, 1.0),
        ("d3.mp4", 267, "expression", "browDownRight", 0.5, 1.0),
        ("d10.mp4", 110, "expression", "browOuterUpLeft", 0.7, 1.0),
        ("d3.mp4", 58, "expression", "eyeBlinkLeft", 0.9, 1.0),
        ("d3.mp4", 58, "expression", "eyeBlinkRight", 0.9, 1.0),
        ("d10.mp4", 223, "expression", "eyeBlinkLeft", 0.9, 1.0),
        ("d0.mp4", 66, "expression", "eyeBlinkRight", 0.9, 1.0),
        ("d19.mp4", 18, "expression", "mouthLeft", 0.5, 1.0),
        ("d19.mp4", 53, "expression", "mouthRight", 0.5, 1.0),
    ],
)
def test_messages_agree_with_what_a_person_saw(
    seen: dict[tuple[str, int], FaceObservation],
    clip: str,
    frame: int,
    layer: str,
    channel: str,
    low: float,
    high: float,
) -> None:
    assert low <= values_of(layer, seen[clip, frame])[channel] <= high


def test_wink_closes_the_winking_eye(seen: dict[tuple[str, int], FaceObservation]) -> None:
    wink = values_of("expression", seen["d3.mp4", 12])
    assert wink["eyeBlinkLeft"] > wink["eyeBlinkRight"] + 0.4


@pytest.mark.parametrize(
    ("clip", "most"),
    # The last begins with raised brows: as much as could be anatomy is taken away, the rest stays.
    [("d0.mp4", 0.15), ("d13.mp4", 0.15), ("d19.mp4", 0.15), ("d10.mp4", 0.6)],
)
def test_face_at_rest_sends_values_near_zero(
    seen: dict[tuple[str, int], FaceObservation], clip: str, most: float
) -> None:
    face = seen[clip, 0]
    rest = rest_from([observed(face, "test").expression], [np.array(head_pose(face.transform))], PROFILE)
    for layer in FACE_LAYERS:
        for name, value in values_of(layer, face, rest).items():
            assert abs(value) < most, f"{layer} {name}"


def test_every_message_passes_the_runtimes_check(seen: dict[tuple[str, int], FaceObservation]) -> None:
    face = FaceMessages(PROFILE, source="test")
    for number, of_frame in enumerate(seen.values()):
        messages = face(of_frame, time_s=number / 30, capture_time_ns=number)
        assert [message.layer for message in messages] == list(FACE_LAYERS)
        for message in messages:
            assert check_control(message) == (message, ())
            assert message.sequence == number + 1
            assert message.capture_time_ns == number


def test_impossible_matrix_stays_within_the_channels_limits() -> None:
    matrix = np.diag([-1.0, 1.0, -1.0, 1.0])  # the back of a head, at once before the camera
    matrix[:3, 3] = 1e4
    wild = FaceObservation(np.zeros((478, 3), np.float32), np.full(52, 7.0, np.float32), matrix)
    for message in FaceMessages(PROFILE, source="test", rest=NOTHING_LEARNED)(wild, time_s=0.0):
        assert check_control(message) == (message, ())


def test_only_chosen_layers_are_sent(seen: dict[tuple[str, int], FaceObservation]) -> None:
    face = FaceMessages(PROFILE, source="test", layers=("gaze",))
    assert [m.layer for m in face(seen["d3.mp4", 325], time_s=0.0)] == ["gaze"]


def test_expression_has_no_eyelook_shapes(
    seen: dict[tuple[str, int], FaceObservation],
) -> None:
    names = values_of("expression", seen["d3.mp4", 325])
    assert len(names) == 43  # nor the tongue, which the landmarker does not look for
    assert not [name for name in names if name.startswith("eyeLook")]


def test_mirror_swaps_left_and_right(seen: dict[tuple[str, int], FaceObservation]) -> None:
    face = seen["d3.mp4", 12]
    turned, straight = values_of("pose", face, mirror=True), values_of("pose", face)
    assert turned["yaw"] == -straight["yaw"]
    assert turned["roll"] == -straight["roll"]
    assert turned["pitch"] == straight["pitch"]
    mirrored, expression = values_of("expression", face, mirror=True), values_of("expression", face)
    assert mirrored["eyeBlinkRight"] > mirrored["eyeBlinkLeft"] + 0.4
    assert {mirrored_name(name): value for name, value in mirrored.items()} == expression
    assert values_of("gaze", face, mirror=True)["yaw"] == -values_of("gaze", face)["yaw"]


def test_landmarker_agrees_with_the_recorded_observations(
    shared: Path, seen: dict[tuple[str, int], FaceObservation]
) -> None:
    pytest.importorskip("mediapipe")
    wanted = {frame: face for (clip, frame), face in seen.items() if clip == "d3.mp4"}
    landmarker = load_landmarker(shared / "models" / "face_landmarker.task")
    face = FaceMessages(PROFILE, source="test", rest=NOTHING_LEARNED)
    sent: dict[int, tuple[ControlMessage, ...]] = {}
    with VideoFile(shared / "media" / "driving" / "d3.mp4") as video:
        for frame in range(max(wanted) + 1):
            if frame not in wanted:
                video.skip()
                continue
            found = landmarker.detect(video.read(), frame * 33)
            assert len(found) == 1
            sent[frame] = face(found[0], time_s=frame / 30)
            _gaze_agrees_with_the_irises(found[0], sent[frame][2].values["yaw"])
    landmarker.close()
    for frame, messages in sent.items():
        for message in messages:
            expected = values_of(message.layer, wanted[frame])
            # Tracking from frame to frame differs a little from tracking with frames left out.
            apart = [abs(message.values[name] - expected[name]) for name in expected]
            assert max(apart) < 0.35
            assert float(np.mean(apart)) < 0.1


def _gaze_agrees_with_the_irises(face: FaceObservation, yaw: float) -> None:
    """Both irises' distance from the middle of the corners, on a ball of 1.2 cm in a slit of 2.9 cm."""
    points = np.asarray(face.landmarks, np.float64) * (1.0, -1.0, -1.0)
    in_head = points @ np.asarray(face.transform, np.float64)[:3, :3]
    offsets = []
    for outer, inner, iris in ((33, 133, 468), (263, 362, 473)):
        width = float(np.linalg.norm(in_head[outer] - in_head[inner]))
        offsets.append((in_head[iris] - (in_head[outer] + in_head[inner]) / 2)[0] / width)
    expected = float(np.arcsin(np.clip(np.mean(offsets) * 2.9 / 1.2, -1.0, 1.0)))
    lids = [face.blendshapes[0], face.blendshapes[7]]
    if max(lids) < 0.3:
        assert yaw == pytest.approx(expected, abs=0.15)
