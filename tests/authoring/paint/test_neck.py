from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("cv2")

from authoring.fit.head_fit import HeadFit
from authoring.fit.proportions import face_proportions
from authoring.paint.neck import build_neck
from authoring.portrait.canvas import EXTENDED_PX
from face.avatar import load_avatar
from face.rig import HeadRig, load_rig


@pytest.fixture(scope="module")
def rig(drawn_avatar: Path) -> HeadRig:
    return load_rig(load_avatar(drawn_avatar))


def in_head_space(rig: HeadRig, rest: np.ndarray) -> np.ndarray:
    return (rest - rig.camera.translation) @ rig.camera.rotation


def test_the_throat_reaches_from_below_the_chin_to_the_ears(rig: HeadRig) -> None:
    chin = face_proportions(rig.model, rig.neutral).chin
    heights = in_head_space(rig, rig.neck.vertices)[:, 1]
    assert heights.min() < chin < heights.max()


def test_the_throat_lies_behind_the_face_and_inside_it(rig: HeadRig) -> None:
    face = rig.neutral[np.unique(rig.model.triangles["face"])]
    neck = in_head_space(rig, rig.neck.vertices)
    assert neck[:, 2].max() < face[:, 2].max()
    assert np.abs(neck[:, 0]).max() <= np.abs(face[:, 0]).max()


def test_colours_are_premultiplied_and_fade_out(rig: HeadRig) -> None:
    colours = rig.neck.colours
    assert 0 <= colours.min() <= colours.max() <= 1
    assert (colours[:, :3] <= colours[:, 3:] + 1e-5).all()
    lowest = in_head_space(rig, rig.neck.vertices)[:, 1].argmin()
    assert colours[lowest, 3] < 0.2


def test_every_triangle_names_its_vertices(rig: HeadRig) -> None:
    assert np.unique(rig.neck.triangles).tolist() == list(range(len(rig.neck.vertices)))


def test_a_face_cut_out_without_its_neck_gets_none_below_the_chin(rig: HeadRig) -> None:
    camera = rig.camera
    still = np.zeros(52, np.float32)
    fit = HeadFit(np.zeros(1, np.float32), still, camera.rotation, camera.translation, camera.focal, 0.0)
    sheet = np.full((EXTENDED_PX, EXTENDED_PX, 4), 0.5, np.float32)
    chin = face_proportions(rig.model, rig.neutral).chin
    lowest = {}
    for half in (60, 0):
        sides = (EXTENDED_PX // 2 - half, EXTENDED_PX // 2 + half, EXTENDED_PX // 2)
        neck = build_neck(rig.model, fit, rig.neutral, sheet, sides, np.full(3, 0.5, np.float32))
        shown = neck.colours[:, 3] > 0.01
        lowest[half] = float(in_head_space(rig, neck.vertices)[shown, 1].min())
    assert lowest[60] < chin - 2 < chin <= lowest[0]
