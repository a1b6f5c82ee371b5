from __future__ import annotations

import numpy as np
import pytest

from protocol.sound_messages import SoundMessage
from runtime.intake.waiting_sound import (
    AHEAD_NS,
    LATE_NS,
    MOST_BYTES,
    MOST_PIECES,
    SoundPiece,
    WaitingSound,
)

RATE = 16000
NOW = 10**18
S = 10**9


def pcm(first: int, count: int) -> bytes:
    """Samples that count upwards, so that each one tells its place."""
    return np.arange(first, first + count, dtype="<i2").tobytes()


def message(first: int, count: int, **fields: object) -> SoundMessage:
    return SoundMessage(rate=RATE, samples=pcm(first, count), **fields)


def places(piece: SoundPiece | None) -> list[int]:
    return [] if piece is None else [int(value) for value in np.round(piece.samples * 32768)]


def test_each_frame_takes_the_samples_up_to_its_own_time_and_none_twice() -> None:
    sound = WaitingSound()
    assert sound.offer(message(0, RATE, play_time_ns=NOW + S // 10), NOW) == ""
    taken: list[int] = []
    for frame in range(80):
        now_ns = NOW + frame * S // 60
        taken += places(sound.take(now_ns))
        heard_s = max(0.0, (now_ns - NOW) / S - 0.1)
        assert abs(len(taken) - min(heard_s, 1.0) * RATE) <= 1
    assert taken == list(range(RATE))


def test_pieces_that_name_no_time_follow_each_other_and_come_again_after_a_pause() -> None:
    sound = WaitingSound()
    for piece in range(3):  # sent at once, as a synthesizer does that is faster than its speech
        sound.offer(message(1600 * piece, 1600), NOW)
    assert places(sound.take(NOW + S // 20)) == list(range(800))
    assert places(sound.take(NOW + 4 * S // 10)) == list(range(800, 4800))
    sound.offer(message(0, 160), NOW + 2 * S)
    assert sound.take(NOW + 2 * S) is None
    assert len(places(sound.take(NOW + 2 * S + S // 10))) == 160


def test_what_nobody_takes_is_dropped_and_what_is_late_is_cut_off() -> None:
    sound = WaitingSound()
    sound.offer(message(0, RATE), NOW)
    assert places(sound.take(NOW + S))[0] == RATE * (S - LATE_NS) // S
    for second in range(2, 2000):  # half an hour without an output
        assert sound.offer(message(0, RATE), NOW + second * S) == ""
    assert len(places(sound.take(NOW + 2000 * S))) <= RATE


def test_another_stream_and_an_interruption_drop_what_is_not_heard_yet() -> None:
    for following in (message(7, 10, stream="b"), message(7, 10, interrupts=True)):
        sound = WaitingSound()
        sound.offer(message(0, RATE), NOW)
        sound.offer(following, NOW)
        assert places(sound.take(NOW + S // 10)) == list(range(7, 17))


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (message(0, 10, play_time_ns=NOW + AHEAD_NS + 1), "sound too far ahead"),
        (message(0, 10, play_time_ns=NOW - S), "sound too late"),
        (SoundMessage(rate=RATE, samples=bytes(MOST_BYTES + 2)), "too much sound"),
    ],
)
def test_what_is_refused_says_why(wrong: SoundMessage, reason: str) -> None:
    sound = WaitingSound()
    assert sound.offer(wrong, NOW) == reason
    assert sound.take(NOW + AHEAD_NS + S) is None


def test_another_rate_waits_for_the_next_call() -> None:
    sound = WaitingSound()
    sound.offer(message(0, 160), NOW)
    sound.offer(SoundMessage(rate=8000, samples=pcm(500, 80)), NOW)
    pieces = [sound.take(NOW + S // 10) for _ in range(3)]
    assert [places(piece) for piece in pieces] == [list(range(160)), list(range(500, 580)), []]
    assert [piece.rate for piece in pieces if piece is not None] == [RATE, 8000]


def test_a_piece_far_ahead_does_not_hold_up_those_that_are_heard_before_it() -> None:
    sound = WaitingSound()
    sound.offer(message(500, 160, play_time_ns=NOW + 100 * S), NOW)
    sound.offer(message(0, 160, play_time_ns=NOW + S), NOW)
    sound.offer(message(160, 160), NOW)  # follows the one that came before
    assert places(sound.take(NOW + S + S // 5)) == list(range(320))
    assert places(sound.take(NOW + 100 * S + S // 5)) == list(range(500, 660))


def test_pieces_whose_times_are_rough_stay_in_the_order_in_which_they_came() -> None:
    sound = WaitingSound()
    for number, rough_ns in enumerate((0, -4_000_000, 3_000_000, -9_000_000)):
        begin_ns = NOW + S + number * 5_000_000 + rough_ns
        sound.offer(message(80 * number, 80, play_time_ns=begin_ns), NOW)
    assert places(sound.take(NOW + S + S // 5)) == list(range(320))


@pytest.mark.parametrize("back_s", [1, 60, 3600])
@pytest.mark.parametrize("names_time", [False, True])
def test_what_is_sent_after_a_clock_was_set_back_is_heard(back_s: int, names_time: bool) -> None:
    sound = WaitingSound()
    heard = 0
    for frame in range(120):
        now_ns = NOW + frame * S // 60 - (back_s * S if frame >= 60 else 0)
        one = message(0, RATE // 60, play_time_ns=now_ns + S // 20 if names_time else 0)
        assert sound.offer(one, now_ns) == ""
        heard += len(places(sound.take(now_ns)))
    assert heard > 110 * (RATE // 60)


def test_no_more_than_so_many_pieces_wait_however_short_they_are() -> None:
    sound = WaitingSound()
    for _ in range(MOST_PIECES):
        assert sound.offer(message(0, 1, play_time_ns=NOW + 100 * S), NOW) == ""
    assert sound.offer(message(0, 1, play_time_ns=NOW + 100 * S), NOW) == "too much sound"


def test_of_two_streams_at_once_the_one_that_began_last_is_heard_until_it_ends() -> None:
    sound = WaitingSound()

    def offered(stream: str, value: int, now_ns: int) -> str:
        samples = np.full(RATE // 60, value, "<i2").tobytes()
        one = SoundMessage(rate=RATE, samples=samples, stream=stream, play_time_ns=now_ns + S // 40)
        return sound.offer(one, now_ns)

    heard, refusals = list[int](), list[int]()
    for frame in range(180):
        now_ns = NOW + frame * S // 60
        if refused := offered("voice", 1, now_ns):
            assert refused == "old stream"
            refusals.append(frame)
        if 59 <= frame < 120:
            assert offered("microphone", 2, now_ns) == ""
        heard += places(sound.take(now_ns))
    assert refusals == list(range(60, 137))  # until a quarter of a second after the other one's end
    changes = [value for value, before in zip(heard, [0, *heard], strict=False) if value != before]
    assert changes == [1, 2, 1]
    assert heard.count(1) > 90 * (RATE // 60)
    assert heard.count(2) > 55 * (RATE // 60)


def test_sound_that_is_refused_replaces_no_other_stream() -> None:
    """Of a machine whose clock is wrong."""
    sound = WaitingSound()
    sound.offer(message(0, 160, stream="a"), NOW)
    assert sound.offer(message(0, 160, stream="b", play_time_ns=NOW - 2 * S), NOW) == "sound too late"
    assert places(sound.take(NOW + S // 10)) == list(range(160))


def test_a_stream_without_a_name_may_follow_a_named_one() -> None:
    sound = WaitingSound()
    assert sound.offer(message(0, 160, stream="a"), NOW) == ""
    assert sound.offer(message(160, 160), NOW) == ""
    assert sound.offer(message(0, 160, stream="a"), NOW) == "old stream"
    assert places(sound.take(NOW + S // 10)) == list(range(160, 320))
