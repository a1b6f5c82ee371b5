"""Views of the mean head, photographed by the definition of a pinhole."""

from __future__ import annotations

import numpy as np
import pytest

from authoring.clip.others import OtherPicture
from authoring.fit.face_in_canvas import FaceInCanvas
from authoring.paint.view import View, view_of
from authoring.portrait.canvas import CANVAS_PX, Cut, extended_pixels
from face.camera import rotation
from face.head_model import load_head_model
from face.landmarks import LID_EDGES, load_landmarks
from protocol.blendshapes import INDEX

MODEL, PLACES = load_head_model(), load_landmarks()
CUT = Cut(0.0, 0.0, 96.0)
FACE = np.unique(MODEL.triangles["face"])
NO_CLOSING = (np.zeros((2, 1), np.int32), np.zeros((2, 1, 3), np.float32))


def project(points: np.ndarray, yaw: float) -> np.ndarray:
    seen = points @ rotation(yaw, 0.0, 0.0).T + (0.5, -1.0, -100.0)
    return (np.stack([seen[:, 0], -seen[:, 1]], 1) / -seen[:, 2:] * 2.2).astype(np.float32)


def photographed(
    yaw: float, *, shift: np.ndarray | None = None, **shapes: float
) -> tuple[OtherPicture, np.ndarray]:
    """A grey frame with exact landmarks, and the head's vertices."""
    worn = np.zeros(52, np.float32)
    for name, value in shapes.items():
        worn[INDEX[name]] = value
    head = MODEL.expressed(MODEL.vertices, worn)
    landmarks = project(PLACES.of(head), yaw)
    if shift is not None:
        landmarks = landmarks + shift
    grey = np.full((96, 96, 3), 120, np.uint8)
    return OtherPicture(FaceInCanvas(landmarks.astype(np.float32), worn), grey), head


def seen(other: OtherPicture, **options: object) -> View:
    view = view_of(MODEL, PLACES, MODEL.vertices, other, CUT, **options)  # type: ignore[arg-type]
    assert view is not None
    return view


@pytest.mark.parametrize("yaw", [0.0, 0.3, -0.4])
def test_vertices_are_seen_where_they_are(yaw: float) -> None:
    other, head = photographed(yaw, jawOpen=0.3)
    view = seen(other)
    expected = extended_pixels(project(head, yaw))
    facing = (MODEL.vertices[FACE, 2] > np.quantile(MODEL.vertices[FACE, 2], 0.4)) & (
        MODEL.vertices[FACE, 1] > -20
    )
    away = np.linalg.norm(view.pixels - expected, axis=1)[FACE][facing]
    assert np.median(away) < 2.0
    assert view.canvas.rgb.mean() == pytest.approx(120 / 255, abs=0.01)
    assert view.skin.shape == view.canvas.known.shape


def test_places_follow_landmarks_where_the_followed_head_does_not() -> None:
    shift = np.zeros((478, 2), np.float32)
    brow = [336, 296, 334, 293, 300, 285, 295, 282, 283, 276]
    shift[brow, 1] = -4.0 / CANVAS_PX
    plain, _ = photographed(0.0)
    moved, _ = photographed(0.0, shift=shift)
    anchors = PLACES.vertices[brow].ravel()
    rise = (seen(plain).pixels - seen(moved).pixels)[anchors, 1]
    assert 1.5 < np.median(rise) < 6.0


def test_a_shut_eye_is_shut_on_the_head_too() -> None:
    other, _ = photographed(0.0, eyeBlinkLeft=1.0, eyeBlinkRight=1.0)
    view = seen(other, shut=(0, NO_CLOSING))
    lids = MODEL.lids[0]
    plain, _ = photographed(0.0)
    heights = [
        float(one.pixels[lids.lower, 1].mean() - one.pixels[lids.upper, 1].mean())
        for one in (seen(plain), view)
    ]
    assert heights[1] < 0.7 * heights[0]  # the model's blink alone, which does not close every eye
    assert len(LID_EDGES[0]) == 16


def test_a_face_that_the_head_does_not_fit_is_left_out() -> None:
    noise = np.random.default_rng(1).normal(0, 12 / 512, (478, 2))
    other, _ = photographed(0.0, shift=noise)
    assert view_of(MODEL, PLACES, MODEL.vertices, other, CUT) is None


def test_a_face_outside_the_canvas_is_left_out() -> None:
    other, _ = photographed(0.0, shift=np.array([0.8, 0.0]))
    assert view_of(MODEL, PLACES, MODEL.vertices, other, CUT) is None
