"""The messages of a voice, from bytes that another library packs."""

from __future__ import annotations

import msgpack
import pytest

from protocol.errors import CodecError
from protocol.sound_messages import MAX_VOICE_BYTES, MarksMessage, SoundMessage, decode_voice, encode_voice

SOUND = {"type": "sound", "rate": 16000, "samples": b"\x01\x00\xff\x7f"}
MARKS = {"type": "marks", "kind": "oculus", "times_s": [0.0, 0.1], "names": ["PP", "aa"]}


def test_the_shortest_messages_have_the_documented_defaults() -> None:
    assert decode_voice(msgpack.packb(SOUND)) == SoundMessage(
        rate=16000, samples=b"\x01\x00\xff\x7f", channels=1, format="s16le", stream="", time_s=None, play_time_ns=0,
        interrupts=False,
    )  # fmt: skip
    assert decode_voice(msgpack.packb(MARKS)) == MarksMessage(
        kind="oculus",
        times_s=[0.0, 0.1],
        names=["PP", "aa"],
        end_s=None,
        stream="",
        is_alone=False,
        play_time_ns=0,
    )


def test_what_we_encode_is_a_plain_map_that_others_read() -> None:
    data = encode_voice(SoundMessage(rate=8000, samples=b"", stream="npc", interrupts=True))
    assert msgpack.unpackb(data) == {
        "type": "sound", "rate": 8000, "samples": b"", "stream": "npc", "interrupts": True,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (SOUND | {"type": "music"}, "music"),
        (SOUND | {"rate": "fast"}, "rate: got text, expected a whole number"),
        ({"type": "sound", "rate": 8000}, "samples"),
        (SOUND | {"rate": 7999}, "rate 7999, expected 8000 to 192000"),
        (SOUND | {"channels": 0}, "0 channels, expected 1 to 8"),
        (SOUND | {"channels": 3}, "4 bytes of samples, expected a multiple of 6"),
        (SOUND | {"format": "s24le"}, "s24le"),
        (SOUND | {"time_s": float("nan")}, "time_s nan"),
        (SOUND | {"time_s": -1.0}, "time_s -1"),
        (SOUND | {"stream": "x" * 65}, "stream of 65 characters"),
        (SOUND | {"play_time_ns": -1}, "play_time_ns -1"),
        (MARKS | {"kind": "mime"}, "mime"),
        (MARKS | {"names": ["PP"]}, "2 times and 1 names"),
        (MARKS | {"times_s": [], "names": []}, "0 times"),
        (MARKS | {"times_s": [0.2, 0.1]}, "time 0.1 after 0.2"),
        (MARKS | {"times_s": [0.0, float("inf")]}, "time inf"),
        (MARKS | {"end_s": 0.05}, "end_s 0.05"),
        (MARKS | {"names": ["PP", "a" * 33]}, "a name of 33 characters"),
    ],
)
def test_what_has_no_meaning_is_refused_in_words(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(CodecError) as refused:
        decode_voice(msgpack.packb(wrong))
    assert said in str(refused.value)


def test_bytes_that_are_no_message_are_refused() -> None:
    for data in (b"", b"\xc1", b"GET / HTTP/1.1\r\n", b"\x00" * (MAX_VOICE_BYTES + 1), b"\x91" * 100_000):
        with pytest.raises(CodecError):
            decode_voice(data)
