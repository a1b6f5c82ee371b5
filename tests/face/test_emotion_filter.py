from __future__ import annotations

import numpy as np

from face.emotion_filter import ARTICULATION, EXPRESSIVE, MIXED, AnalyticEmotionFilter
from face.emotion_shapes import WEIGHT
from protocol.blendshapes import BLENDSHAPES, INDEX
from protocol.channels import EMOTIONS

DT_S = 1.0 / 60.0
SMILE = {
    "mouthSmileLeft": 0.8, "mouthSmileRight": 0.8, "cheekSquintLeft": 0.5, "cheekSquintRight": 0.5,
    "eyeSquintLeft": 0.3, "eyeSquintRight": 0.3, "mouthStretchLeft": 0.2, "mouthStretchRight": 0.2,
}  # fmt: skip


def test_a_sudden_smile_is_removed_in_the_first_frame() -> None:
    face = np.zeros(52, np.float32)
    filtered = AnalyticEmotionFilter()
    for name, value in SMILE.items():
        face[INDEX[name]] = value
    filtered(face, 1.0, DT_S)
    assert face[INDEX["mouthSmileLeft"]] == 0.0
    assert face[INDEX["cheekSquintRight"]] == 0.0


def test_weight_0_leaves_the_expression_unchanged() -> None:
    rng = np.random.default_rng(3)
    emotion_filter = AnalyticEmotionFilter()
    for _ in range(100):
        face = rng.random(52).astype(np.float32)
        before = face.copy()
        emotion_filter(face, 0.0, DT_S)
        assert face.tobytes() == before.tobytes()


def test_the_filter_only_lowers_shapes_and_stays_in_range() -> None:
    rng = np.random.default_rng(5)
    emotion_filter = AnalyticEmotionFilter()
    for _ in range(300):
        face = rng.random(52).astype(np.float32)
        before = face.copy()
        emotion_filter(face, float(rng.random()), DT_S)
        assert (face <= before).all()
        assert (face >= 0.0).all()


def test_kinds_of_shapes_do_not_overlap() -> None:
    assert not set(ARTICULATION) & set(MIXED)
    assert set(ARTICULATION) | set(MIXED) <= set(BLENDSHAPES)


def test_speech_on_mixed_shapes_passes_and_a_held_level_is_removed() -> None:
    """Articulation moves a mixed shape fast; a level held for seconds counts as emotion."""
    emotion_filter = AnalyticEmotionFilter()
    stretch = INDEX["mouthStretchLeft"]
    shown = []
    for number in range(round(8.0 / DT_S)):
        is_spoken = number * DT_S < 4.0
        face = np.zeros(52, np.float32)
        face[stretch] = 0.4 * (number // 6 % 2) if is_spoken else 0.4
        emotion_filter(face, 1.0, DT_S)
        shown.append(float(face[stretch]))
    assert max(shown[100:240]) > 0.3
    assert shown[-1] < 0.02


def test_the_prototype_of_an_emotion_loses_most_of_its_mixed_shapes() -> None:
    for row, emotion in enumerate(EMOTIONS):
        face = WEIGHT[row].copy()
        AnalyticEmotionFilter()(face, 1.0, DT_S)
        mixed = [INDEX[name] for name in MIXED]
        assert face[mixed].sum() <= 0.5 * WEIGHT[row][mixed].sum() + 1e-6, emotion
        assert not face[[INDEX[name] for name in EXPRESSIVE]].any()
