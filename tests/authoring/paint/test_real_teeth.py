"""Teeth of a known colour between parted lips, on the drawn avatar's own head."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from authoring.fit.head_fit import HeadFit
from authoring.paint.raster import Raster
from authoring.paint.real_teeth import RealTeeth, real_teeth
from authoring.paint.view import View
from authoring.portrait.canvas import EXTENDED_PX, Canvas, extended_pixels
from face.avatar import load_avatar
from face.landmarks import load_landmarks
from face.mouth import MOUTH_PARTS, has_own_teeth, mouth_places
from face.rig import HeadRig, load_rig
from face.rig_schema import MOUTH_COLOURS
from protocol.blendshapes import INDEX
from runtime.engines.head_programs import MOUTH_CLEARANCE

SKIN, TOOTH, DARK = (
    np.array(one, np.float32) for one in ((0.7, 0.5, 0.4), (0.8, 0.72, 0.5), (0.1, 0.03, 0.03))
)
INNER = (78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95)
PLACES = load_landmarks()


@pytest.fixture(scope="module")
def rig(drawn_avatar: Path) -> HeadRig:
    return load_rig(load_avatar(drawn_avatar))


@pytest.fixture(scope="module")
def raster() -> Iterator[Raster]:
    with Raster() as made:
        yield made


def view(raster: Raster, rig: HeadRig, *, tooth: np.ndarray | None = TOOTH, light: float = 1.0) -> View:
    """The head with an open mouth: where the model has upper teeth there are teeth of one colour, below them it is dark."""
    worn = np.zeros(52, np.float32)
    for name in ("jawOpen", "mouthSmileLeft", "mouthSmileRight", "mouthUpperUpLeft", "mouthUpperUpRight"):
        worn[INDEX[name]] = 0.6
    camera, model = rig.camera, rig.model
    fit = HeadFit(np.zeros(60, np.float32), worn, camera.rotation, camera.translation, camera.focal, 1.0)
    head = model.expressed(rig.neutral, worn)
    rest = fit.to_rest(head)
    pixels = extended_pixels(fit.to_picture(rest))
    kind = np.zeros((len(head), 2), np.float32)
    kind[np.unique(model.part(*MOUTH_PARTS)), 0] = 1
    kind[np.unique(model.triangles["teeth_upper"]), 1] = 1
    behind = rest[:, 2] - MOUTH_CLEARANCE * kind[:, 0]
    drawn = raster.draw(
        pixels, kind, model.part("face", *MOUTH_PARTS), EXTENDED_PX, depth=(-1 / behind).astype(np.float32)
    )
    opening = (drawn[..., 0] > 0.5).astype(np.uint8)
    rgb = np.broadcast_to(SKIN, (EXTENDED_PX, EXTENDED_PX, 3)).astype(np.float32).copy()
    rgb[opening > 0] = DARK
    if tooth is not None:
        rgb[(drawn[..., 1] > 0.5) & (opening > 0)] = tooth
    landmarks = extended_pixels(fit.to_picture(fit.to_rest(PLACES.of(head))))
    outline = cv2.convexHull(np.argwhere(opening)[:, ::-1].astype(np.int32))[:, 0]
    landmarks[list(INNER)] = outline[np.linspace(0, len(outline) - 1, len(INNER)).astype(int)]
    one = np.ones((EXTENDED_PX, EXTENDED_PX), np.float32)
    return View(Canvas(light * rgb, one, None), one, fit, rest, pixels, landmarks)


def found_in(raster: Raster, rig: HeadRig, *views: View) -> RealTeeth:
    found = real_teeth(raster, rig, views, SKIN)
    assert found is not None
    return found


def test_teeth_of_the_frame_lie_on_the_models_upper_teeth_alone(raster: Raster, rig: HeadRig) -> None:
    found = found_in(raster, rig, view(raster, rig))
    upper = np.unique(rig.model.triangles["teeth_upper"])
    others = np.setdiff1d(np.arange(len(rig.neutral)), upper)
    assert (found.rig.teeth_places[others] == -1).all()
    assert has_own_teeth(found.rig)
    assert not has_own_teeth(rig)
    np.testing.assert_array_equal(mouth_places(found.rig), found.rig.teeth_places)
    at = found.rig.teeth_places[upper]
    inside = ((at > 0.05) & (at < 0.95)).all(1)
    assert inside.mean() > 0.3
    opaque = found.picture[..., 3] > 0.99
    assert opaque.mean() > 0.03
    assert np.abs(found.picture[opaque][:, :3] - TOOTH).mean() < 0.05
    assert found.picture[[0, -1]][..., 3].max() == found.picture[:, [0, -1]][..., 3].max() == 0


def test_a_darker_frame_is_levelled_to_the_portraits_skin(raster: Raster, rig: HeadRig) -> None:
    found = found_in(raster, rig, view(raster, rig, light=0.7))
    opaque = found.picture[..., 3] > 0.99
    assert np.abs(found.picture[opaque][:, :3] - TOOTH).mean() < 0.06


def test_the_models_other_teeth_take_the_colour(raster: Raster, rig: HeadRig) -> None:
    row = MOUTH_COLOURS.index("teeth")
    found = found_in(raster, rig, view(raster, rig))
    before, after = rig.mouth_colours[row], found.rig.mouth_colours[row]
    yellow = [float(one[2] / one[0]) for one in (before, after, TOOTH)]
    assert abs(yellow[1] - yellow[2]) < abs(yellow[0] - yellow[2])


def test_a_mouth_without_teeth_gives_none(raster: Raster, rig: HeadRig) -> None:
    assert real_teeth(raster, rig, [view(raster, rig, tooth=None)], SKIN) is None
    assert real_teeth(raster, rig, [], SKIN) is None


def test_teeth_that_spoil_the_other_frames_are_left(raster: Raster, rig: HeadRig) -> None:
    white, dim = (np.array(one, np.float32) for one in ((0.95, 0.93, 0.9), (0.42, 0.38, 0.34)))
    best = view(raster, rig, tooth=white)
    assert real_teeth(raster, rig, [best], SKIN) is not None
    assert real_teeth(raster, rig, [best, *[view(raster, rig, tooth=dim)] * 5], SKIN) is None
