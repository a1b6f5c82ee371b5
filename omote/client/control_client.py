"""ControlClient: sends control messages and commands to a running Omote, one message at a time.

with ControlClient() as client:      # or ControlClient(host="192.168.1.20", key=read_client_key(path))
    client.send(ControlMessage(layer="pose", source="script", values={"yaw": 0.3}))
    status = client.request(Command(name="status")).status

`Omote` is the same with a method for every layer and command; this class is for programs that make messages themselves.
"""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Final, Self

import zmq

from omote.client.control_sender import DELIVERY_MS, QUEUE
from omote.client.errors import NoAnswerError
from omote.client.patience import check_patience
from omote.client.runtime_address import RuntimeAddress
from protocol.codec import decode_message, encode
from protocol.errors import CodecError
from protocol.keys import ClientKey
from protocol.messages import CONTROL_PORT, REQUEST_PORT, Command, ControlMessage, Reply

#: Reading an avatar takes half a second; the runtime gives up after 10 s, and its process may have to start first.
LOAD_MS: Final = 45_000
#: How often a request that waits looks whether it was abandoned.
LOOK_MS: Final = 50
#: A connection that rested longer is not used again: firewalls forget it, and machines are gone, without a word.
KEPT_S: Final = 10.0


class ControlClient:
    """Connects to one runtime. `send` belongs to one thread; any thread may `request`, and `close` ends its waiting.

    `send` never blocks; `request` blocks until the reply, at most `timeout_s`.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        control_port: int = CONTROL_PORT,
        request_port: int = REQUEST_PORT,
        key: ClientKey | None = None,
        timeout_s: float = 2.0,
        keeps_connection: bool = False,
    ) -> None:
        """Store the addresses; the first `send` or `request` connects.

        Args:
            host: the runtime's machine.
            control_port: the runtime's port for control messages.
            request_port: the runtime's port for commands.
            key: required by a runtime that is bound to an address other than loopback.
            timeout_s: how long `request` waits for the reply, 0 to 86400 seconds.
            keeps_connection: the connection of a request that was answered is kept for the next one within 10 s. Over keys,
                each new one costs both sides a handshake; a runtime has room for 64 clients that keep theirs.

        Raises:
            ValueRefusedError: host, port or time can be none.
        """
        check_patience(timeout_s)
        self._address = RuntimeAddress(host, control_port, request_port, key=key)
        self._context = zmq.Context()
        self._keeps_connection = keeps_connection
        self._timeout_ms = round(timeout_s * 1000)
        self._control: zmq.Socket[bytes] | None = None
        self._idle: zmq.Socket[bytes] | None = None  # connected, and every request answered
        self._idle_s = 0.0  # since when
        self._lock = threading.Lock()  # of `_idle`, also when it goes from thread to thread
        self._is_closed = threading.Event()

    def send(self, message: ControlMessage) -> None:
        """Send one message; `close` waits up to a second until the last one is delivered.

        Raises:
            NoAnswerError: the queue is full, because no runtime receives.
        """
        if self._control is None:
            self._control = self._address.open_socket(self._context, zmq.PUSH)
            self._control.setsockopt(zmq.LINGER, DELIVERY_MS)
            self._control.setsockopt(zmq.SNDHWM, QUEUE)
            self._control.connect(f"tcp://{self._address.control_at}")
        try:
            self._control.send(encode(message), zmq.NOBLOCK)
        except zmq.Again as error:
            raise NoAnswerError(
                f"no Omote runtime receives messages on {self._address.control_at}; start one with: omote run"
            ) from error

    def request(self, command: Command) -> Reply:
        """Send a command and wait for the reply, which comes when an avatar is worn after "load_avatar".

        Raises:
            NoAnswerError: no reply in time, or a reply from a program that is not this Omote.
        """
        patience_ms = self._timeout_ms
        if command.name == "load_avatar":
            self.request(Command(name="ping"))  # whether there is a runtime at all is known sooner
            patience_ms = max(patience_ms, LOAD_MS)
        data = self._answer(encode(command), patience_ms)
        try:
            reply = decode_message(data)
        except CodecError as error:
            raise NoAnswerError(self._not_omote(str(error))) from error
        if not isinstance(reply, Reply):
            raise NoAnswerError(self._not_omote(f"got a {type(reply).__name__}, expected a Reply"))
        return reply

    def abandon(self) -> None:
        """Let requests raise `NoAnswerError`, also those that wait; any thread, when the runtime is known to be gone."""
        self._is_closed.set()

    def close(self) -> None:
        """Deliver the queued messages, for at most a second, and close the sockets; may be called twice."""
        self._is_closed.set()
        if self._control is not None:
            self._control.close()
        with self._lock:
            idle, self._idle = self._idle, None
        if idle is not None:
            idle.close()
        self._context.term()

    def _answer(self, command: bytes, patience_ms: int) -> bytes:
        """Send a command and wait for its reply.

        Raises:
            NoAnswerError: none came in time, or the client was closed.
        """
        if self._is_closed.is_set():
            raise NoAnswerError("this client is closed; make another one")
        is_answered = False
        try:
            socket = self._connected()
            try:
                socket.send(command)
                ends_s = time.monotonic() + patience_ms / 1000
                while not self._is_closed.is_set():
                    left_ms = round((ends_s - time.monotonic()) * 1000)
                    if socket.poll(max(0, min(left_ms, LOOK_MS))):
                        answer = socket.recv()
                        is_answered = True
                        return answer
                    if left_ms <= 0:
                        break
                else:
                    raise NoAnswerError("this client was closed before the runtime answered")
            finally:
                self._give_back(socket, is_answered=is_answered)
        except zmq.ContextTerminated as error:  # by `close` in another thread
            raise NoAnswerError("this client was closed before the runtime answered") from error
        raise NoAnswerError(
            f"no Omote runtime answers on {self._address.request_at} within "
            f"{patience_ms / 1000:g} s; start one with: omote run" + self._key_advice()
        )

    def _connected(self) -> zmq.Socket[bytes]:
        """The connection of the request before, or a new one while another thread uses that."""
        with self._lock:
            socket, self._idle = self._idle, None
            rested_s = time.monotonic() - self._idle_s
        if socket is not None and rested_s > KEPT_S:
            socket.close()
            socket = None
        if socket is None:
            socket = self._address.open_socket(self._context, zmq.REQ)
            socket.setsockopt(zmq.LINGER, 0)
            socket.connect(f"tcp://{self._address.request_at}")
        return socket

    def _give_back(self, socket: zmq.Socket[bytes], *, is_answered: bool) -> None:
        """Keep a connection for the next request; one that waits for an answer still is of no use to it."""
        with self._lock:
            may_keep = self._keeps_connection and not self._is_closed.is_set()
            if is_answered and may_keep and self._idle is None:
                self._idle, self._idle_s = socket, time.monotonic()
                return
        socket.close()

    def _key_advice(self) -> str:
        if self._address.key is not None:
            return ", and check that its `omote keys list` has this key"
        if not self._address.is_local:
            return " --bind ADDRESS, and use a key that its `omote keys add` makes: this client has none"
        return ""

    def _not_omote(self, reason: str) -> str:
        return (
            f"the program that listens on {self._address.request_at} is not this Omote ({reason}); "
            "name the runtime's port with --request-port"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
