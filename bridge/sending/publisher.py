"""ControlPublisher: sends ControlMessages to a runtime over ZeroMQ, newest values only, without blocking.

with ControlPublisher("tcp://127.0.0.1:5570") as publisher:
    publisher.send(messages)
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Final, Self

import zmq

from bridge.errors import BridgeError
from protocol.codec import encode
from protocol.keys import ClientKey
from protocol.messages import CONTROL_PORT, ControlMessage
from protocol.sound_messages import SoundMessage, encode_voice

logger = logging.getLogger(__name__)

DEFAULT_ADDRESS: Final = f"tcp://127.0.0.1:{CONTROL_PORT}"
#: Messages queued for a connected but busy runtime: a few frames of three layers of one source.
HIGH_WATER: Final = 12
#: How long `close` waits for the last messages to be sent.
LINGER_MS: Final = 200


class ControlPublisher:
    """A ZeroMQ PUSH socket that keeps the newest unsent message of each layer, source and mode.

    Older messages are not queued while no runtime is connected: they would be outdated when it connects. ZeroMQ
    itself keeps trying to connect. Use from one thread, but `move`.

    Attributes:
        sent: messages that a runtime took, since the start.
    """

    def __init__(
        self,
        address: str = DEFAULT_ADDRESS,
        *,
        tap: Callable[[ControlMessage], None] | None = None,
        high_water: int = HIGH_WATER,
        key: ClientKey | None = None,
    ) -> None:
        """A publisher that connects in the background.

        Args:
            address: of the runtime's control port, such as tcp://127.0.0.1:5570.
            tap: is called with every message too, whether a runtime takes it or not; must not block.
            high_water: how many messages may be queued for a busy runtime.
            key: the CURVE keys, which a runtime requires that is bound to other addresses than loopback.

        Raises:
            BridgeError: ZeroMQ cannot connect to the address.
        """
        self.address = self._wanted = address
        self._tap = tap
        self.sent = 0
        self._waiting: dict[tuple[str, str, str], ControlMessage] = {}
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.PUSH)
        self._socket.set(zmq.IPV6, int("[" in address))
        self._socket.set(zmq.SNDHWM, high_water)
        self._socket.set(zmq.IMMEDIATE, 1)
        self._socket.set(zmq.LINGER, LINGER_MS)
        self._socket.set(zmq.RECONNECT_IVL, 100)
        self._socket.set(zmq.RECONNECT_IVL_MAX, 1000)
        if key is not None:
            self._socket.curve_secretkey, self._socket.curve_publickey, self._socket.curve_serverkey = (
                key.options()
            )
        try:
            self._socket.connect(address)
        except zmq.ZMQError as error:
            self._context.destroy(linger=0)
            raise BridgeError(
                f"{address!r} is not a valid address ({error}); expected one such as {DEFAULT_ADDRESS}"
            ) from error

    def move(self, address: str) -> None:
        """Send to another runtime, with the same key, from the next message on. Any thread may call it."""
        self._wanted = address

    def send(self, messages: Iterable[ControlMessage]) -> bool:
        """Send messages; False if no runtime took them. The newest of each layer are sent again by the next call."""
        if self._wanted != self.address:
            self._reconnect()
        if self._tap is not None:
            messages = list(messages)
            for message in messages:
                self._tap(message)
        if self._waiting:
            for message in messages:
                self._waiting[_key(message)] = message
            messages, self._waiting = list(self._waiting.values()), {}
        is_taken = True
        for message in messages:
            if is_taken:
                try:
                    self._socket.send(encode(message), zmq.DONTWAIT)
                except zmq.Again:
                    is_taken = False
                else:
                    self.sent += 1
                    continue
            self._waiting[_key(message)] = message
        return is_taken

    def send_sound(self, message: SoundMessage) -> bool:
        """Send sound; False if no runtime took it, and it is dropped."""
        if self._wanted != self.address:
            self._reconnect()
        try:
            self._socket.send(encode_voice(message), zmq.DONTWAIT)
        except zmq.Again:
            return False
        return True

    def _reconnect(self) -> None:
        """Connect where `move` said; messages that the runtime before has not taken yet are sent there."""
        before, wanted = self.address, self._wanted
        self._socket.set(zmq.IPV6, int("[" in wanted))
        try:
            self._socket.connect(wanted)
        except zmq.ZMQError as error:  # it was told by another machine: the face stays where it is reached
            logger.warning("a face is said to be at %.80r, which is no address: %s", wanted, error)
            self.move(before)
            return
        self.address = wanted
        self._socket.disconnect(before)

    def wait(self, timeout_s: float) -> bool:
        """Wait until a runtime is connected, at most `timeout_s`; return whether one is."""
        return bool(self._socket.poll(round(timeout_s * 1000), zmq.POLLOUT))

    def forget(self, source: str = "") -> None:
        """Drop the unsent messages of a source, or ("") of all: a lost face must not move the avatar later."""
        self._waiting = {key: m for key, m in self._waiting.items() if source not in ("", m.source)}

    def close(self) -> None:
        """Send the last messages, at most LINGER_MS long, and close the socket; may be called twice."""
        if not self._context.closed:
            self._context.destroy(linger=LINGER_MS)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _key(message: ControlMessage) -> tuple[str, str, str]:
    return message.layer, message.source, message.mode
