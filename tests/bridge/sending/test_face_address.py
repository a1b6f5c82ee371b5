from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bridge.commands.destination import open_destination
from bridge.errors import BridgeError
from bridge.sending import face_address
from bridge.sending.face_address import find_control_address
from omote.client import Omote, RuntimeAddress
from protocol.messages import ControlMessage
from protocol.served_faces import FaceNameError
from runtime.hosted_face import HostedFace
from runtime.runtime import Runtime
from tests.live_runtime import live_faces, live_runtime
from tests.ports import free_ports
from tests.waiting import PATIENCE_S, until


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine takes its time."""
    monkeypatch.setattr(face_address, "PATIENCE_MS", round(1000 * PATIENCE_S))


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    with live_faces(tmp_path_factory.mktemp("faces"), "left=kofi", "right=kofi") as running:
        yield running


def request_port(runtime: Runtime) -> int:
    assert runtime.ports.request is not None
    return runtime.ports.request


def test_messages_to_a_named_face_reach_it_and_no_other(runtime: Runtime) -> None:
    options = argparse.Namespace(
        to="tcp://127.0.0.1:1", to_avatar="right", request_port=request_port(runtime), key=None, record=None
    )
    message = ControlMessage(layer="pose", source="webcam", values={"yaw": 0.3}, ttl_s=30.0)
    with open_destination(options) as publisher:
        assert publisher.wait(60)
        publisher.send([message])
        left, right = (sources(hosted) for hosted in runtime.hosted)
        until(lambda: right() == ["webcam"])
        assert left() == []


def sources(hosted: HostedFace) -> Callable[[], list[str]]:
    """What asks a face for its drivers."""
    assert hosted.ports.request is not None
    address = RuntimeAddress(request_port=hosted.ports.request)

    def ask() -> list[str]:
        with Omote(address=address, must_run=False, timeout_s=PATIENCE_S) as face:
            return [driver.source for driver in face.status().drivers]

    return ask


def test_a_runtime_with_one_face_is_known_by_its_avatar(tmp_path: Path) -> None:
    with live_runtime(tmp_path, avatar="kofi") as live:
        assert find_control_address("kofi", "127.0.0.1", live.ports["request"]) is None


def test_a_name_that_is_not_there_is_refused_with_those_that_are(runtime: Runtime) -> None:
    with pytest.raises(FaceNameError, match="which draws left, right"):
        find_control_address("middle", "127.0.0.1", request_port(runtime))


def test_without_a_runtime_it_says_where_it_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    (port,) = free_ports(1)
    monkeypatch.setattr(face_address, "PATIENCE_MS", 50)
    with pytest.raises(BridgeError, match=rf"no runtime answers on 127\.0\.0\.1:{port}"):
        find_control_address("left", "127.0.0.1", port)


def test_an_impossible_port_is_an_error_in_words() -> None:
    with pytest.raises(BridgeError, match="expected a host and a port"):
        find_control_address("left", "127.0.0.1", -1)


def test_an_address_that_cannot_be_read_is_an_error_in_words() -> None:
    options = argparse.Namespace(to="tcp://[::1", to_avatar="left", request_port=1, key=None, record=None)
    with pytest.raises(BridgeError, match="is not an address"), open_destination(options):
        pytest.fail("opened")
