from __future__ import annotations

import numpy as np

from face.emotion_shapes import WEIGHT
from protocol.blendshapes import INDEX
from protocol.channels import EMOTIONS
from studio.factors import Factors


def test_default_factors_are_the_mean_face_at_rest() -> None:
    factors = Factors()
    assert not factors.identity.any()
    assert not factors.expression().any()
    assert not factors.emotion_shapes().any()


def test_a_full_emotion_has_the_weights_of_the_table() -> None:
    for number, name in enumerate(EMOTIONS):
        factors = Factors(emotion=np.eye(len(EMOTIONS), dtype=np.float32)[number])
        np.testing.assert_allclose(factors.emotion_shapes(), WEIGHT[number], atol=1e-6, err_msg=name)
        np.testing.assert_allclose(factors.expression(), WEIGHT[number], atol=1e-6, err_msg=name)


def test_the_expression_has_both_factors_and_leaves_them_unchanged() -> None:
    articulation = np.zeros(52, np.float32)
    articulation[INDEX["tongueOut"]] = 0.5
    emotion = np.zeros(len(EMOTIONS), np.float32)
    emotion[EMOTIONS.index("angry")] = 1.0
    expression = Factors(articulation=articulation, emotion=emotion).expression()
    assert expression[INDEX["tongueOut"]] == 0.5
    assert expression[INDEX["browDownLeft"]] > 0.5
    assert articulation.sum() == 0.5
    assert emotion.sum() == 1.0
