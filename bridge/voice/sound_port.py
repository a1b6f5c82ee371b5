"""SoundPort: sound and marks that another program sends over ZeroMQ or OSC, as a `bridge.devices.sound.Sound`.

    with SoundPort("tcp://127.0.0.1:5580") as port:
        port.address                        # where it listens
        port.read(now_s, now_ns)            # what is due, 24,000 samples a second

Senders connect a PUSH socket; docs/protocol.md describes their messages. They may go and come back at any time. One stream
is heard at a time: the one that began last.
"""

from __future__ import annotations

from typing import Final, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from bridge.devices.log_mel import RATE
from bridge.devices.stream_resampler import StreamResampler
from bridge.voice.jitter_buffer import DELAY_S, MOST_S, JitterBuffer
from bridge.voice.listen_address import listen_place
from bridge.voice.mark_names import phones_of
from bridge.voice.mark_track import MarkTrack
from bridge.voice.osc_inlet import OscInlet
from bridge.voice.zeromq_inlet import ZeroMqInlet
from protocol.errors import CodecError, ProtocolError
from protocol.sound_messages import MarksMessage, SoundMessage
from protocol.sound_samples import mono_of

#: Messages that are taken at once.
_AT_ONCE: Final = 128
#: Messages of streams that began before the present one are refused; so many of their names are known.
_PAST: Final = 32
#: A piece this far from where it was expected is no rounding of the sender's.
_SEAM_S: Final = 0.002


class Inlet(Protocol):
    """The contract of what messages come in by; one thread calls it, and no method waits.

    Attributes:
        address: where it listens, with the port that was taken.
    """

    address: str

    def receive(self) -> bytes | None:
        """The next message or datagram; None = none has come."""
        ...

    def decode(self, data: bytes) -> list[SoundMessage | MarksMessage]:
        """What is in it.

        Raises:
            ProtocolError: nothing that has a meaning.
        """
        ...

    def close(self) -> None:
        """Stop listening; may be called twice."""
        ...


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
            address: tcp:// or osc:// on this machine, port 0 = a free one; or ipc:// and a path.
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
        place = listen_place(address)
        self._inlet: Inlet = OscInlet(place) if place.scheme == "osc" else ZeroMqInlet(place)
        self.address = self._inlet.address

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
            data = self._inlet.receive()
            if data is None:
                break
            self._take(data, now_s, now_ns)
        return self._buffer.read(now_s)

    def close(self) -> None:
        """See `Sound`."""
        self._inlet.close()

    def __enter__(self) -> Self:
        """It listens already."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def _take(self, data: bytes, now_s: float, now_ns: int) -> None:
        """One message."""
        try:
            for message in self._inlet.decode(data):
                if message.stream in self._past and self._buffer.is_playing:
                    raise CodecError("old stream", f"{message.stream!r} was followed by another")
                if isinstance(message, SoundMessage):
                    self._take_sound(message, now_s, now_ns)
                else:
                    self._take_marks(message, now_s, now_ns)
        except ProtocolError as error:
            self._refused += 1
            self._why = f", the last one: {error}"
        else:
            self._received += 1

    def _take_sound(self, message: SoundMessage, now_s: float, now_ns: int) -> None:
        heard_s = self._clock_s(message.play_time_ns, now_s, now_ns)
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
        self._buffer.put(self._resampler(samples), now_s=now_s, at_s=placed_s, heard_s=heard_s)

    def _take_marks(self, message: MarksMessage, now_s: float, now_ns: int) -> None:
        phones = phones_of(message)
        heard_s = self._clock_s(message.play_time_ns, now_s, now_ns)
        self._follow(message.stream)
        self.track.add(phones)
        if message.is_alone:
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
        """When to read what is heard at a Unix time, by the clock of `now_s`; None = as soon as possible.

        Raises:
            CodecError: it is so far from now that it is of another unit or another clock, and would be silence for ever.
        """
        if not unix_ns:
            return None
        ahead_s = (unix_ns - now_ns) / 1e9
        if abs(ahead_s) > MOST_S:
            raise CodecError(
                "out of range",
                f"play_time_ns {unix_ns} is {ahead_s:+.3g} s from now, expected Unix nanoseconds at most {MOST_S:g} s from "
                "now",
            )
        return now_s + ahead_s - self.lead_s
