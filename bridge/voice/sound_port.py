"""SoundPort: sound and marks that another program sends over ZeroMQ, as a `bridge.devices.sound.Sound`.

    with SoundPort("tcp://127.0.0.1:5580") as port:
        port.address                        # where it listens
        port.read(now_s, now_ns)            # what is due, 24,000 samples a second

Senders connect a PUSH socket; docs/protocol.md describes their messages. They may go and come back at any time. One stream
is heard at a time: the one that began last.
"""

from __future__ import annotations

import ipaddress
from typing import Final, Self
from urllib.parse import urlsplit

import numpy as np
import zmq
from numpy.typing import NDArray

from bridge.devices.log_mel import RATE
from bridge.devices.stream_resampler import StreamResampler
from bridge.errors import SoundError
from bridge.voice.jitter_buffer import DELAY_S, JitterBuffer
from bridge.voice.mark_names import phones_of
from bridge.voice.mark_track import MarkTrack
from bridge.voice.pcm import mono_of
from protocol.errors import CodecError
from protocol.sound_messages import MAX_VOICE_BYTES, MarksMessage, SoundMessage, decode_voice

PORT: Final = 5580
#: Messages that wait in ZeroMQ, and that are taken at once.
_HIGH_WATER: Final = 1000
_AT_ONCE: Final = 128
#: Messages of streams that began before the present one are refused; so many of their names are known.
_PAST: Final = 32
#: A piece this far from where it was expected is no rounding of the sender's.
_SEAM_S: Final = 0.002


class SoundPort:
    """Belongs to one thread. A `bridge.devices.sound.Sound`.

    Attributes:
        address: where it listens, with the port that was taken.
        track: the marks of the present stream.
        lead_s: sound whose time of playing is known is read this long before: the latency of the mouth.
    """

    rate = RATE

    def __init__(self, address: str, *, delay_s: float = DELAY_S) -> None:
        """Listen.

        Args:
            address: tcp:// on this machine, port 0 = a free one; or ipc:// and a path.
            delay_s: how long sound waits, so that the next piece may come late.

        Raises:
            SoundError: the address is none, of another machine, or in use.
        """
        self.track = MarkTrack()
        self.lead_s = 0.0
        self._buffer = JitterBuffer(RATE, delay_s=delay_s)
        self._resampler: StreamResampler | None = None
        self._rate = 0
        self._expected_s = 0.0
        self._stream: str | None = None
        self._past: list[str] = []
        self._received = self._refused = 0
        self._why = ""
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.PULL)
        self._socket.setsockopt(zmq.RCVHWM, _HIGH_WATER)
        self._socket.setsockopt(zmq.MAXMSGSIZE, MAX_VOICE_BYTES)
        self._socket.setsockopt(zmq.IPV6, int("[" in address))
        try:
            self._socket.bind(checked_address(address))
        except zmq.ZMQError as error:
            self.close()
            raise SoundError(
                f"{address} cannot be listened on ({error.strerror}); choose another port"
            ) from error
        except SoundError:
            self.close()
            raise
        self.address = self._socket.getsockopt_string(zmq.LAST_ENDPOINT).rstrip("\0")

    @property
    def name(self) -> str:
        """Where it listens and what has come, for people."""
        buffer = self._buffer
        parts = [f"sound at {self.address}"]
        if self._rate:
            parts.append(f"{self._stream or 'a stream'} of {self._rate} Hz")
        if buffer.late or buffer.lost_s > 0.0:
            parts.append(f"{buffer.late} times late, {buffer.lost_s:.2f} s lost")
        if self._refused + buffer.refused:
            parts.append(f"{self._refused + buffer.refused} messages refused{self._why}")
        return ", ".join(parts)

    @property
    def taken(self) -> int:
        """Messages so far, with those that were refused."""
        return self._received + self._refused

    @property
    def time_s(self) -> float:
        """Place in the stream where the newest sample that was read ends; nan = there is no stream."""
        return self._buffer.time_s if self._stream is not None else float("nan")

    def read(self, now_s: float, now_ns: int = 0) -> NDArray[np.float32]:
        """See `Sound`; silence where nothing comes."""
        for _ in range(_AT_ONCE):
            try:
                data = self._socket.recv(zmq.NOBLOCK)
            except zmq.Again:
                break
            self._take(data, now_s, now_ns)
        return self._buffer.read(now_s)

    def close(self) -> None:
        """See `Sound`."""
        self._socket.close(linger=0)
        self._context.term()

    def __enter__(self) -> Self:
        """It listens already."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def _take(self, data: bytes, now_s: float, now_ns: int) -> None:
        """One message."""
        try:
            message = decode_voice(data)
            if message.stream in self._past and self._buffer.is_playing:
                raise CodecError("old stream", f"{message.stream!r} was followed by another")
            if isinstance(message, SoundMessage):
                self._take_sound(message, now_s, now_ns)
            else:
                self._take_marks(message, now_s, now_ns)
        except CodecError as error:
            self._refused += 1
            self._why = f", the last one: {error}"
        else:
            self._received += 1

    def _take_sound(self, message: SoundMessage, now_s: float, now_ns: int) -> None:
        self._follow(message.stream)
        if message.interrupts:
            self._begin()
        if not message.samples:
            return
        samples = mono_of(message)
        at_s = message.time_s
        is_seam = at_s is not None and abs(at_s - self._expected_s) > _SEAM_S
        if self._resampler is None or message.rate != self._rate or is_seam:
            self._resampler, self._rate = StreamResampler(message.rate, RATE), message.rate
            at_s = self._expected_s if at_s is None else at_s
            placed_s: float | None = at_s
        else:
            at_s, placed_s = self._expected_s, None
        self._expected_s = at_s + len(samples) / message.rate
        heard_s = self._clock_s(message.play_time_ns, now_s, now_ns)
        self._buffer.put(self._resampler(samples), now_s=now_s, at_s=placed_s, heard_s=heard_s)

    def _take_marks(self, message: MarksMessage, now_s: float, now_ns: int) -> None:
        phones = phones_of(message)
        self._follow(message.stream)
        self.track.add(phones)
        if message.is_alone:
            heard_s = self._clock_s(message.play_time_ns, now_s, now_ns)
            self._buffer.extend(self.track.end_s, now_s=now_s, heard_s=heard_s)

    def _follow(self, stream: str) -> None:
        """Begin another stream, if it is one."""
        if stream == self._stream:
            return
        past = self._past if self._stream is None else [*self._past[-_PAST + 1 :], self._stream]
        self._past = [one for one in past if one != stream]
        self._stream = stream
        self._begin()

    def _begin(self) -> None:
        """Drop what waits; the stream's time is 0."""
        self._buffer.begin()
        self.track.clear()
        self._resampler = None
        self._expected_s = 0.0

    def _clock_s(self, unix_ns: int, now_s: float, now_ns: int) -> float | None:
        """When to read what is heard at a Unix time, by the clock of `now_s`; None = as soon as possible."""
        if not unix_ns:
            return None
        return now_s + (unix_ns - now_ns) / 1e9 - self.lead_s


def checked_address(address: str) -> str:
    """An address as ZeroMQ binds it.

    Raises:
        SoundError: it is none, or can be reached from other machines.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise SoundError(f"--listen {address!r} is no address ({error}); {_EXPECTED}") from error
    if parts.scheme == "ipc" and (parts.netloc or parts.path):
        return address
    if parts.scheme != "tcp" or not host or port is None:
        raise SoundError(f"--listen {address!r}; {_EXPECTED}")
    host = "127.0.0.1" if host == "localhost" else host
    try:
        is_here = ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_here = False
    if not is_here:
        raise SoundError(
            f"--listen {address!r} would let every machine that reaches it speak; {_EXPECTED}. From another machine "
            f"tunnel to it: ssh -L {port}:127.0.0.1:{port} HERE"
        )
    return f"tcp://[{host}]:{port}" if ":" in host else f"tcp://{host}:{port}"


_EXPECTED: Final = f"expected an address of this machine such as tcp://127.0.0.1:{PORT}, or ipc:// and a path"
