"""The learned filter as it ships: its promises to the face, whatever its weights have learned."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")

from face.emotion_filter import ARTICULATION
from face.emotion_shapes import expression_of
from protocol.blendshapes import BLENDSHAPES, INDEX
from protocol.channels import EMOTIONS
from runtime.layers.emotion_filters import make_emotion_filter
from studio.motion.acted import ActedMotion

Floats = np.ndarray
DT_S = 1.0 / 60.0


def spoken(count: int) -> Floats:
    """A studio person who speaks and blinks: (count, 52)."""
    acted = ActedMotion(4)
    return np.array([acted.at(2.0 + number * DT_S).articulation for number in range(count)], np.float32)


def under(emotion: str, speech: Floats) -> Floats:
    mood = np.zeros(len(BLENDSHAPES), np.float32)
    expression_of(0.9 * np.eye(len(EMOTIONS), dtype=np.float32)[EMOTIONS.index(emotion)], mood)
    return (1.0 - (1.0 - speech) * (1.0 - mood)).astype(np.float32)


def played(frames: Floats, weights: float | Floats, dt_s: float = DT_S) -> Floats:
    emotion_filter, out = make_emotion_filter("learned"), frames.copy()
    for frame, weight in zip(out, np.broadcast_to(weights, len(out)), strict=True):
        emotion_filter(frame, float(weight), dt_s)
    return out


def test_weight_0_leaves_every_bit_and_half_takes_half() -> None:
    frames = under("happy", spoken(90))
    assert played(frames, 0.0).tobytes() == frames.tobytes()
    whole, half = played(frames, 1.0), played(frames, 0.5)
    np.testing.assert_allclose(half, 0.5 * (frames + whole), atol=1e-6)


def test_the_same_frames_give_the_same_bytes() -> None:
    frames = under("angry", spoken(60))
    assert played(frames, 1.0).tobytes() == played(frames, 1.0).tobytes()


def test_a_changing_weight_never_jumps_and_changes_nothing_later() -> None:
    frames = np.repeat(under("sad", spoken(1)), 240, 0)  # a held face: only the weight moves
    weights = np.concatenate(
        [np.zeros(60), np.linspace(0.0, 1.0, 60), np.linspace(1.0, 0.0, 60), np.ones(60)]
    )
    out = played(frames, weights)
    steps = np.abs(np.diff(out[:180], axis=0)).max(1)
    largest = float(np.abs(played(frames, 1.0)[-1] - frames[-1]).max())
    assert steps.max() <= 1.1 * largest / 60.0
    np.testing.assert_allclose(out[180:], played(frames, 1.0)[180:], atol=1e-6)


@pytest.mark.parametrize("emotion", ["happy", "sad", "angry", "surprised", "afraid", "disgusted"])
def test_most_of_an_emotion_goes_and_speech_stays(emotion: str) -> None:
    speech = spoken(180)
    frames = under(emotion, speech)
    out = played(frames, 1.0)
    before, after = (float(np.sqrt(np.square(x - speech)[60:].mean())) for x in (frames, out))
    assert after < 0.45 * before
    lips = [INDEX[name] for name in ARTICULATION]
    known = [float(np.sqrt(np.square(x - speech)[60:][:, lips].mean())) for x in (frames, out)]
    assert known[1] < max(0.9 * known[0], 0.035)


def test_calm_speech_and_blinks_pass() -> None:
    speech = spoken(180)
    speech[:, [INDEX["eyeBlinkLeft"], INDEX["eyeBlinkRight"]]] = (np.arange(180) % 60 < 8)[:, None]
    out = played(speech, 1.0)
    assert float(np.abs(out - speech)[:, [INDEX[name] for name in ARTICULATION]].mean()) < 0.015
    shut = speech[:, INDEX["eyeBlinkLeft"]] == 1.0
    assert np.median(out[shut, INDEX["eyeBlinkLeft"]]) > 0.8


@pytest.mark.parametrize("fps", [24, 60, 144])
def test_frame_rates_see_the_same_face(fps: int) -> None:
    """One second of the same slow motion: the last frame's result differs by interpolation alone."""
    times = np.arange(fps + 1) / fps
    mood = under("happy", np.zeros((1, 52), np.float32))
    frames = (mood * (0.5 - 0.5 * np.cos(np.pi * times))[:, None]).astype(np.float32)
    known = (mood * (0.5 - 0.5 * np.cos(np.pi * np.arange(31) / 30))[:, None]).astype(np.float32)
    one, other = played(frames, 1.0, 1.0 / fps)[-1], played(known, 1.0, 1.0 / 30.0)[-1]
    np.testing.assert_allclose(one, other, atol=5e-3)


def test_wild_input_stays_in_range() -> None:
    random = np.random.default_rng(2)
    frames = random.random((200, 52)).astype(np.float32)
    for dt_s in (0.0, 1e-5, 10.0):
        out = played(frames, random.random(200), dt_s)
        assert 0.0 <= out.min() <= out.max() <= 1.0


def test_a_gaping_mouth_is_not_shut() -> None:
    frames = under("surprised", np.repeat(spoken(1), 120, 0))
    frames[:, INDEX["jawOpen"]], frames[:, INDEX["mouthClose"]] = 0.95, 0.0
    assert played(frames, 1.0)[-1, INDEX["jawOpen"]] > 0.85
