from __future__ import annotations

import argparse
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import zmq

from bridge.calibration.profile import Profiles
from bridge.commands.picture_run import (
    TRACKERS,
    add_picture_options,
    face_correction,
    face_observer,
    run_picture_tracker,
)
from bridge.errors import BridgeError
from bridge.observation import Observation
from bridge.trackers.face import FaceObserver
from bridge.trackers.network_observer import NetworkObserver
from bridge.trackers.picture_tracker import TrackedPicture
from inference.errors import ModelError
from protocol.blendshapes import INDEX
from tests.bridge.commands.runtime_socket import received
from tests.networks.tracker_models import write_random_tracker

pytestmark = pytest.mark.usefixtures("signal_handlers")


class ScriptedTracker:
    """A tracker with a face in every picture; without `count` it goes on until it is stopped."""

    source = "webcam"
    ttl_s = 0.25

    def __init__(self, stop: threading.Event, count: int | None) -> None:
        self.closed = 0
        self._stop = stop
        self._count = count

    def __iter__(self) -> Iterator[TrackedPicture]:
        number = 0
        while number != self._count and not self._stop.is_set():
            observation = Observation("webcam", pose={"yaw": number / 100}, receive_time_ns=1000 + number)
            yield TrackedPicture(observation, time_s=number / 30, track_ms=1.0)
            number += 1
            if self._count is None and number == 10:
                signal.raise_signal(signal.SIGTERM)
            self._stop.wait(0.005)

    def close(self) -> None:
        self.closed += 1


def options_of(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.set_defaults(command="webcam")
    add_picture_options(parser)
    return parser.parse_args(arguments)


@pytest.mark.parametrize("count", [20, None])
def test_pictures_drive_until_the_tracker_ends_or_a_signal_stops_it(
    receiver: tuple[zmq.Socket[bytes], str], capsys: pytest.CaptureFixture[str], count: int | None
) -> None:
    opened, address = receiver
    trackers: list[ScriptedTracker] = []

    def open_tracker(stop: threading.Event) -> ScriptedTracker:
        trackers.append(ScriptedTracker(stop, count))
        return trackers[0]

    assert (
        run_picture_tracker(options_of("--to", address, "--layers", "pose", "--source", "me"), open_tracker)
        == 0
    )
    assert trackers[0].closed == 1
    message, *_ = received(opened, 1)
    assert (message.source, message.layer, message.ttl_s) == ("me", "pose", 0.25)
    first, *_, last = capsys.readouterr().err.splitlines()
    assert first == f"tracking me, sending pose to {address}; Ctrl-C stops"
    assert last.startswith("20 pictures tracked" if count else "10 pictures tracked")


def test_a_tracker_that_fails_is_closed_all_the_same(receiver: tuple[zmq.Socket[bytes], str]) -> None:
    closed: list[bool] = []

    class Failing(ScriptedTracker):
        def __iter__(self) -> Iterator[TrackedPicture]:
            raise ValueError("no picture")

        def close(self) -> None:
            closed.append(True)

    with pytest.raises(ValueError, match="no picture"):
        run_picture_tracker(options_of("--to", receiver[1]), lambda stop: Failing(stop, 1))
    assert closed == [True]


def test_the_correction_can_be_switched_off() -> None:
    assert face_correction(options_of("--raw-expression")) is None
    assert face_correction(options_of()) is not None


def test_the_chosen_tracker_measures_the_face(shared: Path, tmp_path: Path) -> None:
    for package in ("mediapipe", "torch", "onnx", "onnxruntime"):
        pytest.importorskip(package, reason="pip install 'omote[tracking,neural,export]'")
    landmarker = ["--face-landmarker", str(shared / "models" / "face_landmarker.task")]
    model = ["--model", str(write_random_tracker(tmp_path / "tracker"))]
    kinds = {"mediapipe": FaceObserver, "omote": NetworkObserver}
    assert set(kinds) == set(TRACKERS)
    others = {"mediapipe": landmarker, "omote": [*model, "--finder", "mediapipe", *landmarker]}
    for name, kind in kinds.items():
        observer = face_observer(options_of("--tracker", name, *others[name]))
        assert isinstance(observer, kind)
        assert observer.source == "webcam"
        observer.close()
    with pytest.raises(ModelError, match=r"there is no tracker network.*--tracker mediapipe"):
        face_observer(options_of("--tracker", "omote", "--model", str(tmp_path)))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--model", "models/tracker"), "--model is for --tracker omote"),
        (("--finder", "omote"), "--finder is for --tracker omote"),
        (("--tracker", "omote", "--raw-expression"), "--raw-expression is for --tracker mediapipe"),
        (
            ("--tracker", "omote", "--face-landmarker", "f.task"),
            "--face-landmarker is for --tracker mediapipe",
        ),
        (("--tracker", "omote", "--finder", "mediapipe", "--raw-expression"), "--raw-expression is for"),
    ],
)
def test_options_that_the_chosen_tracker_would_not_read_are_refused(
    given: tuple[str, ...], said: str
) -> None:
    with pytest.raises(BridgeError, match=said):
        face_observer(options_of(*given))


def test_every_tracker_has_a_profile_of_its_own() -> None:
    smiles = {name: Profiles().of(name, "webcam").full[INDEX["mouthSmileLeft"]] for name in TRACKERS}
    assert smiles == {"mediapipe": 0.95, "omote": 1.0}  # the network's values are the channels' own
