from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("cv2")

from authoring.fit.head_fit import HeadFit
from authoring.fit.proportions import face_proportions
from authoring.paint.neck import build_neck
from authoring.portrait.canvas import EXTENDED_PX, extended_pixels
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
    chin = face_proportions(rig.model, rig.neutral).chin
    assert np.abs(neck[neck[:, 1] > chin, 0]).max() <= np.abs(face[:, 0]).max()


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


SKIN = np.array([0.7, 0.5, 0.4], np.float32)


def fit_of(rig: HeadRig) -> HeadFit:
    camera, still = rig.camera, np.zeros(52, np.float32)
    return HeadFit(np.zeros(1, np.float32), still, camera.rotation, camera.translation, camera.focal, 0.0)


def chin_row(rig: HeadRig) -> int:
    face = rig.neutral[np.unique(rig.model.triangles["face"])]
    chin = face[[face[:, 2] > 6][0]]
    fit = fit_of(rig)
    return int(extended_pixels(fit.to_picture(fit.to_rest(chin[[chin[:, 1].argmin()]])))[0, 1])


@pytest.mark.parametrize("lean", [-0.5, 0.0, 0.5])
def test_below_the_chin_it_lies_within_the_portraits_neck(rig: HeadRig, lean: float) -> None:
    """Necks lean, and widen towards the shoulders; beside them a turned head would show an edge."""
    row, middle = chin_row(rig), EXTENDED_PX // 2
    rows, columns = np.mgrid[0:EXTENDED_PX, 0:EXTENDED_PX].astype(np.float32)
    along = np.maximum(rows - row, 0)
    left, right = middle - 80 + lean * along - 0.2 * along, middle + 80 + lean * along + 0.2 * along
    sheet = np.zeros((EXTENDED_PX, EXTENDED_PX, 4), np.float32)
    sheet[(columns >= left) & (columns <= right)] = (*SKIN, 1)
    fit = fit_of(rig)
    neck = build_neck(rig.model, fit, rig.neutral, sheet, (middle - 80, middle + 80, row), SKIN)
    pixels = extended_pixels(fit.to_picture(neck.vertices))
    low = (pixels[:, 1] > row + 8) & (neck.colours[:, 3] > 0.05)
    at = pixels[low].round().astype(int)
    assert low.sum() > 30
    assert sheet[at[:, 1].clip(0, EXTENDED_PX - 1), at[:, 0], 3].min() == 1
    wide = np.ptp(pixels[low, 0])
    assert wide > 0.75 * 160  # nearly as wide as the neck


def test_it_has_the_colours_of_the_neck_and_not_of_a_collar(rig: HeadRig) -> None:
    row, middle = chin_row(rig), EXTENDED_PX // 2
    sheet = np.zeros((EXTENDED_PX, EXTENDED_PX, 4), np.float32)
    sheet[:, middle - 80 : middle + 80] = (*SKIN, 1)
    sheet[:, middle : middle + 80, :3] *= 0.8  # one side lies in the shade
    sheet[row + 30 :] = (0.1, 0.6, 0.2, 1)
    fit = fit_of(rig)
    neck = build_neck(rig.model, fit, rig.neutral, sheet, (middle - 80, middle + 80, row), SKIN)
    shown = neck.colours[:, 3] > 0.5
    colours = neck.colours[shown, :3] / neck.colours[shown, 3:]
    assert np.abs(colours / colours[:, :1] - SKIN / SKIN[0]).max() < 0.02
    pixels = extended_pixels(fit.to_picture(neck.vertices))[shown]
    below = pixels[:, 1] > row + 5
    lit, shaded = pixels[:, 0] < middle - 50, pixels[:, 0] > middle + 50
    assert colours[lit & below].mean() > 1.1 * colours[shaded & below].mean()
    dark = build_neck(
        rig.model, fit, rig.neutral, sheet, (middle - 80, middle + 80, row), SKIN, jaw_shade=0.3
    )
    shares = dark.colours[shown, :3].sum(1) / neck.colours[shown, :3].sum(1)
    assert shares[pixels[:, 1] < row - 70] == pytest.approx(0.7, abs=0.01)
    assert shares[below] == pytest.approx(1.0, abs=0.01)
