"""Every client against servers that are not a runtime: none may throw, hang, or use unbounded memory."""

from __future__ import annotations

import json
import random
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.waiting import PATIENCE_S

NOISE = b"\xf8" + random.Random(5).randbytes(100_000)
GREETING = b"\xff" + bytes(8) + b"\x7f\x03\x00" + b"NULL".ljust(20, b"\0") + bytes(32)
TYPES = {b"SUB": b"PUB", b"PUSH": b"PULL", b"DEALER": b"ROUTER"}

Play = Callable[[socket.socket], None]


def ready(client: bytes) -> bytes:
    """The READY command that the client's correct peer would send."""
    kind = next((server for name, server in TYPES.items() if name in client), b"PUB")
    body = b"\x05READY\x0bSocket-Type" + struct.pack(">I", len(kind)) + kind
    return b"\x04" + bytes([len(body)]) + body


def shake_hands(client: socket.socket) -> None:
    """Complete the handshake correctly, up to the first message."""
    client.sendall(GREETING)
    said = b""
    while b"Socket-Type" not in said or len(said) < 64 + 27:
        more = client.recv(4096)
        if not more:
            raise ConnectionError
        said += more
    client.sendall(ready(said))


def after_handshake(*messages: bytes) -> Play:
    def play(client: socket.socket) -> None:
        shake_hands(client)
        for message in messages:
            client.sendall(message)
        stay(client)

    return play


def stay(client: socket.socket) -> None:
    while client.recv(65536):
        pass


def says(*parts: bytes) -> Play:
    def play(client: socket.socket) -> None:
        for part in parts:
            client.sendall(part)
        stay(client)

    return play


def floods(message: bytes) -> Play:
    def play(client: socket.socket) -> None:
        shake_hands(client)
        while True:
            client.sendall(message)

    return play


def frame(body: bytes, flags: int = 0) -> bytes:
    return bytes([flags | 2]) + struct.pack(">Q", len(body)) + body


HEAD = b"OMOTEFRM" + struct.pack("<HHIIIII", 1, 96, 4, 2, 16, 1, 15) + bytes(32) + struct.pack("<Q", 32)
BAD_FRAMES = [
    b"OMOTEFRM",
    HEAD + bytes(24),
    b"OMOTEFRM" + b"\xff" * 88,
    b"OMOTEFRM" + struct.pack("<HHIIIII", 1, 96, 16384, 16384, 65536, 1, 15) + bytes(64),
    b"OMOTESTA\xdf\xff\xff\xff\xff",
    b"OMOTESTA" + b"\x91" * 5000,
    b"OMOTEMOT\x81\xa6values\xdd\xff\xff\xff\xff",
    b"OMOTEMOT\xc1",
    b"\xdf\xff\xff\xff\xff",
    b"",
]

SERVERS: dict[str, Play] = {
    "hangs up": lambda client: None,
    "says nothing": stay,
    "speaks HTTP": says(b"HTTP/1.1 400 Bad Request\r\n\r\n" + b"x" * 100),
    "noise": says(NOISE),
    "old ZeroMQ": says(b"\xff" + bytes(8) + b"\x7f\x01\x02" + bytes(52)),
    "wants keys": says(GREETING.replace(b"NULL\0", b"CURVE")),
    "no READY": says(GREETING, b"\x04\x06\x05ERROR"),
    "a READY without its end": says(GREETING, b"\x04\x15\x05READY\x0bSocket-Type\xff\xff\xff\xff"),
    "a READY without a type": says(GREETING, b"\x04\x06\x05READY"),
    "claims 2^62 bytes": after_handshake(b"\x02" + struct.pack(">Q", 2**62)),
    "claims 60 MB": after_handshake(b"\x02" + struct.pack(">Q", 60_000_000) + b"OMOTEFRM"),
    "unknown flags": after_handshake(b"\xf8" + bytes(100)),
    "endless parts": floods(frame(b"OMOTEFRM" + bytes(100), flags=1)),
    "endless commands": floods(frame(b"\x04PING\x00\x00" + bytes(8), flags=4)),
    "bad messages": floods(b"".join(map(frame, BAD_FRAMES))),
    "noise after the handshake": after_handshake(NOISE),
}


#: Servers whose behaviour does not make the client disconnect, or not yet.
KEPT = ("endless parts", "endless commands", "bad messages", "claims 60 MB")


class Server:
    """Listens on a free port and runs a given behaviour on each connection."""

    def __init__(self, play: Play) -> None:
        self._play = play
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._clients: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._clients.append(client)
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with suppress(OSError), client:
            self._play(client)

    def close(self) -> None:
        self._listener.close()
        for client in self._clients:
            with suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)
            client.close()


@pytest.fixture(scope="module")
def held(driver: Path) -> dict[str, dict[str, Any]]:
    """The clients' reports for every server, several servers at a time."""
    said: dict[str, dict[str, Any]] = {}
    names = list(SERVERS)
    for first in range(0, len(names), 4):
        servers = {name: Server(SERVERS[name]) for name in names[first : first + 4]}
        line = ["mono", str(driver), "hold"]
        begun = {
            name: subprocess.Popen(
                [*line, f"tcp://127.0.0.1:{server.port}", "0.5", "0" if name in KEPT else "3"],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
            for name, server in servers.items()
        }
        for name, process in begun.items():
            out, complaints = process.communicate(timeout=5 * PATIENCE_S)
            said[name] = {"returned": process.returncode, "complaints": complaints} | json.loads(out or "{}")
            servers[name].close()
    return said


@pytest.mark.parametrize("name", SERVERS)
def test_clients_survive_a_server_that_is_not_a_runtime(held: dict[str, dict[str, Any]], name: str) -> None:
    said = held[name]
    assert (said["returned"], said["complaints"]) == (0, "")
    assert said["taken"] == 0
    if sys.platform.startswith("linux"):  # where a process can see the names of its threads
        assert (said["links"], said["links_left"]) == (5, 0)
    assert said["memory_mb"] < 300
    assert all("no runtime" in problem or name in KEPT for problem in said["problems"][:3])


def test_the_problem_is_reported(held: dict[str, dict[str, Any]]) -> None:
    words = {
        "speaks HTTP": "does not speak ZeroMQ",
        "old ZeroMQ": "does not speak ZeroMQ",
        "wants keys": "asks for CURVE keys",
        "no READY": "expected ZeroMQ's READY",
        "a READY without a type": "expected PUB",
        "claims 2^62 bytes": "4611686018427387904 bytes, expected at most",
        "unknown flags": "which ZeroMQ does not have",
    }
    assert {
        name: held[name]["problems"][0] for name in words if words[name] not in held[name]["problems"][0]
    } == {}
