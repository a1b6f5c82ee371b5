from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from face.avatar import load_avatar
from face.deform import FaceDeformer, SkinCodes, deform_basis, with_lids
from face.eyeballs import set_look_shapes
from face.rig import HeadRig, load_rig
from protocol.blendshapes import INDEX

LEFT, RIGHT = INDEX["eyeBlinkLeft"], INDEX["eyeBlinkRight"]


@pytest.fixture(scope="module")
def rig(drawn_avatar: Path) -> HeadRig:
    return load_rig(load_avatar(drawn_avatar))


def by_hand(rig: HeadRig, expression: np.ndarray, gaze: np.ndarray) -> np.ndarray:
    """The slow reference: the model's own sum, with the lids' rules written out."""
    weights = expression.copy()
    set_look_shapes(weights, gaze)
    for side in ("Left", "Right"):
        for name in ("eyeWide", "eyeLookUp", "eyeLookDown", "eyeSquint"):
            weights[INDEX[name + side]] *= 1 - weights[INDEX["eyeBlink" + side]]
    vertices = rig.model.expressed(rig.neutral, weights).astype(np.float64)
    for side, blink in enumerate((LEFT, RIGHT)):
        moved = dict(zip(rig.lid_vertices[side].tolist(), rig.lid_closing[side], strict=False))
        for vertex, closing in moved.items():
            vertices[vertex] += closing * weights[blink] ** 2
    return vertices


@pytest.mark.parametrize("seed", range(6))
def test_fast_and_slow_agree(rig: HeadRig, seed: int) -> None:
    rng = np.random.default_rng(seed)
    deformer = FaceDeformer(rig)
    for _ in range(3):
        expression = (rng.random(52) * (rng.random(52) < 0.4)).astype(np.float32)
        gaze = rng.uniform(-0.5, 0.5, 2).astype(np.float32)
        vertices = deformer.deform(expression, gaze)
        expected = by_hand(rig, expression, gaze)
        assert np.abs(vertices - expected).max() < 1e-3
        assert np.abs(deformer.delta - (expected - rig.neutral)).max() < 1e-3


def test_neutral_is_the_neutral_head(rig: HeadRig) -> None:
    deformer = FaceDeformer(rig)
    deformer.deform(np.ones(52, np.float32), np.ones(2, np.float32))
    vertices = deformer.deform(np.zeros(52, np.float32), np.zeros(2, np.float32))
    assert np.abs(vertices - rig.neutral).max() < 1e-5
    assert not deformer.delta.any()


def test_the_arrays_are_reused_and_the_input_is_not_touched(rig: HeadRig) -> None:
    deformer = FaceDeformer(rig)
    expression, gaze = np.full(52, 0.3, np.float32), np.zeros(2, np.float32)
    assert deformer.deform(expression, gaze) is deformer.deform(expression, gaze) is deformer.vertices
    assert (expression == np.float32(0.3)).all()


def test_a_blink_overrides_the_other_lid_shapes_of_its_side() -> None:
    expression = np.zeros(52, np.float32)
    expression[[LEFT, INDEX["eyeWideLeft"], INDEX["eyeWideRight"]]] = 1.0
    weights = with_lids(expression, np.array([0, -0.3], np.float32), out=np.zeros(52, np.float32))
    assert weights[INDEX["eyeWideLeft"]] == weights[INDEX["eyeLookDownLeft"]] == 0
    assert weights[INDEX["eyeWideRight"]] == 1
    assert weights[INDEX["eyeLookDownRight"]] > 0.4


def test_further_rows_move_what_their_codes_say(rig: HeadRig) -> None:
    moving, basis = deform_basis(rig)
    random = np.random.default_rng(2)
    rows = random.normal(0, 0.1, (3, basis.shape[1])).astype(np.float32)
    codes = SkinCodes(
        random.normal(0, 1, (3, 52)).astype(np.float32), np.array([-0.2, 0.1, -9e3], np.float32)
    )
    further = FaceDeformer.of(rig.neutral, moving, np.concatenate([basis, rows]), codes)
    plain = FaceDeformer(rig)
    gaze = np.zeros(2, np.float32)
    for _ in range(2):
        expression = random.random(52).astype(np.float32)
        shapes = plain.weights(expression, gaze)
        np.testing.assert_array_equal(further.weights(expression, gaze), shapes)
        weights = [max(0.0, float(codes.weight[k] @ shapes[:52] + codes.bias[k])) for k in range(3)]
        assert weights[2] == 0.0
        moved = further.deform(expression, gaze)[moving] - plain.deform(expression, gaze)[moving]
        np.testing.assert_allclose(moved.ravel(), np.array(weights) @ rows, atol=1e-4)
