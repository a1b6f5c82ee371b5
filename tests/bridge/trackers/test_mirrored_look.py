from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")
pytest.importorskip("cv2", reason="pip install 'omote[tracking]'")

import cv2

from bridge.trackers.mirrored_look import mirror
from bridge.trackers.tracker_network import (
    FaceReading,
    installed_tracker,
    load_tracker_model,
    open_tracker_network,
)
from face.camera import angles, rotation
from protocol.blendshapes import mirrored
from vision.face_crops import FaceCrops, FaceFrame
from vision.tracker_outputs import READ_SHAPES, SEEN

WIDTH = 320
LEVEL = np.array([[3.2, -0.4], [-3.2, -0.4]]), np.array([0.0, -4.7])
FRAME = FaceFrame(150.0, 90.0, 9.0, 0.2, *LEVEL)
MIRRORED = FaceFrame(WIDTH - 150.0, 90.0, 9.0, -0.2, *LEVEL)


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    noise = np.random.default_rng(3).integers(0, 256, (24, WIDTH // 10, 3)).astype(np.uint8)
    return np.asarray(cv2.resize(noise, (WIDTH, 240), interpolation=cv2.INTER_CUBIC))


def read(picture: np.ndarray, frame: FaceFrame, *, looks_twice: bool) -> FaceReading:
    network = open_tracker_network(load_tracker_model(installed_tracker()), ("cpu",), looks_twice=looks_twice)
    reading = network.read(picture, frame)
    assert reading is not None
    return reading


def test_mirrored_crops_are_those_of_the_mirrored_picture(picture: np.ndarray) -> None:
    crops, wanted = FaceCrops(), FaceCrops()
    crops.cut(picture, FRAME)
    before = [array.copy() for array in (crops.face, crops.eyes, crops.mouth)]
    mirror(crops)
    wanted.cut(np.ascontiguousarray(picture[:, ::-1]), MIRRORED)
    for made, there in ((crops.face, wanted.face), (crops.eyes, wanted.eyes), (crops.mouth, wanted.mouth)):
        assert np.abs(made - there).mean() < 0.02  # of noise, sampled between other pixels
    mirror(crops)
    for made, was in zip((crops.face, crops.eyes, crops.mouth), before, strict=True):
        assert (made == was).all()


def test_a_second_look_answers_a_mirrored_picture_with_the_mirrored_answer(picture: np.ndarray) -> None:
    flipped = np.ascontiguousarray(picture[:, ::-1])
    once, other = (
        read(one, frame, looks_twice=False) for one, frame in ((picture, FRAME), (flipped, MIRRORED))
    )
    twice, back = (
        read(one, frame, looks_twice=True) for one, frame in ((picture, FRAME), (flipped, MIRRORED))
    )
    left = READ_SHAPES.index("mouthSmileLeft")
    right = READ_SHAPES.index(mirrored("mouthSmileLeft"))
    assert twice.expression[left] == pytest.approx(
        (once.expression[left] + other.expression[right]) / 2, abs=0.01
    )
    assert twice.expression[left] == pytest.approx(back.expression[right], abs=0.01)
    yaw, pitch, roll = angles(np.float32(twice.turn))
    yaw_back, pitch_back, roll_back = angles(np.float32(back.turn))
    assert (yaw, pitch, roll) == pytest.approx((-yaw_back, pitch_back, -roll_back), abs=0.02)
    assert np.linalg.det(twice.turn) == pytest.approx(1.0)
    assert twice.gaze[0] == pytest.approx(back.gaze[1] * (-1, 1), abs=0.02)
    eye = SEEN.index("left eye")
    assert twice.seen[eye] == pytest.approx(back.seen[SEEN.index("right eye")], abs=0.01)
    # the two looks differ, or this would say nothing
    assert np.abs(once.expression - twice.expression).max() > 0.01
    assert np.abs(once.turn - rotation(0, 0, 0)).max() > 0.01
