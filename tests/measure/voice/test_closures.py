from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bridge.devices import speech_mouth
from bridge.devices.log_mel import HOP
from bridge.devices.voice_network import DELAYS_S
from measure.voice.closures import BEGINS, CANDIDATES, Choice, HeardLips, chosen, closure_curve, hear_lips
from measure.voice.methods import heard_by, methods_with
from measure.voice.recordings import FPS, Recording, read_recordings
from protocol.blendshapes import INDEX
from protocol.visemes import VISEME_INDEX
from tests.bridge.devices.made_voice import write_voice
from tests.made_speech import write_speakers

JAW, CLOSE = INDEX["jawOpen"], INDEX["mouthClose"]


def heard_lips(sure: float, mistaken: float) -> HeardLips:
    """Ten [p] of 0.1 s, 0.5 s apart, of which the network is sure by so much, and a mistake of 0.1 s after each."""
    count = 6 * FPS
    viseme = np.full(count, VISEME_INDEX["aa"], np.uint8)
    coefficients = np.zeros((count, 52), np.float32)
    coefficients[:, JAW] = 0.4
    sound = np.zeros((count // 2, 3), np.float32)
    for number in range(10):
        begin = (number + 1) * FPS // 2
        viseme[begin : begin + 12] = VISEME_INDEX["PP"]
        coefficients[begin : begin + 12, CLOSE] = 0.4
        for head, delay_s in enumerate(DELAYS_S):
            late = round(60 * delay_s)
            sound[begin // 2 + late : begin // 2 + 6 + late, head] = sure
            sound[begin // 2 + 15 + late : begin // 2 + 21 + late, head] = mistaken
    recording = Recording(
        "xx", "v", np.zeros(count * HOP, np.float32), coefficients, viseme, np.ones(count, bool)
    )
    flat = np.full((count // 2, 3), 0.4, np.float32)
    return HeardLips(recording, flat, np.zeros_like(flat), sound, np.ones_like(flat))


@pytest.mark.parametrize("head", [0, 1, 2])
def test_the_threshold_between_sounds_and_mistakes_is_chosen(head: int) -> None:
    curve = closure_curve([heard_lips(0.31, 0.16)], head)
    by_sound = {one.sound: one for one in curve}
    assert (by_sound[0.34].closed, by_sound[0.34].false_closures) == (0.0, 0.0)
    assert (by_sound[0.30].closed, by_sound[0.30].false_closures) == (1.0, 0.0)
    assert (by_sound[0.15].closed, by_sound[0.15].false_closures) == (1.0, pytest.approx(100.0))
    assert chosen(curve, most_false=12.0).sound in (0.30, 0.25, 0.20)


def test_where_all_cost_too_much_the_cheapest_is_chosen() -> None:
    curve = [Choice(0.3, 0.3, 0.8, 20.0), Choice(0.2, 0.2, 0.9, 30.0)]
    assert chosen(curve, most_false=12.0) == curve[0]
    assert chosen(curve, most_false=25.0) == curve[0]
    assert chosen(curve, most_false=40.0) == curve[1]


def test_candidates_are_in_the_order_of_ever_more_closures() -> None:
    lips, sound = zip(*CANDIDATES, strict=True)
    assert list(lips) == sorted(lips, reverse=True)
    assert list(sound) == sorted(sound, reverse=True)


def test_the_mouth_s_own_thresholds_are_among_the_candidates() -> None:
    for lips, sound in zip(speech_mouth._LIPS, speech_mouth._SOUND, strict=True):
        assert (lips[1], sound[1]) in CANDIDATES
        assert (lips[0], sound[0]) == (pytest.approx(BEGINS * lips[1]), pytest.approx(BEGINS * sound[1]))


def test_the_network_is_heard_as_the_mouth_hears_it(tmp_path: Path) -> None:
    """The jaw of the slow way is that of the live mouth."""
    pytest.importorskip("onnxruntime", reason="networks need ONNX Runtime: pip install 'omote[neural]'")
    folder = write_voice(tmp_path / "voice")
    write_speakers(tmp_path / "speech", range(1))
    recordings = [one.first(4.0) for one in read_recordings(tmp_path / "speech")]
    heard = hear_lips(recordings, folder)[0]
    live = heard_by(methods_with(folder)["network, 75 ms"], recordings[0])
    at_s = (np.arange(len(heard.jaw)) + 1) / 60 - DELAYS_S[2]
    times_s = (np.arange(4 * FPS) + 1) / FPS
    slow = np.interp(times_s, at_s, heard.jaw[:, 2] * (heard.speaks[:, 2] > 0.8))
    assert np.mean(np.abs(slow - live.coefficients[:, JAW])) < 0.02
    assert live.coefficients[:, JAW].max() > 0.5
