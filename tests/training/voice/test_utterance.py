from __future__ import annotations

import numpy as np
import pytest

from training.voice.utterance import Sound, Utterance, joined, stretched

RATE = 16000


def tone(seconds: float, level: float = 0.5) -> np.ndarray:
    return (level * np.sin(2 * np.pi * 200.0 * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


def stopped() -> Utterance:
    """[a], then 60 ms of silence that are counted to it, then the burst of a [p], then [a]."""
    samples = np.concatenate(
        [tone(0.2), np.zeros(round(0.06 * RATE), np.float32), tone(0.04, 0.2), tone(0.2)]
    )
    return Utterance(samples, RATE, (Sound("a", 0.0, 0.26), Sound("p", 0.26, 0.30), Sound("a", 0.30, 0.50)))


def test_stretching_moves_sound_and_times_alike() -> None:
    made = stretched(stopped(), 1.25, 24000)
    assert made.rate == 24000
    assert made.end_s == pytest.approx(0.4, abs=1e-3)
    assert [one.end_s for one in made.sounds] == pytest.approx([0.208, 0.24, 0.4])
    # the silence lies where the times say
    quiet = np.abs(made.samples[round(0.165 * 24000) : round(0.205 * 24000)])
    assert quiet.max() < 1e-3 < np.abs(made.samples[: round(0.15 * 24000)]).max()


def test_joined_utterances_have_no_gaps_in_their_sounds() -> None:
    made = joined([stopped(), stopped()], [0.1, 0.2, 0.3])
    assert made.end_s == pytest.approx(1.6)
    for one, following in zip(made.sounds, made.sounds[1:], strict=False):
        assert following.begin_s == pytest.approx(one.end_s)
    assert made.sounds[-1].end_s == pytest.approx(1.6)
    assert np.abs(made.samples[round(0.62 * RATE) : round(0.78 * RATE)]).max() == 0.0
