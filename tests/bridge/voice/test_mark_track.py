from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from bridge.voice import mark_track
from bridge.voice.mark_track import LONGEST_S, MOST_MARKS, MarkTrack
from face.coarticulation import BlendedMouth, TimedPhone, blended
from face.mouth_controls import shapes_of
from face.phones import PHONES, SILENCE
from protocol.blendshapes import INDEX

JAW, CLOSE = INDEX["jawOpen"], INDEX["mouthClose"]


def word(begin_s: float, *letters: str, each_s: float = 0.15) -> list[TimedPhone]:
    return [
        TimedPhone(PHONES[letter], begin_s + each_s * number, begin_s + each_s * (number + 1))
        for number, letter in enumerate(letters)
    ]


def test_the_mouth_at_a_time_is_that_of_all_sounds_at_once() -> None:
    """A track looks only at the sounds nearby; a long text blended as a whole is the reference."""
    text = [one for number in range(40) for one in word(number * 0.6, "p", "a", "t", "u")]
    track = MarkTrack(text)
    times_s = np.arange(0.0, 24.0, 0.037)
    whole = blended(text, times_s)
    for number, time_s in enumerate(times_s):
        made = track.at(float(time_s))
        assert made is not None
        assert made.coefficients == pytest.approx(shapes_of(whole.controls[number], 1.0), abs=2e-4)
        assert made.viseme == whole.viseme[number]


def test_lips_are_shut_in_a_p_and_the_jaw_open_in_an_a() -> None:
    track = MarkTrack(word(1.0, "p", "a"))
    shut, opened = track.at(1.07), track.at(1.25)
    assert shut is not None
    assert opened is not None
    assert shut.coefficients[JAW] - shut.coefficients[CLOSE] < 0.01
    assert opened.coefficients[JAW] > 0.4
    assert shut.weight == opened.weight == 1.0


def test_thousands_of_marks_in_a_moment_do_not_hold_the_face_up(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []

    def counted(timed: Sequence[TimedPhone], time_s: np.ndarray) -> BlendedMouth:
        sizes.append(len(timed))
        return blended(timed, time_s)

    monkeypatch.setattr(mark_track, "blended", counted)
    track = MarkTrack(word(1.0, *"pa" * 5000, each_s=1e-6))
    assert track.at(1.005) is not None
    assert sizes[0] <= 128


def test_far_from_the_marks_nothing_is_told_and_near_them_less_and_less() -> None:
    track = MarkTrack(word(1.0, "a"))
    assert track.at(0.5) is None
    assert track.at(2.0) is None
    assert track.at(float("nan")) is None
    weights = [made.weight for time_s in (1.1, 1.2, 1.24, 1.26) if (made := track.at(time_s))]
    assert weights == sorted(weights, reverse=True)
    assert weights[0] == 1.0


def test_marks_that_come_in_pieces_are_one_track_and_newer_ones_replace_what_was_to_come() -> None:
    track = MarkTrack()
    assert track.at(0.0) is None
    track.add(word(0.0, "a", "p"))
    track.add(word(0.3, "u", "p"))
    assert [track.name_at(time_s) for time_s in (0.1, 0.2, 0.4, 0.5)] == ["aa", "PP", "ou", "PP"]
    track.add(word(0.35, "i"))
    assert [track.name_at(time_s) for time_s in (0.32, 0.4)] == ["ou", "ih"]
    assert track.end_s == pytest.approx(0.5)
    track.clear()
    assert track.at(0.1) is None


def test_a_track_keeps_no_more_than_it_may_and_no_sound_longer_than_it_may() -> None:
    track = MarkTrack([TimedPhone(SILENCE, 0.0, 100.0)])
    assert track.end_s == LONGEST_S
    for number in range(MOST_MARKS // 500 + 1):
        track.add(word(1000.0 * number, *"pa" * 250, each_s=2.0))
    assert track.at(1.0) is None  # the oldest
    assert track.name_at(track.end_s - 0.5) == "aa"


def test_a_long_recording_is_told_from_its_beginning_to_its_end() -> None:
    track = MarkTrack(word(0.0, *"pa" * MOST_MARKS, each_s=0.08))  # nearly an hour
    assert track.name_at(0.12) == "aa"
    assert track.name_at(track.end_s - 0.04) == "aa"
