from __future__ import annotations

import argparse
from pathlib import Path

import pytest
import zmq

from bridge.commands.destination import open_destination
from bridge.errors import BridgeError, RecordingError
from protocol.messages import ControlMessage
from protocol.take import TakeReader
from tests.bridge.commands.runtime_socket import received

POSE = ControlMessage(layer="pose", source="me", values={"yaw": 0.25}, sequence=3)


def options(to: str, record: Path | None) -> argparse.Namespace:
    return argparse.Namespace(to=to, key=None, record=record, command="vmc")


def test_with_record_the_messages_reach_the_runtime_and_the_take(
    tmp_path: Path, receiver: tuple[zmq.Socket[bytes], str], capsys: pytest.CaptureFixture[str]
) -> None:
    opened, address = receiver
    path = tmp_path / "a.mcap"
    with open_destination(options(address, path)) as publisher:
        assert publisher.wait(60)
        publisher.send([POSE])
        assert received(opened, 1) == [POSE]
    with TakeReader(path) as take:
        assert [message for _, message in take] == [POSE]
        assert take.metadata["recorded_by"] == "omote-bridge vmc"
    assert f"{path}: 1 messages of me" in capsys.readouterr().err


def test_without_record_there_is_no_file_and_no_summary(
    tmp_path: Path, receiver: tuple[zmq.Socket[bytes], str], capsys: pytest.CaptureFixture[str]
) -> None:
    opened, address = receiver
    with open_destination(options(address, None)) as publisher:
        assert publisher.wait(60)
        publisher.send([POSE])
        assert received(opened, 1) == [POSE]
    assert list(tmp_path.iterdir()) == []
    assert capsys.readouterr().err == ""


def test_the_take_is_finished_when_the_command_fails(
    tmp_path: Path, receiver: tuple[zmq.Socket[bytes], str]
) -> None:
    path = tmp_path / "a.mcap"

    def send_and_fail() -> None:
        with open_destination(options(receiver[1], path)) as publisher:
            assert publisher.wait(60)
            publisher.send([POSE])
            raise BridgeError("the camera was unplugged")

    with pytest.raises(BridgeError, match="unplugged"):
        send_and_fail()
    with TakeReader(path) as take:
        assert take.is_whole


def test_an_existing_take_is_an_error_before_anything_is_sent(
    tmp_path: Path, receiver: tuple[zmq.Socket[bytes], str]
) -> None:
    path = tmp_path / "a.mcap"
    path.write_bytes(b"mine")
    with pytest.raises(RecordingError), open_destination(options(receiver[1], path)):
        pytest.fail("it was opened")
    assert path.read_bytes() == b"mine"
