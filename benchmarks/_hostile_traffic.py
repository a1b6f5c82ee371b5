"""The attacks of `benchmarks.attacks` and `tests/security`: what hostile programs of this machine send to a runtime.

Each attack runs in a process of its own until its event is set.
"""

from __future__ import annotations

import json
import logging
import socket
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import Process
from multiprocessing.synchronize import Event as EventType
from pathlib import Path
from threading import Thread

import msgspec
import zmq
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from protocol.osc.write import osc_bundles, osc_message

SEND_S = 0.2


@dataclass(frozen=True, slots=True)
class Ports:
    """Where a runtime listens."""

    control: int
    request: int
    publish: int
    osc: int
    panel: int


def nothing(ports: Ports, stop: EventType) -> None:
    """No attack: what the figures are without one."""
    stop.wait()


def http(ports: Ports, stop: EventType) -> None:
    """What a web page can send: HTTP requests to the ZeroMQ ports, one after the other."""
    body = b"\x01\x00" * 2000
    request = b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4000\r\n\r\n" + body
    while not stop.is_set():
        for port in (ports.control, ports.request, ports.publish):
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1.0) as opened:
                opened.sendall(request)


def _handshake(port: int, kind: bytes) -> socket.socket:
    """A ZMTP 3 connection by hand."""
    opened = socket.create_connection(("127.0.0.1", port), 2.0)
    opened.sendall(b"\xff" + bytes(8) + b"\x7f\x03\x00NULL" + bytes(16 + 1 + 31))
    ready = b"\x05READY\x0bSocket-Type" + len(kind).to_bytes(4, "big") + kind
    opened.sendall(b"\x04" + bytes((len(ready),)) + ready)
    return opened


def _again_and_again(stop: EventType, port: int, kind: bytes, chunk: Callable[[int], bytes]) -> None:
    """Send chunks as fast as they are taken; connect anew when cut."""
    number = 0
    while not stop.is_set():
        with suppress(OSError), _handshake(port, kind) as opened:
            opened.settimeout(SEND_S)
            while not stop.is_set():
                with suppress(TimeoutError):
                    opened.sendall(chunk(number))
                number += 1


def topics(ports: Ports, stop: EventType) -> None:
    """Subscriptions to ever new topics."""

    def chunk(number: int) -> bytes:
        one = b"".join(
            b"\x00\x15\x01" + f"{number * 1000 + n:020d}".encode() for n in range(1000)
        )  # 20 digits
        return one

    _again_and_again(stop, ports.publish, b"SUB", chunk)


def parts(ports: Ports, stop: EventType) -> None:
    """A multipart message without an end, a megabyte a part."""
    part = b"\x03" + (1024 * 1024).to_bytes(8, "big") + bytes(1024 * 1024)
    _again_and_again(stop, ports.control, b"PUSH", lambda number: part)


def flood(ports: Ports, stop: EventType) -> None:
    """Good control messages as fast as they are taken, from four connections."""
    message = msgspec.msgpack.encode(
        {"type": "control", "layer": "pose", "source": "flood", "values": {"roll": 0.01}, "weight": 0.0}
    )
    chunk = (b"\x00" + bytes((len(message),)) + message) * 200
    workers = [
        Process(target=_again_and_again_bytes, args=(stop, ports.control, b"PUSH", chunk)) for _ in range(4)
    ]
    for worker in workers:
        worker.start()
    stop.wait()
    for worker in workers:
        worker.join()


def _again_and_again_bytes(stop: EventType, port: int, kind: bytes, chunk: bytes) -> None:
    _again_and_again(stop, port, kind, lambda number: chunk)


def unknown(ports: Ports, stop: EventType) -> None:
    """Messages of 57 KB that name unknown channels only."""
    values = {f"x{n}": 0.5 for n in range(4500)}
    message = msgspec.msgpack.encode({"type": "control", "layer": "pose", "source": "u", "values": values})
    chunk = b"\x02" + len(message).to_bytes(8, "big") + message
    _again_and_again(stop, ports.control, b"PUSH", lambda number: chunk)


def idle(ports: Ports, stop: EventType) -> None:
    """Connections that say nothing, as many as this process may open, to every TCP port."""
    held: list[socket.socket] = []
    for number in range(950):
        port = (ports.control, ports.request, ports.publish, ports.panel)[number % 4]
        with suppress(OSError):  # a connection that comes too late on a busy machine is not the last
            held.append(socket.create_connection(("127.0.0.1", port), 0.5))
        if stop.is_set():
            return
    stop.wait()


def half_open(ports: Ports, stop: EventType) -> None:
    """Requests to the panel that never end, ever new ones, two hundred at a time."""
    held: deque[socket.socket] = deque()
    while not stop.is_set():
        with suppress(OSError):
            held.append(socket.create_connection(("127.0.0.1", ports.panel), 0.5))
            held[-1].sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
        if len(held) > 200:
            held.popleft().close()
        stop.wait(0.002)


def pages(ports: Ports, stop: EventType) -> None:
    """Open pages of the panel that say nothing and read nothing, ever new ones, forty at a time."""
    key = b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    request = (
        b"GET /socket HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" + key
    )
    held: deque[socket.socket] = deque()
    while not stop.is_set():
        with suppress(OSError):
            held.append(socket.create_connection(("127.0.0.1", ports.panel), 0.5))
            held[-1].sendall(request)
        if len(held) > 40:
            held.popleft().close()
        stop.wait(0.01)


def plugins(ports: Ports, stop: EventType) -> None:
    """An emulated VTube Studio that drives this runtime, and eight plugins that flood it: tokens, values, nonsense."""
    logging.getLogger("websockets").setLevel(
        logging.CRITICAL
    )  # of the attacker, whose server is killed at the end
    with tempfile.TemporaryDirectory() as folder:
        line = [sys.executable, "-m", "bridge", "vts-server", "--port", "0", "--beacon-port", "none"]
        line += ["--approve", "auto", "--tokens", f"{folder}/tokens.json"]
        line += ["--to", f"tcp://127.0.0.1:{ports.control}"]
        root = Path(__file__).resolve().parents[1]
        with subprocess.Popen(
            line, cwd=root, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        ) as server:
            assert server.stderr is not None
            port = int(server.stderr.readline().partition("ws://127.0.0.1:")[2].split(";")[0])
            reading = Thread(target=server.stderr.read, daemon=True)
            reading.start()
            workers = [Thread(target=_plugin, args=(port, number, stop)) for number in range(8)]
            for worker in workers:
                worker.start()
            stop.wait()
            for worker in workers:
                worker.join()
            server.kill()


def _plugin(port: int, number: int, stop: EventType) -> None:
    def request(kind: str, **data: object) -> str:
        head = {"apiName": "VTubeStudioPublicAPI", "apiVersion": "1.0", "messageType": kind}
        return json.dumps(head | {"data": data})

    who = {"pluginName": f"plugin {number}", "pluginDeveloper": "flood"}
    values = [{"id": "FaceAngleX", "value": 1.0}] * 400
    while not stop.is_set():
        with (
            suppress(OSError, WebSocketException, TimeoutError, KeyError, ValueError),
            connect(f"ws://127.0.0.1:{port}", close_timeout=0.2) as plugin,
        ):
            plugin.send(request("AuthenticationTokenRequest", **who))
            token = json.loads(plugin.recv(5.0))["data"]["authenticationToken"]
            plugin.send(request("AuthenticationRequest", authenticationToken=token, **who))
            while not stop.is_set():
                plugin.send(request("InjectParameterDataRequest", parameterValues=values))
                plugin.send("x" * 1000)
                plugin.recv(5.0)


def datagrams(ports: Ports, stop: EventType) -> None:
    """OSC datagrams as fast as they are taken."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        data = osc_message("/omote/pose/roll", 0.01)
        while not stop.is_set():
            for _ in range(200):
                with suppress(OSError):
                    sender.sendto(data, ("127.0.0.1", ports.osc))


def slots(ports: Ports, stop: EventType) -> None:
    """Datagrams that name 64 sources with the longest time to live."""
    number = 0
    while not stop.is_set():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            messages = [osc_message("/omote/ttl", 60.0), osc_message("/omote/weight", 0.0)]
            for one in range(64):
                messages.append(osc_message("/omote/source", f"s{number}-{one}"))
                messages.append(osc_message("/omote/pose/roll", 0.01))
            for datagram in osc_bundles(messages):
                with suppress(OSError):
                    sender.sendto(datagram, ("127.0.0.1", ports.osc))
        number += 1
        stop.wait(0.02)


def avatars(ports: Ports, stop: EventType) -> None:
    """Commands to wear an avatar: names that are none, paths of others, and a good one, five times a second."""
    names = ["x" * 256, "/root/secret", "builtin", "\0", "../../etc/passwd", "kofi"]
    with zmq.Context() as context, context.socket(zmq.DEALER) as asking:
        asking.setsockopt(zmq.LINGER, 0)
        asking.connect(f"tcp://127.0.0.1:{ports.request}")
        number = 0
        while not stop.wait(0.2):
            command = {
                "type": "command",
                "name": "load_avatar",
                "argument": names[number % len(names)],
                "request_id": str(number),
            }
            asking.send_multipart([b"", msgspec.msgpack.encode(command)], zmq.NOBLOCK)
            number += 1


def commands(ports: Ports, stop: EventType) -> None:
    """Status requests as fast as they are taken, and no reply is ever read."""
    message = msgspec.msgpack.encode({"type": "command", "name": "status"})
    chunk = (b"\x01\x00\x00" + bytes((len(message),)) + message) * 50
    _again_and_again(stop, ports.request, b"DEALER", lambda number: chunk)


ATTACKS: dict[str, Callable[[Ports, EventType], None]] = {
    one.__name__: one
    for one in (
        nothing,
        http,
        topics,
        parts,
        flood,
        unknown,
        idle,
        half_open,
        pages,
        plugins,
        datagrams,
        slots,
        avatars,
        commands,
    )
}
