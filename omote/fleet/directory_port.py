"""DirectoryPort: answers requests for a fleet's directory over ZeroMQ, on a thread of its own.

with closing(DirectoryPort(directory.answer, host="192.168.1.20", port=5569, keys=folder)) as port: ...
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import zmq

from omote.fleet.errors import FleetError
from protocol.addresses import url_host
from protocol.codec import decode_message, encode
from protocol.errors import CodecError
from protocol.messages import Command, Reply
from runtime.access.curve import CurveGate, RuntimeKeys

MAX_BYTES: Final = 64 * 1024
STOP_MS: Final = 100


class DirectoryPort:
    """Open until `close`.

    Args:
        answer: gives the reply to a command at a time, monotonic seconds; called on this port's thread.
        host: an address of this machine.
        port: 0 = any free one.
        keys: of the clients that may ask; None on a loopback address.

    Attributes:
        port: on which it listens.

    Raises:
        FleetError: the port is in use.
        ConfigError: the keys cannot be read.
    """

    def __init__(
        self, answer: Callable[[Command, float], Reply], *, host: str, port: int, keys: Path | None
    ) -> None:
        self._answer = answer
        self._context = zmq.Context()
        self._is_closed = threading.Event()
        self._socket = self._context.socket(zmq.REP)
        self._socket.set(zmq.LINGER, 0)
        self._socket.set(zmq.MAXMSGSIZE, MAX_BYTES)
        self._socket.set(zmq.IPV6, int(":" in host))
        self._gate: CurveGate | None = None
        try:
            if keys is not None:
                self._gate = CurveGate(self._context, RuntimeKeys(keys))
                self._gate.guard(self._socket)
            self._socket.bind(f"tcp://{url_host(host)}:{port or '*'}")
        except zmq.ZMQError as error:
            self._close_sockets()
            raise FleetError(
                f"the fleet's directory cannot listen on {host}:{port} ({error}); end what does, or use --directory-port"
            ) from error
        except BaseException:
            self._close_sockets()
            raise
        self.port = int(self._socket.getsockopt_string(zmq.LAST_ENDPOINT).rpartition(":")[2])
        self._thread = threading.Thread(target=self._serve, name="omote-directory", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop answering; may be called twice."""
        self._is_closed.set()
        self._thread.join()
        if not self._context.closed:
            self._close_sockets()

    def _serve(self) -> None:
        while not self._is_closed.is_set():
            if self._socket.poll(STOP_MS):
                # a request of several parts is read to its end: before, ZeroMQ sends no reply
                self._socket.send(encode(self._reply(self._socket.recv_multipart())))

    def _reply(self, parts: list[bytes]) -> Reply:
        if len(parts) != 1:
            return Reply(ok=False, message=f"got {len(parts)} parts, expected one, a command")
        try:
            message = decode_message(parts[0])
        except CodecError as error:
            return Reply(ok=False, message=f"this is no message of Omote ({error}); expected a command")
        if not isinstance(message, Command):
            return Reply(ok=False, message=f"got a {type(message).__name__}, expected a command")
        return self._answer(message, time.monotonic())

    def _close_sockets(self) -> None:
        self._socket.close()
        if self._gate is not None:
            self._gate.close()
        self._context.term()
