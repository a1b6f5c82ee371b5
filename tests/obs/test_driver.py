"""What the plugin sends, byte for byte as the runtime parses it, and what it reads; without OBS, with sanitizers."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from protocol.messages import ControlMessage
from protocol.osc.command import PREFIX, read_osc_commands
from protocol.osc.control import read_osc_control
from protocol.osc.parse import parse_osc

ROOT = Path(__file__).resolve().parents[2]
PARTS = [ROOT / "obs_sample/src" / name for name in ("driver.cpp", "http_get.cpp")]
FOLDERS = [ROOT / "obs_sample/src", ROOT / "unreal_sample/Omote/Source/Omote/Public"]
MS = 1_000_000
#: OMOTE_SANITIZE=thread pytest tests/obs/test_driver.py: with the thread sanitizer in their place.
SANITIZERS = "thread" if os.environ.get("OMOTE_SANITIZE") == "thread" else "address,undefined"


class Program:
    """The test program, and the port that it sends to."""

    def __init__(self, process: subprocess.Popen[str], port: socket.socket) -> None:
        self._process = process
        self._port = port

    def does(self, line: str) -> list[str]:
        """The lines that it prints for a line."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        said: list[str] = []
        while (read := self._process.stdout.readline()) not in ("done\n", ""):
            said.append(read.rstrip("\n"))
        assert read, "it has ended"
        return said

    def sends(self, line: str) -> tuple[list[ControlMessage], list[tuple[str, str]]]:
        """Messages and commands (name, argument) that a line sends; loopback has them before the program answers."""
        assert self.does(line) == []
        messages: list[ControlMessage] = []
        done: list[tuple[str, str]] = []
        while True:
            try:
                datagram = self._port.recv(65536)
            except BlockingIOError:
                return messages, done
            parsed = parse_osc(datagram)
            commands, refused = read_osc_commands([one for one in parsed if one[0].startswith(PREFIX)])
            control, refusals = read_osc_control(
                [one for one in parsed if not one[0].startswith(PREFIX)], "?"
            )
            assert not refused
            assert not refusals
            messages += control
            done += [(command.name, command.argument) for command in commands]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("g++") is None:
        pytest.skip("g++ is not installed: apt-get install g++")
    program = tmp_path_factory.mktemp("driver") / "driver"
    options = ["-std=c++17", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-pthread"]
    options += [f"-fsanitize={SANITIZERS}", "-fno-sanitize-recover=all"]
    folders = [option for folder in FOLDERS for option in ("-I", str(folder))]
    command = ["g++", *options, *folders, *map(str, PARTS), str(Path(__file__).parent / "driver.cpp")]
    done = subprocess.run([*command, "-o", str(program)], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    return program


@pytest.fixture
def program(built: Path) -> Iterator[Program]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as port:
        port.bind(("127.0.0.1", 0))
        port.setblocking(False)
        process = subprocess.Popen([built], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        program = Program(process, port)
        assert program.does(f"connect OBS {port.getsockname()[1]}") == []
        yield program
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(60) == 0  # the sanitizers found nothing
        assert process.stdout is not None
        process.stdout.close()


def values(messages: list[ControlMessage]) -> dict[str, dict[str, float]]:
    assert {message.source for message in messages} <= {"OBS"}
    return {message.layer: dict(message.values) for message in messages}


def test_a_tap_holds_an_emotion_until_the_next_tap(program: Program) -> None:
    assert values(program.sends(f"emotion happy 1 {1000 * MS}")[0]) == {"emotion": {"happy": 1.0}}
    assert program.sends(f"emotion happy 0 {1100 * MS}") == ([], [])
    assert program.sends(f"emotion happy 1 {2000 * MS}") == ([], [("release", "OBS")])
    assert program.sends(f"emotion happy 0 {2100 * MS}") == ([], [])
    assert program.sends(f"tick {9000 * MS}") == ([], [])


def test_a_key_that_is_held_down_ends_the_emotion_when_it_goes_up(program: Program) -> None:
    program.sends(f"emotion sad 1 {1000 * MS}")
    assert program.sends(f"emotion sad 0 {1301 * MS}") == ([], [("release", "OBS")])


def test_what_is_held_is_sent_four_times_a_second_for_longer_than_it_lives(program: Program) -> None:
    program.sends(f"emotion angry 1 {1000 * MS}")
    sent = [program.sends(f"tick {at * MS}")[0] for at in range(1050, 2051, 50)]
    times = [at for at, messages in zip(range(1050, 2051, 50), sent, strict=True) if messages]
    assert times == [1250, 1500, 1750, 2000]
    assert [message.ttl_s for messages in sent for message in messages] == pytest.approx([0.6] * 4)


def test_another_emotion_takes_its_place(program: Program) -> None:
    program.sends(f"emotion happy 1 {1100 * MS}")
    messages, commands = program.sends(f"emotion relaxed 1 {1200 * MS}")
    assert commands == []
    assert values(messages) == {"emotion": {"relaxed": 1.0}}
    assert [message.priority for message in messages] == [10]


def test_the_weight_goes_with_the_emotion_at_once_and_from_then_on(program: Program) -> None:
    assert program.sends(f"weight 0.25 {1000 * MS}") == ([], [])  # nothing is held
    [message] = program.sends(f"emotion happy 1 {1100 * MS}")[0]
    assert message.weight == 0.25
    [message] = program.sends(f"weight 7 {1200 * MS}")[0]
    assert (message.weight, dict(message.values)) == (1.0, {"happy": 1.0})


def test_a_look_is_the_runtime_s_and_ends_with_a_key_that_is_held_down(program: Program) -> None:
    assert program.sends(f"look Grim 1 {1000 * MS}") == ([], [("look", "Grim")])
    assert program.sends(f"look Grim 0 {1300 * MS}") == ([], [])  # a tap
    assert program.sends(f"look Grim 1 {2000 * MS}") == ([], [("look", "Grim")])  # the runtime takes it off
    assert program.sends(f"look Grim 0 {2301 * MS}") == ([], [("look", "none")])
    assert program.sends("let_go") == ([], [("release", "OBS"), ("look", "none")])


def test_a_command_is_sent_with_its_argument(program: Program) -> None:
    assert program.sends("command load_avatar noh") == ([], [("load_avatar", "noh")])
    assert program.sends("command recenter") == ([], [("recenter", "")])


class Panel(BaseHTTPRequestHandler):
    """Answers by the path."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        assert self.headers["Host"] == f"127.0.0.1:{self.server.server_address[1]}"
        if self.path == "/silent":
            self.connection.recv(1)  # until the client goes
            return
        body = b"x" * ((1 << 20) + 1) if self.path == "/huge" else b'[{"key": "noh"}]'
        self.send_response(404 if self.path == "/missing" else 200)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def test_an_answer_is_read_and_all_else_is_nothing(program: Program) -> None:
    with HTTPServer(("127.0.0.1", 0), Panel) as server:
        port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            assert program.does(f"get {port} /avatars.json 60000") == ['body 16 [{"key": "noh"}]']
            assert program.does(f"get {port} /missing 60000") == ["body 0 "]
            assert program.does(f"get {port} /huge 60000") == ["body 0 "]
            assert program.does(f"get {port} /silent 50") == ["body 0 "]
            # without the end, it would wait for an hour
            assert program.does(f"give_up {port} /silent 3600000") == ["body 0 "]
        finally:
            server.shutdown()
            thread.join()
    assert program.does(f"get {port} /avatars.json 60000") == ["body 0 "]  # no server
