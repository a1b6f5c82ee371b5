from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from measure.errors import MeasureError
from measure.voice.figures import false_moves, segments, voice_figures
from measure.voice.methods import Heard
from measure.voice.recordings import FPS, Recording
from protocol.blendshapes import INDEX
from protocol.visemes import VISEME_INDEX

JAW, CLOSE = INDEX["jawOpen"], INDEX["mouthClose"]


def recording(language: str = "xx") -> Recording:
    """A second of silence, then [a] of 0.2 s and [p] of 0.1 s in turn, five times, then a second of silence."""
    names = ["sil"] * FPS + (["aa"] * (FPS // 5) + ["PP"] * (FPS // 10)) * 5 + ["sil"] * FPS
    viseme = np.array([VISEME_INDEX[name] for name in names], np.uint8)
    coefficients = np.zeros((len(names), 52), np.float32)
    coefficients[viseme == VISEME_INDEX["aa"], JAW] = 0.5
    coefficients[viseme == VISEME_INDEX["PP"], JAW] = 0.2
    coefficients[viseme == VISEME_INDEX["PP"], CLOSE] = 0.2
    return Recording("xx" if language else "", "v", np.zeros(len(names) * 200, np.float32), coefficients,
                     viseme, viseme != 0)  # fmt: skip


def heard(like: Recording, shift: int = 0) -> Heard:
    """The truth itself, `shift` frames late."""
    return Heard(
        np.roll(like.coefficients, shift, 0), np.roll(like.viseme.astype(np.int64), shift), 0.04, 0.01
    )


def test_the_truth_has_the_best_figures() -> None:
    truth = recording()
    made = voice_figures([(truth, heard(truth))])
    assert (made.viseme, made.boundary_ms, made.found) == (1.0, 0.0, 1.0)
    assert (made.closed, made.closed_wrongly, made.false_closures) == (1.0, 0.0, 0.0)
    assert made.jaw_r == pytest.approx(1.0)
    assert (made.rms, made.in_silence) == (0.0, 0.0)
    assert (made.late_ms, made.share) == (40.0, 0.01)


def test_a_late_mouth_has_late_boundaries() -> None:
    truth = recording()
    made = voice_figures([(truth, heard(truth, 6))])
    assert made.boundary_ms == pytest.approx(50.0)
    assert made.viseme < 0.9


def test_a_mouth_that_never_moves_shuts_every_p_and_every_vowel() -> None:
    truth = recording()
    still = Heard(np.zeros_like(truth.coefficients), np.zeros(len(truth.viseme), np.int64), 0.0, 0.0)
    made = voice_figures([(truth, still)])
    assert (made.closed, made.closed_wrongly) == (1.0, 1.0)
    assert made.false_closures == pytest.approx(60.0 * 5 / 1.5)  # one a vowel; speech lasts 1.5 s
    assert (made.viseme, made.jaw_r, made.found) == (0.0, 0.0, 0.0)


@pytest.mark.parametrize(("frames", "seen"), [(5, 0), (8, 1)])
def test_a_false_closure_counts_when_it_lasts_long_enough_to_be_seen(frames: int, seen: int) -> None:
    truth = recording()
    mouth = heard(truth)
    mouth.coefficients[FPS + 8 : FPS + 8 + frames, CLOSE] = 0.5  # in the middle of the first vowel
    assert voice_figures([(truth, mouth)]).false_closures == pytest.approx(60.0 * seen / 1.5)


def test_movement_in_silence_and_in_noise_is_told_apart() -> None:
    truth, noise = recording(), recording("")
    restless = Heard(np.full_like(truth.coefficients, 0.3), np.zeros(len(truth.viseme), np.int64), 0.0, 0.0)
    made = voice_figures([(truth, heard(truth)), (noise, restless)])
    assert made.in_silence == 0.0
    assert made.in_noise == pytest.approx(0.3)
    assert voice_figures([(truth, restless)]).in_silence == pytest.approx(0.3)


def test_segments_are_runs_of_equal_frames() -> None:
    assert segments(np.array([3, 3, 0, 0, 0, 5])) == [(3, 0, 2), (0, 2, 5), (5, 5, 6)]


def test_movement_without_a_voice_is_told_for_each_kind_of_sound() -> None:
    truth = recording()
    hiss, tune = (replace(recording(""), voice=name) for name in ("hiss", "tune"))
    still = Heard(np.zeros_like(truth.coefficients), np.zeros(len(truth.viseme), np.int64), 0.0, 0.0)
    restless = np.zeros_like(truth.coefficients)
    restless[: len(restless) // 4, JAW] = 0.4
    moved = false_moves([(truth, heard(truth)), (hiss, still), (tune, replace(still, coefficients=restless))])
    assert moved["hiss"] == (0.0, 0.0)
    assert moved["tune"] == (pytest.approx(0.1, abs=1e-3), pytest.approx(0.25, abs=0.01))
    assert set(moved) == {"hiss", "tune"}


def test_recordings_without_speech_alone_are_refused() -> None:
    noise = recording("")
    with pytest.raises(MeasureError, match="no recording holds speech"):
        voice_figures([(noise, heard(noise))])
