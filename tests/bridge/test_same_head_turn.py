"""One head turn, through every tracker, ends as one Motion.

The face looks straight ahead for a while, so that rest can be learned, and then turns 20 degrees to its left,
10 up and 5 towards its right shoulder, and half opens its mouth. Each row writes that in a tracker's format,
with an encoder that shares nothing with its parser; what follows is the program's own way: tracker, sources,
ZeroMQ, the runtime's receiver and control.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import radians
from typing import NamedTuple

import numpy as np
import pytest
from msgspec.structs import replace
from scipy.spatial.transform import Rotation

from bridge.calibration.profile import Profiles
from bridge.commands.network_trackers import TRACKERS
from bridge.sending.publisher import ControlPublisher
from bridge.sending.sources import Sources
from bridge.trackers.face import observed
from bridge.trackers.network_tracker import DatagramTracker, StreamTracker
from face.motion import NEUTRAL
from protocol.blendshapes import INDEX
from protocol.messages import ControlMessage
from runtime.intake.inbox import Received
from tests.bridge import desktop_encoders as desk
from tests.bridge import phone_encoders as phones
from tests.bridge.runtime_stage import Stage, open_stage, shown
from tests.waiting import until
from vision.landmarker import FaceObservation

YAW, PITCH, ROLL, JAW = radians(20.0), radians(10.0), radians(5.0), 0.5
STRAIGHT = phones.Face(coefficients={})
TURNED = phones.Face(yaw=YAW, pitch=PITCH, roll=ROLL, coefficients={"jawOpen": JAW})
STEP_NS = 1_000_000_000 // 30
REST_FRAMES, TURNED_FRAMES = 45, 5
END = "end"


class Row(NamedTuple):
    """One tracker's two faces, as the datagrams of a frame each."""

    straight: list[bytes]
    turned: list[bytes]
    has_pose: bool = True
    jaw_within: float = 0.002


def phone(encode: Callable[[phones.Face], bytes]) -> Row:
    return Row([encode(STRAIGHT)], [encode(TURNED)])


ROWS = {
    "ifacialmocap": phone(phones.ifacialmocap),
    "facemotion3d": phone(phones.facemotion3d),
    "vts-phone": phone(phones.vts_phone),
    "meowface": phone(phones.meowface),
    "livelink": phone(phones.livelink),
    "facecap": Row(phones.facecap(STRAIGHT), phones.facecap(TURNED)),
    "vmc": Row(
        [desk.vmc_head(0.0, 0.0, 0.0), desk.vmc_clips({"jawOpen": 0.0})],
        [desk.vmc_head(YAW, PITCH, ROLL), desk.vmc_clips({"jawOpen": JAW})],
    ),
    "openseeface": Row(
        [desk.openseeface()],
        # Half open: the lips part by 0.4 of what the eyes' outer corners are apart, 3.6 cm.
        [desk.openseeface(YAW, PITCH, ROLL, points=desk.face_points(gap=0.46))],
        jaw_within=0.1,
    ),
    "vrcft": Row(
        [desk.vrcft_head(0.0, 0.0, 0.0), desk.vrcft({"JawOpen": 0.0})],
        [desk.vrcft_head(YAW, PITCH, ROLL), desk.vrcft({"JawOpen": JAW})],
    ),
    "audio2face": Row(
        [desk.audio2face_frame({"jawOpen": 0.0})], [desk.audio2face_frame({"jawOpen": JAW})], has_pose=False
    ),
}


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with open_stage() as stage:
        yield stage


def received(stage: Stage) -> dict[str, ControlMessage]:
    """The newest message of each layer, up to the message from `END`."""
    newest: dict[str, ControlMessage] = {}

    def has_ended() -> bool:
        messages = [item.message for item in stage.inbox.take()]
        newest.update({message.layer: message for message in messages if message.source != END})
        return any(message.source == END for message in messages)

    until(has_ended)
    return newest


def motion(stage: Stage, see: Callable[[Sources, int, bool], None], **options: bool) -> np.ndarray:
    """What the runtime shows in the end of a face that `see` gives to the sources, frame by frame."""
    with ControlPublisher(stage.address, high_water=1000) as publisher:
        ready = ControlMessage(layer="view", source="ready", values={"azimuth": 0.0}, ttl_s=0.05)
        until(lambda: publisher.send([ready]))
        sources = Sources(publisher, profiles=Profiles(), say=lambda line: None, **options)
        now_ns = sources.clock.now_ns()
        for frame in range(REST_FRAMES + TURNED_FRAMES):
            see(sources, now_ns + frame * STEP_NS, frame >= REST_FRAMES)
        assert not sources.refused
        until(lambda: publisher.send([replace(ready, source=END)]))
        messages = received(stage).values()
    # Frames without messages until the pose is back at rest, then the newest message of each layer.
    now_s = stage.times_s[-1] + 100.0 if stage.times_s else 0.0
    values = NEUTRAL.copy()
    for step in range(80):  # the fades take well under 1 s, the messages are valid for 0.4 s
        now_s += 0.018
        stage.control.update([Received(message, 0) for message in messages] if step == 60 else [], now_s)
        values = NEUTRAL.copy()
        stage.control.settle(values, 0.018)
        stage.times_s.append(now_s)
    return values


def by_tracker(name: str) -> Callable[[Sources, int, bool], None]:
    """A row's datagrams, into its tracker and out to the sources."""
    (command,) = (command for command in TRACKERS if command.name == name)
    tracker = command.make()
    stream = tracker.connect("192.0.2.1:7000") if isinstance(tracker, StreamTracker) else None

    def see(sources: Sources, now_ns: int, is_turned: bool) -> None:
        for datagram in ROWS[name].turned if is_turned else ROWS[name].straight:
            if stream is not None:
                fed = stream.feed(datagram, now_ns)
            else:
                assert isinstance(tracker, DatagramTracker)
                fed = tracker.feed(datagram, "192.0.2.1:7000", now_ns)
            sources.refuse(name, fed.refusals)
            for observation in fed.observations:
                sources.receive(name, observation, now_ns)

    return see


def by_picture(sources: Sources, now_ns: int, is_turned: bool) -> None:
    """The face landmarker's finding: its matrix, in a camera's frame, and its jaw of which 0.85 is all."""
    matrix = np.eye(4)
    matrix[2, 3] = -50.0
    blendshapes = np.zeros(52)
    if is_turned:
        turn = (
            Rotation.from_euler("y", YAW) * Rotation.from_euler("x", -PITCH) * Rotation.from_euler("z", ROLL)
        )
        matrix[:3, :3] = turn.as_matrix()
        blendshapes[INDEX["jawOpen"]] = 0.85 * JAW
    found = FaceObservation(np.zeros((478, 3), np.float32), blendshapes.astype(np.float32), matrix)
    sources.receive("mediapipe", observed(found, "webcam"), now_ns)


def check(values: np.ndarray, row: Row, *, side: float = 1.0) -> None:
    if row.has_pose:
        angles = [shown(values, "pose", name) for name in ("yaw", "pitch", "roll")]
        assert angles == pytest.approx([side * YAW, PITCH, side * ROLL], abs=0.002)
        places = [shown(values, "pose", name) for name in ("x", "y", "z")]
        assert places == pytest.approx([0.0, 0.0, 0.0], abs=0.002)
    assert shown(values, "expression", "jawOpen") == pytest.approx(JAW, abs=row.jaw_within)
    assert [shown(values, "gaze", name) for name in ("yaw", "pitch")] == pytest.approx([0.0, 0.0], abs=0.01)


def test_every_network_tracker_has_its_row() -> None:
    assert set(ROWS) == {command.name for command in TRACKERS}


@pytest.mark.parametrize("name", ROWS)
def test_same_head_turn_ends_as_the_same_motion(stage: Stage, name: str) -> None:
    check(motion(stage, by_tracker(name)), ROWS[name])


@pytest.mark.parametrize("name", ["livelink", "vmc", "openseeface"])
def test_mirror_turns_it_to_the_other_side(stage: Stage, name: str) -> None:
    check(motion(stage, by_tracker(name), mirror=True), ROWS[name], side=-1.0)


def test_picture_of_a_camera_gives_the_same(stage: Stage) -> None:
    check(motion(stage, by_picture), Row([], [], jaw_within=0.002))
