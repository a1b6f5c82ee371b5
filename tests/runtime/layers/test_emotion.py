"""The emotion filter and layer on the cases that matter: speech under anger, a smile under sadness."""

from __future__ import annotations

from math import pi, sin

import numpy as np
import pytest
from numpy.typing import NDArray

from face.emotion_filter import ARTICULATION, MIXED, AnalyticEmotionFilter
from face.emotion_shapes import WEIGHT, add_valence_arousal, expression_of
from face.motion import Motion
from protocol.blendshapes import BLENDSHAPES, INDEX
from protocol.channels import CHANNEL_INDEX, EMOTIONS
from protocol.messages import ControlMessage
from runtime.control.control import Control
from runtime.intake.inbox import Received
from runtime.layers.compose import compose, default_layers
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
    expression_of(np.eye(8, dtype=np.float32)[EMOTIONS.index("sad")], sad)
    assert shown[INDEX["mouthSmileLeft"]] == 0.0
    np.testing.assert_allclose(shown, sad, atol=0.02)


def test_a_smile_is_gone_at_once_when_it_comes_under_a_claimed_face() -> None:
    face = np.zeros(52, np.float32)
    filtered = AnalyticEmotionFilter()
    for name, value in SMILE.items():
        face[INDEX[name]] = value
    filtered(face, 1.0, DT_S)
    assert face[INDEX["mouthSmileLeft"]] == 0.0
    assert face[INDEX["cheekSquintRight"]] == 0.0


def test_weight_0_leaves_the_expression_exactly() -> None:
    rng = np.random.default_rng(3)
    emotion_filter = AnalyticEmotionFilter()
    for _ in range(100):
        face = rng.random(52).astype(np.float32)
        before = face.copy()
        emotion_filter(face, 0.0, DT_S)
        assert face.tobytes() == before.tobytes()


def test_without_an_emotion_the_tracked_face_passes_through() -> None:
    with_weight_0 = play(SMILE, {"angry": 1.0}, weight=0.0)[-1][1]
    without = play(SMILE, None)[-1][1]
    assert with_weight_0.tobytes() == without.tobytes()
    for name, value in SMILE.items():
        assert without[INDEX[name]] == pytest.approx(value)


def test_weight_half_takes_half() -> None:
    _, shown = play(SMILE, {"happy": 0.0}, weight=0.5)[-1]
    assert shown[INDEX["mouthSmileLeft"]] == pytest.approx(0.4, abs=1e-3)


def test_the_filter_never_adds_and_never_leaves_the_range() -> None:
    rng = np.random.default_rng(5)
    emotion_filter = AnalyticEmotionFilter()
    for _ in range(300):
        face = rng.random(52).astype(np.float32)
        before = face.copy()
        emotion_filter(face, float(rng.random()), DT_S)
        assert (face <= before).all()
        assert (face >= 0.0).all()


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


def test_shapes_follow_the_action_units() -> None:
    """The strongest shapes of each emotion are those FACS names first."""
    leading = {
        "happy": "mouthSmile", "sad": "browInnerUp", "angry": "browDown", "surprised": "browInnerUp",
        "afraid": "browInnerUp", "disgusted": "noseSneer", "contemptuous": "mouthDimpleRight",
        "relaxed": "mouthSmile",
    }  # fmt: skip
    for row, emotion in enumerate(EMOTIONS):
        assert BLENDSHAPES[int(np.argmax(WEIGHT[row]))].startswith(leading[emotion])
    assert (WEIGHT >= 0.0).all()
    assert (WEIGHT <= 1.0).all()


def test_contempt_is_on_one_side_and_the_others_are_on_both() -> None:
    for row, emotion in enumerate(EMOTIONS):
        left = [WEIGHT[row, INDEX[name]] for name in BLENDSHAPES if name.endswith("Left")]
        right = [WEIGHT[row, INDEX[name]] for name in BLENDSHAPES if name.endswith("Right")]
        assert (sorted(left) == sorted(right)) is (emotion != "contemptuous")


@pytest.mark.parametrize(
    ("valence", "arousal", "emotion"),
    [
        (0.8, 0.5, "happy"),
        (-0.6, 0.7, "angry"),
        (-0.7, -0.4, "sad"),
        (0.2, 0.8, "surprised"),
        (0.6, -0.5, "relaxed"),
    ],
)
def test_valence_and_arousal_name_the_nearest_emotion(valence: float, arousal: float, emotion: str) -> None:
    intensities = np.zeros(8, np.float32)
    add_valence_arousal(valence, arousal, intensities)
    assert EMOTIONS[int(np.argmax(intensities))] == emotion
    assert intensities.sum() == pytest.approx(min(float(np.hypot(valence, arousal)), 1.0))


def test_the_circle_has_no_jump() -> None:
    points = []
    for degree in range(0, 361):
        intensities = np.zeros(8, np.float32)
        add_valence_arousal(float(np.cos(np.radians(degree))), float(np.sin(np.radians(degree))), intensities)
        points.append(intensities)
    assert float(np.abs(np.diff(points, axis=0)).max()) < 0.06


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


def test_kinds_of_shapes_do_not_overlap() -> None:
    assert not set(ARTICULATION) & set(MIXED)
    assert set(ARTICULATION) | set(MIXED) <= set(BLENDSHAPES)
