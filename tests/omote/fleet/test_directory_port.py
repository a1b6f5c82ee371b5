"""The directory over ZeroMQ: asked as a runtime is, with the keys of the fleet, and by the commands of this user."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import zmq

from bridge.sending.face_address import find_in_fleet
from omote.client import NoAnswerError, RuntimeAddress, find_face
from omote.fleet.directory import Directory
from omote.fleet.directory_port import DirectoryPort
from omote.fleet.errors import FleetError
from omote.fleet.face_host import FaceReport
from omote.fleet.fleet_keys import CLIENT_FILE, make_fleet_keys
from protocol.codec import decode_message, encode
from protocol.fleet_place import FleetPlace, write_fleet_place
from protocol.keys import read_client_key
from protocol.messages import Command, FaceStatus, Reply, Snapshot
from protocol.served_faces import FaceNameError
from tests.waiting import PATIENCE_S

ROOT = Path(__file__).resolve().parents[3]
FACE = FaceStatus(
    name="kofi", host="192.0.2.7", control_port=4001, request_port=4002, publish_port=4003, stream="kofi"
)


@pytest.fixture
def directory() -> Directory:
    made = Directory()
    made.add("kofi", 1, 0.0)
    made.hear("kofi", 1, FaceReport(face=FACE, snapshot=Snapshot(), frames=9, restarts=0, pid=1), 1e12)
    return made


@pytest.fixture
def port(directory: Directory, tmp_path: Path) -> Iterator[int]:
    """Of a directory that wants the keys in tmp_path/keys."""
    make_fleet_keys(tmp_path / "keys")
    with closing(DirectoryPort(directory.answer, host="127.0.0.1", port=0, keys=tmp_path / "keys")) as opened:
        yield opened.port


def test_a_face_is_found_with_the_fleets_key_and_not_without(port: int, tmp_path: Path) -> None:
    key = read_client_key(tmp_path / "keys" / CLIENT_FILE)
    found = find_face("kofi", RuntimeAddress(request_port=port, key=key), timeout_s=PATIENCE_S)
    assert found == RuntimeAddress("192.0.2.7", 4001, 4002, 4003, key, "kofi")
    with pytest.raises(NoAnswerError):
        find_face("kofi", RuntimeAddress(request_port=port), timeout_s=0.3)


def test_this_users_commands_ask_the_fleet_first(
    port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    assert find_in_fleet("kofi") is None
    key = tmp_path / "keys" / CLIENT_FILE
    write_fleet_place(FleetPlace("127.0.0.1", port, key))
    assert find_face("kofi", timeout_s=PATIENCE_S).control_at == "192.0.2.7:4001"
    assert find_in_fleet("kofi") == ("tcp://192.0.2.7:4001", read_client_key(key))
    with pytest.raises(FaceNameError, match="'mio' is no face of this runtime, which draws kofi"):
        find_in_fleet("mio")


def test_nonsense_is_answered_and_the_next_request_too(directory: Directory) -> None:
    with (
        closing(DirectoryPort(directory.answer, host="127.0.0.1", port=0, keys=None)) as opened,
        zmq.Context() as context,
        context.socket(zmq.REQ) as socket,
    ):
        socket.set(zmq.LINGER, 0)
        socket.connect(f"tcp://127.0.0.1:{opened.port}")
        nonsense = (
            ([b"\xff\x00"], "no message of Omote"),
            ([b""], "no message of Omote"),
            ([encode(Command(name="status")), b""], "got 2 parts"),
        )
        for parts, words in nonsense:
            socket.send_multipart(parts)
            assert socket.poll(1000 * PATIENCE_S)
            reply = decode_message(socket.recv())
            assert isinstance(reply, Reply)
            assert words in reply.message
        assert (
            find_face("kofi", RuntimeAddress(request_port=opened.port), timeout_s=PATIENCE_S).host
            == "192.0.2.7"
        )
        with pytest.raises(FleetError, match="cannot listen on"):
            DirectoryPort(directory.answer, host="127.0.0.1", port=opened.port, keys=None)


def test_a_program_in_c_finds_faces_with_nothing_but_libzmq(
    port: int, directory: Directory, tmp_path: Path
) -> None:
    if shutil.which("cc") is None or not Path("/usr/include/zmq.h").is_file():
        pytest.skip("a C compiler or libzmq is missing: apt-get install gcc libzmq3-dev")
    source, program = ROOT / "examples/c/find_face.c", tmp_path / "find_face"
    checks = ["-Wall", "-Wextra", "-Wpedantic", "-Werror", "-fsanitize=address,undefined"]
    subprocess.run(["cc", *checks, source, "-lzmq", "-o", program], check=True)
    directory.add("mio", 1, time.monotonic())

    def said(key: Path, *name: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [program, "127.0.0.1", str(port), key, *name], capture_output=True, text=True, check=False
        )

    key = tmp_path / "keys" / CLIENT_FILE
    kofi = "kofi 192.0.2.7 control_port 4001 request_port 4002 publish_port 4003\n"
    assert said(key).stdout == f"{kofi}mio it starts\n"
    assert said(key, "kofi").stdout == kofi
    make_fleet_keys(tmp_path / "other")
    refused = said(tmp_path / "other" / CLIENT_FILE)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "is the key its own?" in refused.stderr
