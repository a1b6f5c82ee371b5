from __future__ import annotations

import numpy as np
import pytest

from face.emotion_shapes import STRENGTH, WEIGHT, add_valence_arousal, expression_of, wanted_expression
from protocol.blendshapes import BLENDSHAPES, INDEX
from protocol.channels import EMOTIONS


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


def test_several_emotions_add_up_with_their_curves() -> None:
    intensities = np.zeros(8, np.float32)
    intensities[EMOTIONS.index("happy")], intensities[EMOTIONS.index("surprised")] = 0.25, 0.5
    found = np.ones(52, np.float32)
    expression_of(intensities, found)
    expected = 0.05 * 0.25**2.0 + 0.36 * 0.5**1.4  # jawOpen of both, as in SHAPES
    assert found[INDEX["jawOpen"]] == pytest.approx(expected, rel=1e-5)
    assert found[INDEX["noseSneerLeft"]] == 0.0


def test_valence_and_arousal_only_raise_intensities() -> None:
    intensities = np.full(8, 0.9, np.float32)
    add_valence_arousal(0.5, 0.5, intensities)
    np.testing.assert_array_equal(intensities, np.full(8, 0.9, np.float32))


def test_a_wanted_emotion_is_stronger_and_stays_in_range() -> None:
    felt, wanted = np.zeros((2, 52), np.float32)
    for intensities in np.random.default_rng(1).random((50, 8)).astype(np.float32):
        expression_of(intensities, felt)
        wanted_expression(intensities, wanted)
        np.testing.assert_allclose(wanted, np.minimum(STRENGTH * felt, 1.0), atol=1e-6)
