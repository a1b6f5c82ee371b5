"""The emotion filter and layer on the cases that matter: speech under anger, a smile under sadness."""

from __future__ import annotations

from math import pi, sin

import numpy as np
import pytest
from numpy.typing import NDArray

from face.emotion_filter import ARTICULATION
from face.emotion_shapes import wanted_expression
from face.motion import Motion
from protocol.blendshapes import BLENDSHAPES, INDEX
from protocol.channels import CHANNEL_INDEX, EMOTIONS
from protocol.messages import ControlMessage
from runtime.control.control import Control
from runtime.intake.inbox import Received
from runtime.layers.compose import compose, default_layers
from runtime.layers.emotion import EmotionLayer
from runtime.layers.idle import IdleSettings

DT_S = 1.0 / 60.0


def speech(time_s: float) -> dict[str, float]:
    """A neutral face that talks: jaw, rounding, stretching and closing lips at 4 to 6 syllables a second."""
    jaw = 0.25 + 0.25 * sin(2 * pi * 4.0 * time_s)
    return {
        "jawOpen": jaw,
        "mouthClose": 0.5 * jaw * (0.5 + 0.5 * sin(2 * pi * 1.7 * time_s)),
        "mouthFunnel": 0.2 + 0.2 * sin(2 * pi * 2.3 * time_s),
        "mouthPucker": 0.15 + 0.15 * sin(2 * pi * 1.9 * time_s),
        "mouthPressLeft": 0.1 + 0.1 * sin(2 * pi * 5.0 * time_s),
        "mouthPressRight": 0.1 + 0.1 * sin(2 * pi * 5.0 * time_s),
        "mouthRollLower": 0.1 + 0.1 * sin(2 * pi * 3.0 * time_s),
        "mouthLowerDownLeft": max(0.0, 0.3 * sin(2 * pi * 4.0 * time_s)),
        "mouthLowerDownRight": max(0.0, 0.3 * sin(2 * pi * 4.0 * time_s)),
        "eyeBlinkLeft": 1.0 if 1.0 < time_s % 2.0 < 1.1 else 0.0,
        "eyeBlinkRight": 1.0 if 1.0 < time_s % 2.0 < 1.1 else 0.0,
    }


def play(
    tracked: dict[str, float] | None,
    emotion: dict[str, float] | None,
    *,
    weight: float = 1.0,
    seconds: float = 4.0,
) -> list[tuple[dict[str, float], NDArray[np.float32]]]:
    """Frames of (what was tracked, composed expression); `tracked` None = the speech above."""
    control, layers, motion = Control(), default_layers(IdleSettings(amount=0.0)), Motion.neutral()
    frames = []
    for number in range(round(seconds / DT_S)):
        now_s = number * DT_S
        values = dict.fromkeys(BLENDSHAPES, 0.0) | (speech(now_s) if tracked is None else tracked)
        messages = [ControlMessage(layer="expression", source="script", values=values)]
        if emotion is not None:
            messages.append(ControlMessage(layer="emotion", source="bot", values=emotion, weight=weight))
        control.update([Received(message, 0) for message in messages], now_s)
        compose(layers, motion, control, DT_S)
        frames.append((values, motion.expression.copy()))
    return frames


def test_angry_speech_keeps_its_lips_and_gets_angry_brows() -> None:
    for tracked, shown in play(None, {"angry": 1.0})[60:]:
        for name in ARTICULATION:
            assert shown[INDEX[name]] == pytest.approx(tracked[name], abs=0.02), name
        assert shown[INDEX["browDownLeft"]] > 0.9
        if tracked["eyeBlinkLeft"] == 1.0:
            assert shown[INDEX["eyeBlinkLeft"]] == pytest.approx(1.0)
            assert shown[INDEX["eyeWideLeft"]] == pytest.approx(0.0)


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_lips_match_speech_under_every_emotion(emotion: str) -> None:
    for tracked, shown in play(None, {emotion: 1.0})[60:]:
        for name in ("jawOpen", "mouthFunnel", "mouthPucker", "mouthRollLower", "mouthClose"):
            assert shown[INDEX[name]] == pytest.approx(tracked[name], abs=0.02), name


def test_mixed_shapes_of_speech_still_come_and_go() -> None:
    frames = play(None, {"sad": 1.0})[60:]
    low = INDEX["mouthLowerDownLeft"]
    assert max(shown[low] for _, shown in frames) > 0.25
    assert min(shown[low] for _, shown in frames) < 0.02


SMILE = {
    "mouthSmileLeft": 0.8, "mouthSmileRight": 0.8, "cheekSquintLeft": 0.5, "cheekSquintRight": 0.5,
    "eyeSquintLeft": 0.3, "eyeSquintRight": 0.3, "mouthStretchLeft": 0.2, "mouthStretchRight": 0.2,
}  # fmt: skip


def test_a_tracked_smile_is_gone_under_sadness() -> None:
    _, shown = play(SMILE, {"sad": 1.0})[-1]
    sad = np.zeros(52, np.float32)
    wanted_expression(np.eye(8, dtype=np.float32)[EMOTIONS.index("sad")], sad)
    assert shown[INDEX["mouthSmileLeft"]] == 0.0
    np.testing.assert_allclose(shown, sad, atol=0.02)


def test_without_an_emotion_the_tracked_face_passes_through() -> None:
    with_weight_0 = play(SMILE, {"angry": 1.0}, weight=0.0)[-1][1]
    without = play(SMILE, None)[-1][1]
    assert with_weight_0.tobytes() == without.tobytes()
    for name, value in SMILE.items():
        assert without[INDEX[name]] == pytest.approx(value)


def test_weight_half_takes_half() -> None:
    _, shown = play(SMILE, {"happy": 0.0}, weight=0.5)[-1]
    assert shown[INDEX["mouthSmileLeft"]] == pytest.approx(0.4, abs=1e-3)


def test_an_emotion_switched_on_and_off_never_jumps() -> None:
    control, layers, motion = Control(), default_layers(IdleSettings(amount=0.0)), Motion.neutral()
    frames = []
    for number in range(300):
        now_s = number * DT_S
        name = EMOTIONS[(number // 40) % 8]
        values = {other: 1.0 if other == name else 0.0 for other in EMOTIONS}
        messages = [
            ControlMessage(layer="emotion", source="bot", values=values),
            ControlMessage(layer="expression", source="script", values=SMILE),
        ]
        control.update([Received(message, 0) for message in messages], now_s)
        compose(layers, motion, control, DT_S)
        frames.append(motion.expression.copy())
    assert float(np.abs(np.diff(frames, axis=0)).max()) < 0.12


def test_speech_gives_the_mouth_back_to_a_surprise() -> None:
    control, layers, motion = Control(), default_layers(IdleSettings(amount=0.0)), Motion.neutral()
    jaw = []
    for number in range(360):
        now_s = number * DT_S
        values = dict.fromkeys(BLENDSHAPES, 0.0) | (speech(now_s) if now_s < 2.0 else {})
        messages = [
            ControlMessage(layer="expression", source="script", values=values),
            ControlMessage(layer="emotion", source="bot", values={"surprised": 1.0}),
        ]
        control.update([Received(message, 0) for message in messages], now_s)
        compose(layers, motion, control, DT_S)
        jaw.append((values["jawOpen"], float(motion.expression[INDEX["jawOpen"]])))
    assert jaw[119][1] == pytest.approx(jaw[119][0], abs=0.02)
    assert jaw[-1][1] > 0.3


def test_valence_reaches_the_face_through_the_wire_channels() -> None:
    _, shown = play({}, {"valence": 0.9, "arousal": 0.4})[-1]
    assert shown[INDEX["mouthSmileLeft"]] > 0.6
    assert CHANNEL_INDEX["emotion"]["valence"] == CHANNEL_INDEX["emotion"]["relaxed"] + 1


def test_what_was_tracked_and_filtered_is_kept_to_be_looked_at() -> None:
    layer, motion, control = EmotionLayer(), Motion.neutral(), Control()
    control.claim = 1.0
    smile, jaw = INDEX["mouthSmileLeft"], INDEX["jawOpen"]
    motion.expression[[smile, jaw]] = 0.8, 0.4
    before = motion.expression.copy()
    layer(motion, control, DT_S)
    np.testing.assert_array_equal(layer.tracked, before)
    assert layer.filtered[smile] < 0.1
    assert layer.filtered[jaw] == np.float32(0.4)
    assert layer.tracked is not motion.expression
