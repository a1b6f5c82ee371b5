"""OscInlet: sound as OSC over UDP, for programs that speak nothing else: `/omote/audio`.

    /omote/audio 24000 <blob>                     samples of 16 bits, one channel
    /omote/audio 24000 <blob> 1.25                the same, at this time of the stream
    /omote/audio 24000 <blob> 1.25 hello          of the stream with this name

A datagram may be lost or overtake another: with times, a lost piece becomes silence of its length.
"""

from __future__ import annotations

import socket

from bridge.errors import SoundError
from bridge.voice.listen_address import ListenPlace
from protocol.errors import OscError
from protocol.osc.parse import MAX_DATAGRAM_BYTES, OscArgument, parse_osc
from protocol.sound_messages import MarksMessage, SoundMessage, checked_sound

ADDRESS = "/omote/audio"


class OscInlet:
    """Belongs to one thread. A `bridge.voice.sound_port.Inlet`."""

    def __init__(self, place: ListenPlace) -> None:
        """Listen.

        Raises:
            SoundError: the port is in use.
        """
        self._socket = socket.socket(
            socket.AF_INET6 if ":" in place.host else socket.AF_INET, socket.SOCK_DGRAM
        )
        self._socket.setblocking(False)
        try:
            self._socket.bind((place.host, place.port))
        except OSError as error:
            self._socket.close()
            raise SoundError(
                f"osc://{place.host}:{place.port} cannot be listened on ({error.strerror}); choose another port"
            ) from error
        host = f"[{place.host}]" if ":" in place.host else place.host
        self.address = f"osc://{host}:{self._socket.getsockname()[1]}"

    def receive(self) -> bytes | None:
        """See `Inlet`."""
        try:
            return self._socket.recv(MAX_DATAGRAM_BYTES)
        except BlockingIOError:
            return None
        except ConnectionError:  # Windows reports a refused answer that was never sent
            return b""

    def decode(self, data: bytes) -> list[SoundMessage | MarksMessage]:
        """See `Inlet`."""
        return [sound_of_osc(address, arguments) for address, arguments in parse_osc(data)]

    def close(self) -> None:
        """See `Inlet`."""
        self._socket.close()


def sound_of_osc(address: str, arguments: tuple[OscArgument, ...]) -> SoundMessage:
    """The sound of one OSC message.

    Raises:
        OscError: it is another message. CodecError: its values have no meaning.
    """
    if address != ADDRESS:
        raise OscError("unknown address", f"got {address[:80]!r}, expected {ADDRESS}")
    rate, samples, time_s, stream = (*arguments, None, None, None, None)[:4]
    is_known = isinstance(rate, int) and not isinstance(rate, bool) and isinstance(samples, bytes)
    is_timed = time_s is None or (isinstance(time_s, (int, float)) and not isinstance(time_s, bool))
    if not is_known or not is_timed or not (stream is None or isinstance(stream, str)) or len(arguments) > 4:
        kinds = " ".join(type(one).__name__ for one in arguments)
        raise OscError(
            "wrong arguments", f"got {kinds or 'none'}, expected int blob, perhaps float, perhaps string"
        )
    assert isinstance(rate, int)
    assert isinstance(samples, bytes)
    return checked_sound(
        SoundMessage(
            rate=rate,
            samples=samples,
            time_s=None if time_s is None else float(time_s),
            stream=stream if isinstance(stream, str) else "",
        )
    )
