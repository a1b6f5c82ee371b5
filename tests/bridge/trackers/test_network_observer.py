"""NetworkObserver with real pictures and landmarks, and a network whose readings the test chooses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("mediapipe")

from bridge.trackers.network_observer import GazeMemory, NetworkObserver, observed
from bridge.trackers.tracker_network import FaceReading
from protocol.blendshapes import INDEX
from vision.face_crops import FaceFrame, frame_of, mean_frame
from vision.head_pose import head_pose
from vision.landmarker import FaceLandmarker, FaceObservation
from vision.tracker_outputs import READ_SHAPES, REST
from vision.video_file import VideoFile


def reading_of(
    landmarks: np.ndarray, *, seen: float = 1.0, code: float = 0.0, **shapes: float
) -> FaceReading:
    """A straight face with these landmarks and coefficients."""
    expression = np.array([shapes.get(name, 0.0) for name in READ_SHAPES])
    frame = frame_of(landmarks)
    return FaceReading(
        expression=expression,
        gaze=np.array([[0.2, -0.1], [0.4, -0.3]]),
        turn=np.eye(3),
        unit=1.0 if frame is None else frame.unit,
        landmarks=landmarks[:, :2].astype(np.float64),
        seen=np.array([seen, 1.0, 1.0, 1.0]),
        code=np.full(64, code),
    )


class Network:
    """Reads what the test says, and keeps the frames that it was asked in."""

    def __init__(self, landmarks: np.ndarray) -> None:
        self.landmarks = landmarks
        self.seen = 1.0
        self.code = 0.0
        self.rest = np.zeros(REST, np.float32)
        self.frames: list[FaceFrame] = []

    def read(self, picture: np.ndarray, frame: FaceFrame) -> FaceReading:
        self.frames.append(frame)
        return reading_of(self.landmarks, seen=self.seen, code=self.code, jawOpen=0.5)


class Finder:
    """Finds what the test says, and counts how often it is asked."""

    def __init__(self, frame: FaceFrame | None, looks: int = 1) -> None:
        self.frame, self.looks = frame, looks
        self.asked = self.closed = 0

    def find(self, picture: np.ndarray, time_s: float) -> FaceFrame | None:
        self.asked += 1
        return self.frame

    def close(self) -> None:
        self.closed += 1


@pytest.fixture(scope="module")
def found(shared: Path) -> tuple[np.ndarray, FaceObservation]:
    """A picture of a real face, and MediaPipe's landmarks of it."""
    with (
        VideoFile(shared / "media" / "driving" / "d3.mp4") as video,
        FaceLandmarker(shared / "models" / "face_landmarker.task", video=False, num_faces=1) as landmarker,
    ):
        picture = video.read()
        assert picture is not None
        return picture, landmarker.detect(picture, None)[0]


def observer_of(face: FaceObservation, looks: int = 1) -> tuple[NetworkObserver, Network, Finder]:
    network, finder = Network(face.landmarks), Finder(frame_of(face.landmarks), looks)
    made: Any = NetworkObserver(network, finder, source="webcam")  # type: ignore[arg-type]
    return made, network, finder


def measure(observer: NetworkObserver, picture: np.ndarray, time_s: float) -> Any:
    return observer.measure(picture, time_s=time_s, capture_time_ns=int(time_s * 1e9) + 1)


def test_a_face_is_found_once_and_then_followed(found: tuple[np.ndarray, FaceObservation]) -> None:
    picture, face = found
    observer, network, finder = observer_of(face)
    for number in range(5):
        tracked = measure(observer, picture, number / 30)
        assert tracked.is_face
        assert tracked.observation.receive_time_ns == int(number / 30 * 1e9) + 1
    assert finder.asked == 1
    assert len(network.frames) == 5
    # the network's own landmarks say where to look next
    network.landmarks = face.landmarks + 30.0
    measure(observer, picture, 0.2)
    measure(observer, picture, 0.23)
    assert network.frames[-1].x == pytest.approx(network.frames[0].x + 30.0, abs=0.01)
    assert finder.asked == 1


def test_the_network_is_told_what_it_read_in_the_first_second(
    found: tuple[np.ndarray, FaceObservation],
) -> None:
    picture, face = found
    observer, network, _ = observer_of(face)
    network.code = 3.0
    measure(observer, picture, 0.0)
    assert 0.0 < network.rest[-1] < 1.0
    for number in range(1, 20):
        measure(observer, picture, number / 30)
    network.code = 9.0  # what comes later is no rest
    measure(observer, picture, 5.0)
    assert network.rest.tolist() == [3.0] * (REST - 1) + [1.0]


def test_a_face_that_is_lost_is_looked_for_in_the_same_picture(
    found: tuple[np.ndarray, FaceObservation],
) -> None:
    picture, face = found
    observer, network, finder = observer_of(face)
    measure(observer, picture, 0.0)
    network.seen = 0.1
    tracked = measure(observer, picture, 0.03)
    assert finder.asked == 2
    assert not tracked.is_face
    assert tracked.landmarks is None
    network.seen = 0.9
    assert measure(observer, picture, 0.07).is_face
    finder.frame = None
    network.seen = 0.1
    assert measure(observer, picture, 0.1).observation.why_lost == "no face in the picture"


def test_drift_ends_when_the_face_is_found_again(found: tuple[np.ndarray, FaceObservation]) -> None:
    picture, face = found
    observer, network, finder = observer_of(face)
    measure(observer, picture, 0.0)
    network.landmarks = face.landmarks + 80.0
    for number in range(1, 100):
        measure(observer, picture, number / 30)
    frame = frame_of(face.landmarks)
    assert frame is not None
    assert finder.asked == 2
    assert any(abs(one.x - frame.x) < 0.5 for one in network.frames[40:])


def test_a_rough_finder_is_followed_by_as_many_looks_as_it_needs(
    found: tuple[np.ndarray, FaceObservation],
) -> None:
    picture, face = found
    observer, network, finder = observer_of(face, looks=3)
    frame = frame_of(face.landmarks)
    assert frame is not None
    finder.frame = mean_frame(frame.x + frame.unit, frame.y, frame.unit * 1.1, 0.0)
    assert measure(observer, picture, 0.0).is_face
    assert len(network.frames) == 3
    assert network.frames[0] is finder.frame
    assert [one.x for one in network.frames[1:]] == pytest.approx([frame.x] * 2)
    # found anew after two seconds: as near as this it is the same face, which is followed on
    assert measure(observer, picture, 2.5).is_face
    assert finder.asked == 2
    assert network.frames[-1].x == pytest.approx(frame.x)
    assert len(network.frames) == 4
    # another face, elsewhere
    network.landmarks = face.landmarks + 10 * frame.unit
    finder.frame = mean_frame(frame.x + 10 * frame.unit, frame.y + 10 * frame.unit, frame.unit, 0.0)
    assert measure(observer, picture, 5.0).is_face
    assert len(network.frames) == 7


@pytest.mark.parametrize("looks", [2, 3])
def test_what_does_not_hold_its_frame_is_no_face(
    found: tuple[np.ndarray, FaceObservation], looks: int
) -> None:
    """In anything but a face, landmarks are read elsewhere at each look."""
    picture, face = found
    observer, network, _ = observer_of(face, looks=looks)
    unit = network_unit(face)
    steps = iter(range(100))
    read = network.read

    def wandering(picture: np.ndarray, frame: FaceFrame) -> FaceReading:
        network.landmarks = face.landmarks + 0.5 * unit * next(steps)
        return read(picture, frame)

    network.read = wandering  # type: ignore[method-assign]
    assert not measure(observer, picture, 0.0).is_face
    network.read = read  # type: ignore[method-assign]
    network.seen = 0.9  # enough to be followed, and not to be found
    assert not measure(observer, picture, 0.1).is_face
    network.seen = 0.99
    assert measure(observer, picture, 0.2).is_face
    network.seen = 0.6
    assert measure(observer, picture, 0.3).is_face


def network_unit(face: FaceObservation) -> float:
    frame = frame_of(face.landmarks)
    assert frame is not None
    return frame.unit


def test_no_face_in_the_end_is_no_face(found: tuple[np.ndarray, FaceObservation]) -> None:
    picture, face = found
    observer, network, _ = observer_of(face, looks=3)
    network.seen = 0.2
    assert not measure(observer, picture, 0.0).is_face
    network.landmarks = np.zeros((478, 3), np.float32)  # no frame can be fitted to this
    assert not measure(observer, picture, 0.1).is_face


def test_a_face_that_is_followed_well_stays_where_the_finder_sees_none(
    found: tuple[np.ndarray, FaceObservation],
) -> None:
    picture, face = found
    observer, network, finder = observer_of(face)
    assert measure(observer, picture, 0.0).is_face
    finder.frame = None
    assert all(measure(observer, picture, number / 10).is_face for number in range(1, 50))
    assert finder.asked > 2
    network.seen = 0.1
    assert not measure(observer, picture, 5.1).is_face
    network.seen = 1.0
    assert not measure(observer, picture, 5.2).is_face  # lost: only the finder brings it back


def test_a_rest_that_is_not_to_be_learned_is_not_told(found: tuple[np.ndarray, FaceObservation]) -> None:
    picture, face = found
    network: Any = Network(face.landmarks)
    network.code = 3.0
    finder: Any = Finder(frame_of(face.landmarks))
    observer = NetworkObserver(network, finder, source="video", learns_rest=False)
    for number in range(60):
        assert measure(observer, picture, number / 30).is_face
    assert not network.rest.any()


def test_a_straight_face_in_the_middle_has_no_pose_and_a_distance(
    found: tuple[np.ndarray, FaceObservation],
) -> None:
    _, face = found
    size = (480, 640)
    moved = face.landmarks[:, :2] - face.landmarks[:, :2].mean(0) + np.array([320.0, 240.0])
    reading = reading_of(moved, jawOpen=0.3)
    frame = frame_of(moved)
    assert frame is not None
    one = observed(reading, frame, size, gaze=(0.1, 0.2), source="webcam")
    assert one.pose["yaw"] == pytest.approx(0.0, abs=1e-6)
    assert one.pose["roll"] == pytest.approx(frame.tilt, abs=1e-6)
    # a mean face has 9 units, centimetres, from eye to eye: at this many pixels and a webcam's focal length
    assert one.pose["z"] == pytest.approx(-1.2 * 480 / frame.unit * 0.01)
    assert one.gaze == {"yaw": 0.1, "pitch": 0.2}
    assert one.expression[INDEX["jawOpen"]] == pytest.approx(0.3)
    assert np.isnan(one.expression[INDEX["eyeLookInLeft"]])


def test_place_and_distance_agree_with_mediapipes(found: tuple[np.ndarray, FaceObservation]) -> None:
    """Of the same face: x, y and z within a quarter, although the cameras are assumed differently."""
    picture, face = found
    frame = frame_of(face.landmarks)
    assert frame is not None
    one = observed(reading_of(face.landmarks), frame, picture.shape[:2], gaze=(0.0, 0.0), source="webcam")
    other = head_pose(face.transform)
    # MediaPipe assumes a wider lens: 63 degrees high
    lens = 1.2 / (0.5 / np.tan(np.radians(63.0) / 2))
    assert one.pose["z"] == pytest.approx(other.z * lens, rel=0.25)
    assert one.pose["x"] == pytest.approx(other.x, abs=0.05)
    assert one.pose["y"] == pytest.approx(other.y, abs=0.08)


def test_shut_eyes_keep_the_last_look() -> None:
    look = GazeMemory()
    landmarks = np.random.default_rng(0).uniform(0, 200, (478, 2))
    assert look(reading_of(landmarks)) == pytest.approx((0.3, -0.2))
    winking = reading_of(landmarks, eyeBlinkLeft=0.9)
    assert look(winking) == pytest.approx((0.4, -0.3))  # the open eye's
    assert look(reading_of(landmarks, eyeBlinkLeft=0.9, eyeBlinkRight=1.0)) == pytest.approx((0.4, -0.3))


def test_closing_closes_the_finder(found: tuple[np.ndarray, FaceObservation]) -> None:
    observer, _, finder = observer_of(found[1])
    observer.close()
    assert finder.closed == 1
