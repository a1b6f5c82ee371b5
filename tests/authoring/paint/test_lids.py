from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("cv2")

from authoring.paint.lids import lid_closings
from authoring.paint.raster import Raster
from authoring.paint.visibility import eye_opening
from face.camera import rotation
from face.head_model import load_head_model
from protocol.blendshapes import INDEX
from tests.authoring.front_fit import FIT

MODEL = load_head_model()


def test_wide_eyes_close_without_a_gap_from_the_front_and_the_side() -> None:
    wide = MODEL.expression[INDEX["eyeWideLeft"]] + MODEL.expression[INDEX["eyeWideRight"]]
    neutral = (MODEL.vertices + wide).astype(np.float32)
    with Raster() as raster:
        vertices, movements = lid_closings(raster, MODEL, FIT, neutral)
        assert vertices.shape == movements.shape[:2]
        assert movements.shape[::2] == (2, 3)
        for side, name in enumerate(("eyeBlinkLeft", "eyeBlinkRight")):
            blink = neutral + MODEL.expression[INDEX[name]]
            shut = blink.copy()
            shut[vertices[side]] += movements[side]
            assert eye_opening(raster, MODEL, FIT, blink, side).sum() > 100  # the model's blink leaves a gap
            for yaw in (0.0, 0.2, -0.2):
                turned = replace(FIT, rotation=rotation(yaw, 0.0, 0.0).astype(np.float32))
                assert eye_opening(raster, MODEL, turned, shut, side).sum() < 20


def test_every_lid_moves_down() -> None:
    with Raster() as raster:
        _, movements = lid_closings(raster, MODEL, FIT, MODEL.vertices)
    assert movements[..., 1].max() <= 1e-6
