from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

pytest.importorskip("cv2")

from authoring.paint.atlas import ATLAS_PX, atlas_pixels
from authoring.paint.raster import Raster
from authoring.paint.visibility import eye_opening, stretch, texel_confidence
from authoring.portrait.canvas import EXTENDED_PX, extended_pixels
from face.head_model import load_head_model
from face.landmarks import load_landmarks
from face.normals import vertex_normals
from protocol.blendshapes import INDEX
from tests.authoring.front_fit import FIT

MODEL = load_head_model()


@pytest.fixture(scope="module")
def raster() -> Iterator[Raster]:
    with Raster() as made:
        yield made


@pytest.mark.parametrize("side", [0, 1])
def test_an_open_eye_shows_its_ball_and_a_shut_one_hardly_any(raster: Raster, side: int) -> None:
    opening = eye_opening(raster, MODEL, FIT, MODEL.vertices, side)
    assert opening.shape == (EXTENDED_PX, EXTENDED_PX)
    centre = extended_pixels(FIT.to_picture(FIT.to_rest(MODEL.eye_centre(MODEL.vertices, side)[None])))[0]
    assert opening[round(centre[1]), round(centre[0])] == 1
    assert (centre[0] > EXTENDED_PX / 2) == (side == 0)  # the subject's left is on the right
    shut = MODEL.vertices + MODEL.expression[INDEX["eyeBlinkLeft" if side == 0 else "eyeBlinkRight"]]
    assert eye_opening(raster, MODEL, FIT, shut, side).sum() < 0.2 * opening.sum()


def test_texels_are_trusted_where_the_portrait_shows_them(raster: Raster) -> None:
    rest = FIT.to_rest(MODEL.vertices)
    triangles = MODEL.triangles["face"]
    places = atlas_pixels(MODEL)
    positions = raster.draw(places, rest, triangles, ATLAS_PX)
    normals = raster.draw(places, vertex_normals(rest, triangles), triangles, ATLAS_PX)[..., :3]
    offset = np.float32([0, 0, 1e-6])  # texels outside the face have position 0
    at = extended_pixels(FIT.to_picture(positions[..., :3].reshape(-1, 3) - offset)).reshape(
        ATLAS_PX, ATLAS_PX, 2
    )
    confidence = texel_confidence(raster, FIT, rest, triangles, positions, normals, at)
    assert 0 <= confidence.min() <= confidence.max() <= 1
    points = load_landmarks().of(MODEL.vertices)
    face = np.unique(triangles)
    for landmark, expected in ((1, 1.0), (6, 1.0)):  # the nose's tip and bridge face the camera
        vertex = face[np.linalg.norm(MODEL.vertices[face] - points[landmark], axis=1).argmin()]
        column, row = places[vertex].astype(int)
        assert confidence[row, column] == pytest.approx(expected, abs=0.1)
    # A texel whose normal points away from the camera is not visible.
    away = (positions[..., 3] > 0) & ((normals * positions[..., :3]).sum(2) > 0.05 * 100)
    assert away.sum() > 100
    assert confidence[away].max() < 0.05


def test_stretch_is_relative_to_the_usual_texel() -> None:
    rows, columns = np.mgrid[0:64, 0:64].astype(np.float32)
    at = np.stack([columns * 3, rows * 2], -1)
    assert stretch(at) == pytest.approx(np.ones((64, 64)))
    folded = at.copy()
    folded[20:40] = folded[20]  # twenty rows that show one row of the portrait
    assert stretch(folded)[30, 30] == 0
