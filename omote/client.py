"""ControlClient: a small way to drive and ask a running Omote from Python.

with ControlClient() as client:      # or ControlClient(host="192.168.1.20", key=read_client_key(path))
    client.send(ControlMessage(layer="pose", source="script", values={"yaw": 0.3}))
    status = client.request(Command(name="status")).status
"""

from __future__ import annotations

from types import TracebackType
from typing import Final, Self

import zmq

from protocol.codec import decode_message, encode
from protocol.errors import CodecError, OmoteError
from protocol.keys import ClientKey
from protocol.messages import CONTROL_PORT, REQUEST_PORT, Command, ControlMessage, Reply

DELIVERY_MS: Final = 1000
QUEUE: Final = 32  # messages that may wait for the runtime


class NoAnswerError(OmoteError):
    """No runtime answers; the message says where it was asked and what to do."""


class ControlClient:
    """Belongs to one thread. `send` never waits; `request` waits for its answer, at most `timeout_s`."""

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        control_port: int = CONTROL_PORT,
        request_port: int = REQUEST_PORT,
        key: ClientKey | None = None,
        timeout_s: float = 2.0,
    ) -> None:
        """Connect nothing yet.

        Args:
            host: the runtime's machine.
            control_port, request_port: the runtime's.
            key: what a runtime that is bound to other addresses than loopback asks for.
            timeout_s: how long `request` waits.
        """
        self._context = zmq.Context()
        self._key = key
        self._control_at = f"{host}:{control_port}"
        self._request_at = f"{host}:{request_port}"
        self._timeout_ms = round(timeout_s * 1000)
        self._control: zmq.Socket[bytes] | None = None

    def send(self, message: ControlMessage) -> None:
        """Send one message; `close` waits up to a second until the last one is delivered.

        Raises:
            NoAnswerError: the runtime takes no messages any more.
        """
        if self._control is None:
            self._control = self._socket(zmq.PUSH)
            self._control.setsockopt(zmq.LINGER, DELIVERY_MS)
            self._control.setsockopt(zmq.SNDHWM, QUEUE)
            self._control.connect(f"tcp://{self._control_at}")
        try:
            self._control.send(encode(message), zmq.NOBLOCK)
        except zmq.Again as error:
            raise NoAnswerError(
                f"no Omote runtime takes messages on {self._control_at}; start one with: omote run"
            ) from error

    def request(self, command: Command) -> Reply:
        """Ask, and wait for the answer.

        Raises:
            NoAnswerError: nothing answers in time, or something that is not Omote.
        """
        with self._socket(zmq.REQ) as asking:
            asking.setsockopt(zmq.LINGER, 0)
            asking.connect(f"tcp://{self._request_at}")
            asking.send(encode(command))
            if not asking.poll(self._timeout_ms):
                raise NoAnswerError(
                    f"no Omote runtime answers on {self._request_at} within "
                    f"{self._timeout_ms / 1000:g} s; start one with: omote run"
                    + (", and look whether its `omote keys list` has this key" if self._key else "")
                )
            try:
                reply = decode_message(asking.recv())
            except CodecError as error:
                raise NoAnswerError(self._stranger(str(error))) from error
        if not isinstance(reply, Reply):
            raise NoAnswerError(self._stranger(f"got a {type(reply).__name__}, expected a Reply"))
        return reply

    def close(self) -> None:
        """Deliver what was sent, for at most a second; may be called twice."""
        if self._control is not None:
            self._control.close()
        self._context.term()

    def _socket(self, kind: int) -> zmq.Socket[bytes]:
        opened = self._context.socket(kind)
        if self._key is not None:
            opened.curve_secretkey, opened.curve_publickey, opened.curve_serverkey = self._key.options()
        return opened

    def _stranger(self, what: str) -> str:
        return (
            f"what listens on {self._request_at} is not this Omote ({what}); "
            "name the runtime's port with --request-port"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
