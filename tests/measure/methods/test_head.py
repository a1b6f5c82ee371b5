"""The head engine against the studio: the landmarker finds both faces at the same places."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from measure.factors_to_motion import motion_of
from measure.protocols import Plan, portrait_of
from protocol.blendshapes import INDEX
from studio.factors import CameraView, Factors, Pose
from studio.renderer import Studio

SIZE = 384


def test_the_landmarker_finds_a_turned_speaking_head_where_the_studio_draws_it(
    shared: Path, ict_studio: Studio
) -> None:
    pytest.importorskip("mediapipe")
    from measure.methods.head import open_method
    from vision.landmarker import FaceLandmarker

    model = shared / "models" / "face_landmarker.task"
    portrait = portrait_of(0, Plan())
    speaking = np.zeros(52, np.float32)
    speaking[INDEX["jawOpen"]] = 0.5
    wanted: list[Factors] = [
        replace(portrait, pose=Pose(yaw=0.35, x=1.5), articulation=speaking),
        replace(portrait, pose=Pose(roll=-0.2, pitch=0.15)),
        replace(portrait, view=CameraView(azimuth=0.35, elevation=0.1, distance=84.0)),
    ]
    with open_method(SIZE, model) as method:
        method.prepare(ict_studio.render(portrait, 512).composed())
        frames = list(method.frames([motion_of(factors, portrait) for factors in wanted], fps=25.0))
        truths = [ict_studio.render(factors, SIZE).composed() for factors in wanted]
        still = ict_studio.render(portrait, SIZE).composed()
    with FaceLandmarker(model, video=False, num_faces=1) as landmarker:

        def points(picture: np.ndarray) -> np.ndarray:
            (face,) = landmarker.detect(np.ascontiguousarray(picture[..., :3]), None)
            return face.landmarks[:468, :2]

        at_rest = points(still)
        for frame, truth in zip(frames, truths, strict=True):
            gap = np.linalg.norm(points(frame) - points(truth), axis=1)
            moved = np.linalg.norm(at_rest - points(truth), axis=1)
            assert np.median(gap) < 0.012 * SIZE
            assert np.median(moved) > 2.5 * np.median(gap)


def test_a_method_has_the_name_of_its_engine_and_an_unknown_engine_is_refused(shared: Path) -> None:
    pytest.importorskip("mediapipe")
    from measure.methods.head import EngineMethod
    from runtime.errors import ConfigError

    model = shared / "models" / "face_landmarker.task"
    with EngineMethod("null", 128, model) as method:
        assert method.name == "null"
    with pytest.raises(ConfigError, match="magic"):
        EngineMethod("magic", 128, model)
