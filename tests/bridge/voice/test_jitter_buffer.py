"""A stream whose samples are their own numbers: what is read shows what was lost, repeated or moved."""

from __future__ import annotations

import numpy as np
import pytest

from bridge.voice.jitter_buffer import DELAY_S, MOST_S, JitterBuffer

RATE = 8000
STEP = 160  # 20 ms
POLL_S = 1 / 60


def numbers(begin: int, count: int) -> np.ndarray:
    """Sample n is n + 1; silence is 0."""
    return np.arange(begin + 1, begin + count + 1, dtype=np.float32)


def played(buffer: JitterBuffer, arrivals: list[tuple[float, int]], end_s: float) -> np.ndarray:
    """Pieces of STEP samples arrive at their times; everything is read sixty times a second until the end."""
    waiting = sorted(arrivals)
    made = [buffer.read(0.0)]
    for poll in range(1, round(end_s / POLL_S) + 1):
        now_s = poll * POLL_S
        while waiting and waiting[0][0] <= now_s:
            at_s, number = waiting.pop(0)
            buffer.put(numbers(number * STEP, STEP), now_s=at_s)
        made.append(buffer.read(now_s))
    return np.concatenate(made)


def test_nothing_comes_and_silence_goes_on_in_real_time() -> None:
    buffer = JitterBuffer(RATE)
    made = played(buffer, [], 2.0)
    assert len(made) == pytest.approx(2 * RATE, abs=1)
    assert not made.any()
    assert not buffer.is_playing


def test_pieces_that_come_unevenly_are_read_whole_and_in_order_after_the_delay() -> None:
    random = np.random.default_rng(1)
    late_s = random.uniform(0, 0.05, 100)
    late_s[0] = 0.0
    times_s = np.maximum.accumulate(1.0 + 0.02 * np.arange(100) + late_s)  # none overtakes another
    arrivals = [(float(time_s), number) for number, time_s in enumerate(times_s)]
    made = played(JitterBuffer(RATE), arrivals, 5.0)
    heard = np.flatnonzero(made)
    assert heard[0] == pytest.approx((1.0 + DELAY_S) * RATE, abs=2)
    assert made[heard].tolist() == numbers(0, 100 * STEP).tolist()
    assert len(heard) == heard[-1] - heard[0] + 1  # without a pause in it


@pytest.mark.parametrize("is_timed", [True, False])
def test_of_more_than_may_wait_the_beginning_is_heard_and_what_is_too_far_ahead_is_not(
    is_timed: bool,
) -> None:
    buffer, most = JitterBuffer(RATE), round(MOST_S)
    for second in range(most + 80):  # three minutes at once
        buffer.put(numbers(second * RATE, RATE), now_s=0.0, at_s=float(second) if is_timed else None)
    assert (buffer.waiting_s, buffer.refused) == (MOST_S, 80)
    buffer.read(0.0)
    made = np.concatenate([buffer.read(float(second)) for second in range(1, most + 2)])
    assert made[made > 0].tolist() == numbers(0, most * RATE).tolist()


def test_a_sentence_that_comes_at_once_takes_its_own_time() -> None:
    buffer = JitterBuffer(RATE)
    made = played(buffer, [(0.5, number) for number in range(150)], 5.0)
    heard = np.flatnonzero(made)
    assert made[heard].tolist() == numbers(0, 150 * STEP).tolist()
    assert heard[-1] - heard[0] + 1 == len(heard) == 3 * RATE
    assert not buffer.is_playing


@pytest.mark.parametrize("speed", [1.004, 0.996])
def test_a_sender_whose_clock_drifts_is_followed_without_a_gap(speed: float) -> None:
    """Over two minutes its clock is half a second off."""
    buffer = JitterBuffer(RATE)
    arrivals = [(0.02 * number / speed, number) for number in range(6000)]
    made = played(buffer, arrivals, 119.0)
    assert buffer.late == 0
    assert buffer.waiting_s < 2.5 * DELAY_S
    heard = made[np.flatnonzero(made)]
    assert heard.tolist() == numbers(0, len(heard)).tolist()


def test_a_lost_piece_becomes_silence_of_its_length_and_moves_nothing_after_it() -> None:
    buffer = JitterBuffer(RATE)
    buffer.read(0.0)
    for number in (0, 1, 3, 4):
        buffer.put(numbers(number * STEP, STEP), now_s=0.0, at_s=number * 0.02)
    made = np.concatenate([buffer.read(poll * POLL_S) for poll in range(1, 31)])
    begin = int(np.flatnonzero(made)[0])
    assert buffer.lost_s == pytest.approx(0.02)
    assert not made[begin + 2 * STEP : begin + 3 * STEP].any()
    assert made[begin + 3 * STEP + 40] == 3 * STEP + 41
    fades = made[begin + 2 * STEP - 32 : begin + 2 * STEP], made[begin + 3 * STEP : begin + 3 * STEP + 32]
    assert fades[0][-1] == 0.0  # it ends and begins softly
    assert fades[1][0] == 0.0


def test_a_piece_that_overtook_another_finds_its_place() -> None:
    buffer = JitterBuffer(RATE)
    buffer.read(0.0)
    for number in (0, 2, 1):
        buffer.put(np.full(STEP, number + 1, np.float32), now_s=0.0, at_s=number * 0.02)
    made = np.concatenate([buffer.read(poll * POLL_S) for poll in range(1, 16)])
    begin = int(np.flatnonzero(made)[0])
    middles = [made[begin + STEP * number + STEP // 2] for number in range(3)]
    assert middles == [1.0, 2.0, 3.0]


def test_a_piece_that_was_read_already_is_refused() -> None:
    buffer = JitterBuffer(RATE, delay_s=0.0)
    buffer.read(0.0)
    buffer.put(numbers(0, RATE), now_s=0.0, at_s=0.0)
    buffer.read(0.5)
    buffer.put(numbers(0, STEP), now_s=0.5, at_s=0.0)
    assert buffer.refused == 1
    assert buffer.read(0.6)[0] == RATE // 2 + 1


def test_after_a_late_piece_the_delay_is_longer_and_falls_back() -> None:
    buffer = JitterBuffer(RATE)
    arrivals = [(0.02 * number, number) for number in range(50)]
    arrivals += [(0.02 * number + 0.12, number) for number in range(50, 80)]
    played(buffer, arrivals, 1.8)
    assert buffer.late == 1
    longer_s = buffer.delay_s
    assert DELAY_S + 0.02 < longer_s < 0.25
    for second in range(2, 200):
        buffer.read(float(second))
    assert buffer.delay_s == pytest.approx(DELAY_S, abs=0.001)


def test_sound_with_a_time_of_playing_is_read_at_that_time() -> None:
    buffer = JitterBuffer(RATE)
    buffer.read(0.0)
    buffer.put(numbers(0, RATE), now_s=0.0, heard_s=0.75)
    made = np.concatenate([buffer.read(poll * POLL_S) for poll in range(1, 121)])
    assert np.flatnonzero(made)[0] == pytest.approx(0.75 * RATE, abs=2)


def test_a_sender_that_says_it_is_heard_later_than_we_read_is_waited_for() -> None:
    """Its player paused for 0.05 s: we read 2 % slower until both agree again."""
    buffer = JitterBuffer(RATE)
    buffer.read(0.0)
    buffer.put(numbers(0, 10 * RATE), now_s=0.0, heard_s=0.1)
    for poll in range(1, 61):
        buffer.read(poll * POLL_S)
    buffer.put(numbers(10 * RATE, STEP), now_s=1.0, heard_s=10.15)
    for poll in range(61, 481):
        buffer.read(poll * POLL_S)
    assert buffer.time_s == pytest.approx(8.0 - 0.15, abs=0.005)


def test_a_time_of_playing_does_not_hold_after_a_pause() -> None:
    buffer = JitterBuffer(RATE)
    buffer.read(0.0)
    buffer.put(numbers(0, STEP), now_s=0.0, heard_s=0.0)
    buffer.read(0.5)
    buffer.read(1.0)
    buffer.put(numbers(STEP, RATE), now_s=5.0)
    buffer.read(5.0)
    made = buffer.read(5.5)
    assert made[np.flatnonzero(made)[0]] == STEP + 1  # all of it, from its beginning


def test_times_that_jump_are_a_new_beginning() -> None:
    buffer = JitterBuffer(RATE, delay_s=0.0)
    buffer.read(0.0)
    buffer.put(numbers(0, RATE), now_s=0.0, at_s=0.0)
    buffer.read(0.1)
    buffer.put(numbers(0, RATE), now_s=0.1, at_s=500.0)
    assert buffer.read(0.2)[0] == 1.0
    assert buffer.time_s == pytest.approx(500.1)


def test_after_a_pause_a_stream_may_begin_again_at_its_first_time() -> None:
    buffer = JitterBuffer(RATE, delay_s=0.0)
    buffer.read(0.0)
    for begin_s in (0.0, 3.0):
        buffer.put(numbers(0, RATE), now_s=begin_s, at_s=0.0)
        buffer.read(begin_s)
        assert buffer.read(begin_s + 0.5)[0] == 1.0
        buffer.read(begin_s + 1.4)
        buffer.read(begin_s + 2.0)


def test_more_than_two_minutes_ahead_is_refused() -> None:
    buffer = JitterBuffer(RATE)
    for number in range(13):
        buffer.put(numbers(0, 10 * RATE), now_s=0.0, at_s=10.0 * number)
    assert buffer.refused == 1
    assert buffer.waiting_s == 120.0


def test_a_stop_of_the_machine_does_not_play_hours_at_once() -> None:
    buffer = JitterBuffer(RATE)
    buffer.read(0.0)
    assert len(buffer.read(36_000.0)) == RATE
