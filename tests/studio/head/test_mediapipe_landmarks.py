from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from face.head_model import load_head_model
from face.landmarks import load_landmarks
from studio.factors import Factors, Pose
from studio.head.mediapipe_landmarks import place_mediapipe_landmarks
from studio.head.mesh import StudioMesh
from studio.head.source import FaceSource
from studio.renderer import Studio

SIZE = 512


def test_landmarks_lie_where_the_head_model_has_them(ict_source: FaceSource, ict_mesh: StudioMesh) -> None:
    model = load_head_model()
    expected = load_landmarks().of(model.shape(np.zeros(len(model.identity), np.float32)))
    found = place_mediapipe_landmarks(ict_source, ict_mesh).of(ict_source.vertices[ict_mesh.source_vertex])
    assert found.shape == (478, 3)
    assert np.linalg.norm(found - expected, axis=1).max() < 0.05  # head-model units, about centimetres


def test_irises_turn_with_the_eyes_and_the_rest_stays(ict_studio: Studio) -> None:
    ahead = ict_studio.render(Factors(style="clay"), SIZE).mediapipe_landmarks
    aside = ict_studio.render(Factors(style="clay", gaze=(0.4, 0.0)), SIZE).mediapipe_landmarks
    moved = aside[:, 0] - ahead[:, 0]
    assert (moved[[468, 473]] > 3.0).all()  # to the subject's left, which is the picture's right
    assert np.abs(moved[:468]).max() < 1.0


def test_mediapipe_finds_its_landmarks_at_the_labels(ict_studio: Studio, shared: Path) -> None:
    pytest.importorskip("mediapipe")
    from vision.landmarker import FaceLandmarker

    model = shared / "models" / "face_landmarker.task"
    errors = []
    with FaceLandmarker(model, video=False, num_faces=1) as landmarker:
        for yaw in (-0.25, 0.0, 0.25):
            picture = ict_studio.render(Factors(style="real", look=3, pose=Pose(yaw=yaw)), SIZE)
            found = landmarker.detect(picture.composed(), None)
            if found:
                gap = found[0].landmarks[:, :2] - picture.mediapipe_landmarks[:, :2]
                errors.append(np.median(np.linalg.norm(gap[:468], axis=1)))
    assert len(errors) >= 2
    assert np.median(errors) < 8.0  # of a face 230 pixels high; by itself it strays by 3
