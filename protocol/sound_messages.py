"""Messages of a voice: SoundMessage (PCM) and MarksMessage (visemes or phonemes with their times).

`omote-bridge voice --listen` receives both, and the runtime sound for the outputs that carry it. docs/protocol.md describes
them for other programs.

    decode_voice(data)       # -> SoundMessage or MarksMessage
"""

from __future__ import annotations

from math import isfinite
from typing import Final, Literal, get_args

import msgspec

from protocol.decode_errors import explain
from protocol.errors import CodecError

#: Largest message: 5 s of stereo at 48 kHz in 16 bits, and more than a sentence of marks.
MAX_VOICE_BYTES: Final = 1024 * 1024
MAX_STREAM: Final = 64
LOWEST_RATE: Final = 8000
HIGHEST_RATE: Final = 192_000
MAX_CHANNELS: Final = 8
MAX_MARKS: Final = 10_000
MAX_NAME: Final = 32
#: Longest time of a stream, seconds: a day.
MAX_TIME_S: Final = 86_400.0
_MAX_NS: Final = 2**63 - 1

SampleFormat = Literal["s16le", "f32le"]
SAMPLE_BYTES: Final[dict[SampleFormat, int]] = {"s16le": 2, "f32le": 4}
#: Whose names of sounds a MarksMessage has; `bridge.voice.mark_names` says what they are.
MarkKind = Literal["oculus", "azure", "rhubarb", "polly", "ipa", "letters"]
MARK_KINDS: Final[tuple[MarkKind, ...]] = get_args(MarkKind)


class SoundMessage(msgspec.Struct, frozen=True, tag="sound", kw_only=True, omit_defaults=True):
    """A piece of sound.

    Attributes:
        rate: samples a second of each channel.
        samples: interleaved; may be empty.
        channels, format: of the samples.
        stream: names what is said, such as one utterance; another name begins a new stream.
        time_s: place of the first sample in its stream, seconds from the stream's beginning; None = it follows directly.
        play_time_ns: when the first sample is heard, Unix nanoseconds; 0 = now.
        interrupts: what was sent before and is not heard yet is dropped.
    """

    rate: int
    samples: bytes
    channels: int = 1
    format: SampleFormat = "s16le"
    stream: str = ""
    time_s: float | None = None
    play_time_ns: int = 0
    interrupts: bool = False


class MarksMessage(msgspec.Struct, frozen=True, tag="marks", kw_only=True, omit_defaults=True):
    """The sounds of speech with their times.

    Attributes:
        kind: whose names they are.
        times_s: begin of each, seconds from the stream's beginning, rising; each lasts until the next.
        names: of the sounds, as many as times.
        end_s: end of the last one; None = as long as a sound is.
        stream: as in SoundMessage.
        is_alone: no sound of this stream is sent, so its time begins with this message.
        play_time_ns: when the stream's beginning is heard, if it is alone; 0 = now.
    """

    kind: MarkKind
    times_s: list[float]
    names: list[str]
    end_s: float | None = None
    stream: str = ""
    is_alone: bool = False
    play_time_ns: int = 0


class _Typed(msgspec.Struct):
    type: str


_TYPE: Final = msgspec.msgpack.Decoder(_Typed)
_DECODER: Final = msgspec.msgpack.Decoder(SoundMessage | MarksMessage)
_ENCODER: Final = msgspec.msgpack.Encoder()
_CHOICES: Final = {"type": ("sound", "marks"), "format": tuple(SAMPLE_BYTES), "kind": MARK_KINDS}


def encode_voice(message: SoundMessage | MarksMessage) -> bytes:
    """Encode a message as one MessagePack map."""
    return _ENCODER.encode(message)


def is_of_voice(data: bytes) -> bool:
    """Whether this is one of these messages, by its type alone."""
    try:
        return _TYPE.decode(data).type in _CHOICES["type"]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False


def decode_voice(data: bytes) -> SoundMessage | MarksMessage:
    """Decode and check a message.

    Raises:
        CodecError: too large, not MessagePack, neither of both, or with values that have no meaning.
    """
    if len(data) > MAX_VOICE_BYTES:
        raise CodecError("too large", f"got {len(data)} bytes, expected at most {MAX_VOICE_BYTES}")
    try:
        message: SoundMessage | MarksMessage = _DECODER.decode(data)
    except msgspec.ValidationError as error:
        raise CodecError("wrong type or missing field", explain(error, _CHOICES)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise CodecError("not MessagePack", explain(error)) from error
    _refuse(message, _wrong_sound(message) if isinstance(message, SoundMessage) else wrong_marks(message))
    return message


def checked_sound(message: SoundMessage) -> SoundMessage:
    """The same message.

    Raises:
        CodecError: its values have no meaning.
    """
    _refuse(message, _wrong_sound(message))
    return message


def _refuse(message: SoundMessage | MarksMessage, wrong: str) -> None:
    """Raise if values are wrong, those in `wrong` or those that both kinds have."""
    if not wrong and len(message.stream) > MAX_STREAM:
        wrong = f"stream of {len(message.stream)} characters, expected at most {MAX_STREAM}"
    if not wrong and not 0 <= message.play_time_ns <= _MAX_NS:
        wrong = f"play_time_ns {message.play_time_ns}, expected 0 to 2^63 - 1"
    if wrong:
        raise CodecError("out of range", wrong)


def _wrong_sound(message: SoundMessage) -> str:
    """What is wrong with its values; "" = nothing."""
    if not LOWEST_RATE <= message.rate <= HIGHEST_RATE:
        return f"rate {message.rate}, expected {LOWEST_RATE} to {HIGHEST_RATE} samples a second"
    if not 1 <= message.channels <= MAX_CHANNELS:
        return f"{message.channels} channels, expected 1 to {MAX_CHANNELS}"
    whole = SAMPLE_BYTES[message.format] * message.channels
    if len(message.samples) % whole:
        return (
            f"{len(message.samples)} bytes of samples, expected a multiple of {whole}: {message.format} of "
            f"{message.channels} channels"
        )
    if message.time_s is not None and not 0.0 <= message.time_s <= MAX_TIME_S:
        return f"time_s {message.time_s:g}, expected 0 to {MAX_TIME_S:g} seconds"
    return ""


def wrong_marks(message: MarksMessage) -> str:
    """What is wrong with the values of marks; "" = nothing."""
    times_s = message.times_s
    if not 1 <= len(times_s) <= MAX_MARKS or len(times_s) != len(message.names):
        return (
            f"{len(times_s)} times and {len(message.names)} names, expected as many of both, 1 to {MAX_MARKS}"
        )
    last_s = 0.0
    for time_s in times_s:
        if not (isfinite(time_s) and last_s <= time_s <= MAX_TIME_S):
            return f"time {time_s:g} after {last_s:g}, expected rising times of 0 to {MAX_TIME_S:g} seconds"
        last_s = time_s
    if message.end_s is not None and not last_s <= message.end_s <= MAX_TIME_S:
        return f"end_s {message.end_s:g}, expected {last_s:g}, the last time, to {MAX_TIME_S:g} seconds"
    longest = max(len(name) for name in message.names)
    return f"a name of {longest} characters, expected at most {MAX_NAME}" if longest > MAX_NAME else ""
