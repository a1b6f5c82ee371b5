"""ZeroMqInlet: a PULL socket to which other programs push sound and marks; ZeroMQ reconnects by itself.

inlet = ZeroMqInlet(listen_place("tcp://127.0.0.1:5580"))
while (data := inlet.receive()) is not None:
    messages = inlet.decode(data)
"""

from __future__ import annotations

from typing import Final

import zmq

from bridge.errors import SoundError
from bridge.voice.listen_address import ListenPlace
from protocol.sound_messages import MAX_VOICE_BYTES, MarksMessage, SoundMessage, decode_voice

#: Messages that wait in ZeroMQ.
_HIGH_WATER: Final = 1000


class ZeroMqInlet:
    """Belongs to one thread. A `bridge.voice.sound_port.Inlet`."""

    def __init__(self, place: ListenPlace) -> None:
        """Listen.

        Raises:
            SoundError: the address is in use.
        """
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.PULL)
        self._socket.setsockopt(zmq.RCVHWM, _HIGH_WATER)
        self._socket.setsockopt(zmq.MAXMSGSIZE, MAX_VOICE_BYTES)
        self._socket.setsockopt(zmq.IPV6, int(":" in place.host))
        try:
            self._socket.bind(place.zeromq)
        except zmq.ZMQError as error:
            self.close()
            raise SoundError(
                f"{place.zeromq} cannot be listened on ({error.strerror}); choose another port"
            ) from error
        self.address = self._socket.getsockopt_string(zmq.LAST_ENDPOINT).rstrip("\0")

    def receive(self) -> bytes | None:
        """See `Inlet`."""
        try:
            return self._socket.recv(zmq.NOBLOCK)
        except zmq.Again:
            return None

    def decode(self, data: bytes) -> list[SoundMessage | MarksMessage]:
        """See `Inlet`."""
        return [decode_voice(data)]

    def close(self) -> None:
        """See `Inlet`."""
        self._socket.close(linger=0)
        self._context.term()
