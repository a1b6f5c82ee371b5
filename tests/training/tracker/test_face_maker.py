"""The tracker's pictures, drawn by the real studio with the small head."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from face.camera import angles
from measure.factors_to_motion import head_in_camera
from studio.head.source import PART, read_face_source
from training.person_workers import people_in
from training.tracker.face_maker import FaceMaker, make_all_faces
from training.tracker.face_pictures import FACE_PX, read_faces
from training.tracker.recipe import face_factors


def test_labels_belong_to_their_pictures(small_head: Path) -> None:
    maker = FaceMaker(read_face_source(small_head), count=4, seed=0)
    faces = maker.draw(3)
    maker.close()
    factors = list(face_factors(3, 4, seed=0))
    for number, one in enumerate(factors):
        np.testing.assert_array_equal(faces.expression[number], one.expression())
        np.testing.assert_allclose(angles(faces.turn[number]), head_in_camera(one), atol=1e-5)
        colours, part = faces.picture(number)
        assert colours.shape == (FACE_PX, FACE_PX, 3)
        inside = faces.landmarks[number, :, :2].round().astype(int).clip(0, FACE_PX - 1)
        seen = part[inside[:, 1], inside[:, 0]]
        assert (seen != PART["background"]).mean() > 0.8


def test_a_folder_is_made_by_a_process_of_its_own(small_head: Path, tmp_path: Path) -> None:
    made = make_all_faces(tmp_path, [3, 4], count=1, seed=0, source=small_head, workers=1)
    assert made == 2
    assert [int(read_faces(path).identity) for path in people_in(tmp_path)] == [3, 4]
