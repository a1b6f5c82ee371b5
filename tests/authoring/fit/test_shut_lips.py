from __future__ import annotations

import numpy as np
import pytest

from authoring.fit.face_in_canvas import FaceInCanvas
from authoring.fit.head_fit import FOCAL, HeadFit
from authoring.fit.shut_lips import NONE, with_shut_lips, worn_mouth
from face.camera import rotation
from face.head_model import load_head_model
from face.landmarks import load_landmarks
from protocol.blendshapes import BLENDSHAPES, INDEX

MODEL = load_head_model()


def test_the_lips_are_the_other_heads_and_what_is_far_stays() -> None:
    random = np.random.default_rng(0)
    own, other = (
        MODEL.vertices + random.normal(0, 0.1, MODEL.vertices.shape).astype(np.float32) for _ in range(2)
    )
    before = own.copy()
    head = with_shut_lips(MODEL, own, other)
    lips = np.concatenate([MODEL.lips.upper, MODEL.lips.lower])
    np.testing.assert_allclose(head[lips], other[lips], atol=1e-5)
    gap = np.linalg.norm(MODEL.vertices[:, None] - MODEL.vertices[lips][None], axis=2).min(1)
    np.testing.assert_array_equal(head[gap > NONE], own[gap > NONE])
    np.testing.assert_array_equal(own, before)


def test_only_skin_is_taken_over() -> None:
    head = with_shut_lips(MODEL, MODEL.vertices, MODEL.vertices + 1)
    for part in ("teeth_upper", "teeth_lower", "tongue", "gums"):
        used = np.setdiff1d(MODEL.part(part), MODEL.part("face", "mouth_socket"))
        np.testing.assert_array_equal(head[used], MODEL.vertices[used])
    assert np.ptp(np.linalg.norm(head - MODEL.vertices, axis=1)) > 1


def test_the_mouth_that_the_portrait_wears_is_found_over_other_lips() -> None:
    places = load_landmarks()
    worn = np.zeros(52, np.float32)
    for name, value in (
        ("jawOpen", 0.4),
        ("mouthStretchLeft", 0.3),
        ("mouthStretchRight", 0.3),
        ("eyeBlinkLeft", 0.5),
    ):
        worn[INDEX[name]] = value
    less = worn.copy()
    less[INDEX["jawOpen"]] = 0.1  # as if the rest of the opening had been taken for a feature
    turn, away = rotation(0.1, 0.05, 0.0), np.array([0.5, -1.0, -100.0], np.float32)
    fit = HeadFit(np.zeros(60, np.float32), less, turn, away, FOCAL, 0.0)

    def picture(expression: np.ndarray) -> np.ndarray:
        return fit.to_picture(fit.to_rest(places.of(MODEL.expressed(MODEL.vertices, expression))))

    face = FaceInCanvas(picture(worn), worn)
    found = worn_mouth(MODEL, places, fit, face, MODEL.vertices)
    before, after = (np.abs(picture(values) - face.landmarks)[:468].max() for values in (less, found))
    assert after < 0.2 * before
    assert found[INDEX["jawOpen"]] == pytest.approx(0.4, abs=0.08)
    others = [i for i, name in enumerate(BLENDSHAPES) if not name.startswith(("mouth", "jaw"))]
    np.testing.assert_array_equal(found[others], less[others])
