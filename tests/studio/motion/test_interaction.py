from __future__ import annotations

import numpy as np
import pytest

from face.emotion_shapes import WEIGHT
from face.mouth_controls import shapes_of
from face.viseme_shapes import CONSONANTS, VOWELS, Viseme
from protocol.blendshapes import INDEX
from protocol.channels import EMOTIONS
from studio.motion.interaction import combine_expression, lip_closure
from studio.motion.speech import Speech

NOTHING = np.zeros(52, np.float32)


def sound(viseme: Viseme) -> np.ndarray:
    return shapes_of(viseme.targets, left_share=1.0)


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_one_factor_alone_is_unchanged(emotion: str) -> None:
    mood = WEIGHT[EMOTIONS.index(emotion)]
    np.testing.assert_allclose(combine_expression(NOTHING, mood), mood, atol=1e-6)
    speech = Speech(2).shapes(1.7)
    np.testing.assert_allclose(combine_expression(speech, NOTHING), speech, atol=1e-6)


@pytest.mark.parametrize("emotion", EMOTIONS)
def test_lips_meet_in_a_p_in_every_emotion(emotion: str) -> None:
    drawn = combine_expression(sound(CONSONANTS["p"]), WEIGHT[EMOTIONS.index(emotion)])
    assert lip_closure(drawn) > 0.99
    parting = [
        INDEX[f"mouth{which}{side}"] for which in ("UpperUp", "LowerDown") for side in ("Left", "Right")
    ]
    assert drawn[parting].max() < 0.01


def test_a_smile_and_a_rounded_vowel_weaken_each_other() -> None:
    vowel, smile = sound(VOWELS["oo"]), WEIGHT[EMOTIONS.index("happy")]
    drawn = combine_expression(vowel, smile)
    assert drawn[INDEX["mouthPucker"]] < 0.75 * vowel[INDEX["mouthPucker"]]
    assert drawn[INDEX["mouthSmileLeft"]] < 0.8 * smile[INDEX["mouthSmileLeft"]]
    spread = combine_expression(sound(VOWELS["ee"]), smile)
    assert spread[INDEX["mouthSmileLeft"]] == pytest.approx(smile[INDEX["mouthSmileLeft"]], abs=1e-6)


def test_an_open_jaw_removes_the_pressed_lips_of_anger() -> None:
    drawn = combine_expression(sound(VOWELS["a"]), WEIGHT[EMOTIONS.index("angry")])
    assert drawn[INDEX["mouthPressLeft"]] < 0.01
    assert drawn[INDEX["browDownLeft"]] == pytest.approx(1.0)


def test_the_result_is_in_range_and_the_inputs_are_unchanged() -> None:
    random = np.random.default_rng(1)
    for _ in range(100):
        a, b = random.random((2, 52)).astype(np.float32)
        kept = a.copy(), b.copy()
        drawn = combine_expression(a, b)
        assert 0.0 <= drawn.min() <= drawn.max() <= 1.0
        assert drawn[INDEX["mouthClose"]] <= 1.0
        assert (a == kept[0]).all()
        assert (b == kept[1]).all()
