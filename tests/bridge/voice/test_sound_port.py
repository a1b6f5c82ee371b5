"""A real PUSH socket on the other side; messages are packed by another library than ours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgpack
import numpy as np
import pytest
import zmq

from bridge.devices.log_mel import RATE
from bridge.errors import SoundError
from bridge.voice.sound_port import SoundPort
from tests.waiting import until

UNIX_NS = 10**18


class Speaker:
    """Another program, and the port that hears it at times that the test chooses."""

    def __init__(self, port: SoundPort, socket: zmq.Socket[bytes]) -> None:
        self.port, self.socket = port, socket
        self.now_s = 0.0
        self.sent = 0
        self.port.read(0.0, UNIX_NS)

    def say(self, **message: Any) -> None:
        self.socket.send(msgpack.packb(message))
        self.sent += 1

    def sound(self, samples: np.ndarray, rate: int = RATE, **fields: Any) -> None:
        pcm = (samples * 32767).astype("<i2").tobytes()
        self.say(type="sound", rate=rate, samples=pcm, **fields)

    def arrived(self) -> None:
        """Wait until all messages were taken; no time passes for the port."""

        def taken() -> bool:
            self.port.read(self.now_s, UNIX_NS + round(self.now_s * 1e9))
            return self.port.taken >= self.sent

        until(taken)

    def heard(self, seconds: float) -> np.ndarray:
        """What is read in the next seconds, sixty times a second."""
        made = []
        for _ in range(round(seconds * 60)):
            self.now_s += 1 / 60
            made.append(self.port.read(self.now_s, UNIX_NS + round(self.now_s * 1e9)))
        return np.concatenate(made)


@pytest.fixture
def speaker() -> Iterator[Speaker]:
    with (
        SoundPort("tcp://127.0.0.1:0") as port,
        zmq.Context() as context,
        context.socket(zmq.PUSH) as socket,
    ):
        socket.linger = 0
        socket.connect(port.address)
        yield Speaker(port, socket)


def tone(seconds: float, rate: int = RATE, hertz: float = 300.0) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)


def test_sound_of_any_rate_is_heard_as_it_was_sent(speaker: Speaker) -> None:
    speaker.sound(tone(0.5, 44100), 44100)
    speaker.arrived()
    made = speaker.heard(1.0)
    heard = np.flatnonzero(np.abs(made) > 1e-3)
    assert heard[-1] - heard[0] == pytest.approx(0.5 * RATE, abs=80)
    middle = made[heard[0] : heard[0] + RATE // 2]
    expected = tone(0.5)
    assert np.abs(middle[200:-400] - expected[200 : len(middle) - 400]).max() < 0.02
    assert not made[heard[-1] + 1 :].any()  # and then silence


def test_a_missing_piece_is_silence_and_the_rest_is_in_its_place(speaker: Speaker) -> None:
    for number in (0, 1, 3):
        speaker.sound(np.full(480, 0.1 * (number + 1)), time_s=number * 0.02)
    speaker.arrived()
    made = speaker.heard(0.5)
    begin = int(np.flatnonzero(made)[0])
    levels = [made[begin + 480 * number + 240] for number in range(4)]
    assert levels == pytest.approx([0.1, 0.2, 0.0, 0.4], abs=0.001)
    assert "0.02 s lost" in speaker.port.name


def test_a_new_stream_is_heard_at_once_and_the_old_one_no_more(speaker: Speaker) -> None:
    speaker.sound(np.full(RATE * 5, 0.1), stream="first")
    speaker.arrived()
    speaker.heard(0.2)
    speaker.sound(np.full(RATE, 0.4), stream="second")
    speaker.sound(np.full(RATE, 0.1), stream="first")
    speaker.arrived()
    made = speaker.heard(2.0)
    assert set(np.round(made, 2).tolist()) == {0.0, np.float32(0.4)} | {0.0}
    assert "1 messages refused" in speaker.port.name
    speaker.sound(np.full(RATE, 0.1), stream="first")  # the second one has ended
    speaker.arrived()
    assert 0.1 in np.round(speaker.heard(0.5), 2)


def test_an_interruption_is_silence_from_then_on(speaker: Speaker) -> None:
    speaker.sound(np.full(RATE * 5, 0.3))
    speaker.arrived()
    assert speaker.heard(0.3)[-1] > 0.2
    speaker.sound(np.zeros(0), interrupts=True)
    speaker.arrived()
    assert not speaker.heard(1.0).any()


def test_sound_that_says_when_it_is_heard_is_read_then_and_the_mouths_lateness_before(
    speaker: Speaker,
) -> None:
    speaker.port.lead_s = 0.1
    speaker.sound(np.full(RATE, 0.3), play_time_ns=UNIX_NS + 500_000_000)
    speaker.arrived()
    first = int(np.flatnonzero(speaker.heard(1.0))[0])
    assert first / RATE == pytest.approx(0.4, abs=0.002)


@pytest.mark.parametrize("play_time_ns", [UNIX_NS // 10**6, UNIX_NS * 9])  # milliseconds; the year 2255
def test_a_time_of_playing_in_another_unit_is_refused_in_words_and_stops_nothing(
    speaker: Speaker, play_time_ns: int
) -> None:
    speaker.sound(np.full(RATE, 0.3), stream="first")
    speaker.arrived()
    assert speaker.heard(0.3).any()
    speaker.sound(np.full(RATE, 0.6), stream="second", play_time_ns=play_time_ns)
    speaker.arrived()
    assert "expected Unix nanoseconds at most 120 s from now" in speaker.port.name
    assert speaker.heard(0.3) == pytest.approx(0.3, abs=0.001)  # the first one goes on
    speaker.sound(np.full(RATE, 0.6), stream="second")
    speaker.arrived()
    assert 0.6 in np.round(speaker.heard(0.5), 2)


def test_a_sender_may_go_and_another_come(speaker: Speaker) -> None:
    speaker.sound(np.full(2400, 0.2))
    speaker.arrived()
    assert speaker.heard(0.5).any()
    speaker.socket.disconnect(speaker.port.address)
    with zmq.Context() as context, context.socket(zmq.PUSH) as other:
        other.linger = 0
        other.connect(speaker.port.address)
        speaker.socket = other
        speaker.sound(np.full(2400, 0.6), rate=48000)
        speaker.arrived()
        assert speaker.heard(0.5).max() == pytest.approx(0.6, abs=0.08)


def test_what_is_no_message_is_counted_and_the_next_one_is_heard(speaker: Speaker) -> None:
    speaker.socket.send(b"\xc1 nonsense")
    speaker.sent += 1
    speaker.say(type="sound", rate=1, samples=b"")
    speaker.say(type="marks", kind="azure", times_s=[0.0], names=["99"])
    speaker.sound(np.full(2400, 0.5))
    speaker.arrived()
    assert speaker.heard(0.5).any()
    assert "3 messages refused, the last one: unknown name: azure has no '99'" in speaker.port.name


def test_marks_count_from_the_beginning_of_their_stream(speaker: Speaker) -> None:
    names = ["PP", "aa", "sil"]
    speaker.say(type="marks", kind="oculus", stream="s", times_s=[0.0, 0.2, 0.6], names=names, end_s=0.7)
    speaker.sound(np.full(RATE, 0.3), stream="s")
    speaker.arrived()
    track = speaker.port.track
    speaker.heard(0.06 + 0.1)
    assert track.name_at(speaker.port.time_s) == "PP"
    speaker.heard(0.2)
    assert track.name_at(speaker.port.time_s) == "aa"
    assert speaker.port.time_s == pytest.approx(0.3, abs=0.02)


def test_marks_alone_let_time_go_on_without_sound(speaker: Speaker) -> None:
    speaker.say(type="marks", kind="oculus", times_s=[0.0, 0.5], names=["PP", "ou"], end_s=1.0, is_alone=True)
    speaker.arrived()
    assert not speaker.heard(0.06 + 0.7).any()
    assert speaker.port.time_s == pytest.approx(0.7, abs=0.02)
    assert speaker.port.track.name_at(speaker.port.time_s) == "ou"


def test_a_port_that_is_in_use_is_an_error_in_words() -> None:
    with SoundPort("tcp://127.0.0.1:0") as port, pytest.raises(SoundError, match="choose another port"):
        SoundPort(port.address)
