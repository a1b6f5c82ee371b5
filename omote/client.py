"""ControlClient: a small way to drive and ask a running Omote from Python.

with ControlClient() as client:
    client.send(ControlMessage(layer="pose", source="script", values={"yaw": 0.3}))
    status = client.request(Command(name="status")).status
"""

from __future__ import annotations

from types import TracebackType
from typing import Final, Self

import zmq

from protocol.codec import decode_message, encode
from protocol.errors import CodecError
from protocol.messages import CONTROL_PORT, REQUEST_PORT, Command, ControlMessage, Reply

DELIVERY_MS: Final = 1000
QUEUE: Final = 32  # messages that may wait for the runtime


class NoAnswerError(Exception):
    """No runtime answers; the message says where it was asked and what to do."""


class ControlClient:
    """Belongs to one thread. `send` never waits; `request` waits for its answer, at most `timeout_s`."""

    def __init__(
        self, *, control_port: int = CONTROL_PORT, request_port: int = REQUEST_PORT, timeout_s: float = 2.0
    ) -> None:
        self._context = zmq.Context()
        self._control_port = control_port
        self._request_port = request_port
        self._timeout_ms = round(timeout_s * 1000)
        self._control: zmq.Socket[bytes] | None = None

    def send(self, message: ControlMessage) -> None:
        """Send one message; `close` waits up to a second until the last one is delivered.

        Raises:
            NoAnswerError: the runtime takes no messages any more.
        """
        if self._control is None:
            self._control = self._context.socket(zmq.PUSH)
            self._control.setsockopt(zmq.LINGER, DELIVERY_MS)
            self._control.setsockopt(zmq.SNDHWM, QUEUE)
            self._control.connect(f"tcp://127.0.0.1:{self._control_port}")
        try:
            self._control.send(encode(message), zmq.NOBLOCK)
        except zmq.Again as error:
            raise NoAnswerError(
                f"no Omote runtime takes messages on 127.0.0.1:{self._control_port}; "
                "start one with: omote run"
            ) from error

    def request(self, command: Command) -> Reply:
        """Ask, and wait for the answer.

        Raises:
            NoAnswerError: nothing answers in time, or something that is not Omote.
        """
        with self._context.socket(zmq.REQ) as asking:
            asking.setsockopt(zmq.LINGER, 0)
            asking.connect(f"tcp://127.0.0.1:{self._request_port}")
            asking.send(encode(command))
            if not asking.poll(self._timeout_ms):
                raise NoAnswerError(
                    f"no Omote runtime answers on 127.0.0.1:{self._request_port} within "
                    f"{self._timeout_ms / 1000:g} s; start one with: omote run"
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

    def _stranger(self, what: str) -> str:
        return (
            f"what listens on 127.0.0.1:{self._request_port} is not this Omote ({what}); "
            "name the runtime's port with --request-port"
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
