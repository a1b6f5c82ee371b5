from __future__ import annotations

import numpy as np
import pytest

from face.emotion_composite import AnalyticComposite
from face.emotion_filter import ARTICULATION
from face.emotion_shapes import SHAPES, STRENGTH
from protocol.blendshapes import INDEX
from protocol.channels import EMOTIONS

DT_S = 1.0 / 60.0


def one(emotion: str) -> np.ndarray:
    return np.eye(len(EMOTIONS), dtype=np.float32)[EMOTIONS.index(emotion)]


def test_no_emotion_changes_no_bit() -> None:
    face = np.random.default_rng(1).random(52).astype(np.float32)
    before = face.tobytes()
    AnalyticComposite()(face, np.zeros(len(EMOTIONS), np.float32), face.copy(), DT_S)
    assert face.tobytes() == before


def test_a_still_face_shows_the_emotions_own_shapes_strongly() -> None:
    face = np.zeros(52, np.float32)
    AnalyticComposite()(face, one("surprised"), np.zeros(52, np.float32), DT_S)
    assert face[INDEX["browInnerUp"]] == 1.0
    assert face[INDEX["mouthFunnel"]] == pytest.approx(STRENGTH * SHAPES["surprised"]["mouthFunnel"][0])
    assert face[INDEX["jawOpen"]] == pytest.approx(STRENGTH * SHAPES["surprised"]["jawOpen"][0])


def test_an_open_mouth_stays_as_it_is_spoken_and_brows_do_not() -> None:
    spoken = np.zeros(52, np.float32)
    spoken[INDEX["jawOpen"]] = 0.4
    face = spoken.copy()
    AnalyticComposite()(face, one("surprised"), spoken, DT_S)
    lips = [INDEX[name] for name in ARTICULATION]
    np.testing.assert_allclose(face[lips], spoken[lips], atol=1e-6)
    assert face[INDEX["browInnerUp"]] > 0.8


def test_the_mouth_is_given_back_when_speech_has_ended() -> None:
    composite, spoken, silent = AnalyticComposite(), np.zeros(52, np.float32), np.zeros(52, np.float32)
    spoken[INDEX["jawOpen"]] = 0.4
    jaws = []
    for number in range(240):
        tracked = spoken if number < 60 else silent
        face = tracked.copy()
        composite(face, one("surprised"), tracked, DT_S)
        jaws.append(float(face[INDEX["jawOpen"]]))
    assert jaws[62] < 0.1 < 0.3 < jaws[-1]
