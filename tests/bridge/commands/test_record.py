"""`record` as a user runs it: a process of its own, with real sockets at both ends."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import zmq
from pythonosc.osc_message_builder import OscMessageBuilder

from protocol.codec import decode_control
from protocol.take import TakeReader
from tests.bridge.bridge_process import interrupt, run, start
from tests.bridge.commands.runtime_socket import PATIENCE_S, received
from tests.whole_road import closings, rest


def test_record_writes_the_messages_that_it_sends(
    tmp_path: Path, receiver: tuple[zmq.Socket[bytes], str]
) -> None:
    opened, address = receiver
    path = tmp_path / "new.mcap"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = start("record", str(path), "vmc", "--port", str(port), "--to", address)
    killer = threading.Timer(PATIENCE_S, process.kill)
    killer.start()
    assert process.stderr is not None
    assert f"vmc {port}" in process.stderr.readline()
    found = []
    closed = closings(opened)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for index in range(20):
            value = OscMessageBuilder("/VMC/Ext/Blend/Val")
            value.add_arg("jawOpen")
            value.add_arg(0.2 + index / 100)
            for message in (value, OscMessageBuilder("/VMC/Ext/Blend/Apply")):
                sender.sendto(message.build().dgram, ("127.0.0.1", port))
            found += received(opened, 1)
    interrupt(process)
    err = process.communicate()[1]
    killer.cancel()
    assert process.returncode == 0, err
    with closed:
        found += map(decode_control, rest(opened, closed))
    with TakeReader(path) as reader:
        assert [message for _, message in reader] == found
        assert reader.metadata["recorded_by"] == "omote-bridge vmc"
    assert f"omote-bridge replay {path}" in err


def test_a_command_that_is_not_a_tracker_cannot_be_recorded(tmp_path: Path) -> None:
    code, text = run("record", str(tmp_path / "a.mcap"), "replay", "b.mcap")
    assert code == 1
    assert "expected a tracker such as" in text
    assert not (tmp_path / "a.mcap").exists()
