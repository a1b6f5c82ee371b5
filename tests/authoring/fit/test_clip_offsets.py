"""A head that the linear model cannot be, photographed from several sides by the definition of a pinhole."""

from __future__ import annotations

import numpy as np
import pytest

from authoring.fit.clip_offsets import bend_to_clip, follow
from authoring.fit.face_in_canvas import FaceInCanvas
from authoring.fit.head_fit import fit_head
from authoring.fit.personal import personalise
from face.camera import angles, rotation
from face.head_model import load_head_model
from face.landmarks import load_landmarks
from protocol.blendshapes import INDEX

MODEL, PLACES = load_head_model(), load_landmarks()
TURNS = [(0.3, 0.0), (-0.3, 0.05), (0.15, -0.2), (-0.2, 0.2), (0.25, 0.1), (-0.1, -0.1)]


def photographed(vertices: np.ndarray, yaw: float = 0.0, pitch: float = 0.0) -> FaceInCanvas:
    points = PLACES.of(vertices) @ rotation(yaw, pitch, 0.0).T + (0.5, -1.0, -100.0)
    picture = np.stack([points[:, 0], -points[:, 1]], 1) / -points[:, 2:] * 2.2
    return FaceInCanvas(picture.astype(np.float32), np.zeros(52, np.float32))


def with_forward(reach: float, amount: float) -> np.ndarray:
    """The mean head whose mouth and chin stand out further, as no picture from the front shows."""
    gap = np.linalg.norm(MODEL.vertices[:, :2] - PLACES.of(MODEL.vertices)[14, :2], axis=1)
    head = MODEL.vertices.copy()
    head[:, 2] += (amount * np.exp(-((gap / reach) ** 2))).astype(np.float32)
    return head


def depth_error(neutral: np.ndarray, truth: np.ndarray) -> float:
    """Of the middle of the lips against the nose's bridge, model units."""
    ours, true = (points[14, 2] - points[168, 2] for points in (PLACES.of(neutral), PLACES.of(truth)))
    return float(abs(ours - true))


def test_other_angles_tell_what_stands_out() -> None:
    truth = with_forward(4.0, 1.2)
    portrait = photographed(truth)
    fit = fit_head(MODEL, PLACES, portrait.landmarks, portrait.blendshapes)
    faces = [photographed(truth, *turn) for turn in TURNS]
    fits = follow(MODEL, PLACES, fit.identity, faces)
    bent = bend_to_clip(MODEL, PLACES, fit, portrait, list(zip(fits, faces, strict=True)))
    one = personalise(MODEL, PLACES, fit, portrait.landmarks)
    many = personalise(MODEL, PLACES, fit, portrait.landmarks, bent=bent)
    assert depth_error(many.neutral, truth) < 0.75 * depth_error(one.neutral, truth)


def test_the_portrait_is_met_as_exactly_as_without_a_clip() -> None:
    truth = with_forward(4.0, 1.2)
    portrait = photographed(truth)
    fit = fit_head(MODEL, PLACES, portrait.landmarks, portrait.blendshapes)
    faces = [photographed(truth, *turn) for turn in TURNS]
    moments = list(zip(follow(MODEL, PLACES, fit.identity, faces), faces, strict=True))
    bent = bend_to_clip(MODEL, PLACES, fit, portrait, moments)
    rms = []
    for head in (None, bent):
        person = personalise(MODEL, PLACES, fit, portrait.landmarks, bent=head)
        shown = MODEL.expressed(person.neutral, fit.expression)
        gap = fit.to_picture(fit.to_rest(PLACES.of(shown)))[:468] - portrait.landmarks[:468]
        rms.append(np.sqrt((gap**2).sum(1).mean()) * 512)
    assert rms[1] < rms[0] + 0.15


@pytest.mark.parametrize("turn", TURNS)
def test_a_known_head_is_followed(turn: tuple[float, float]) -> None:
    identity = np.zeros(60, np.float32)
    identity[:10] = np.random.default_rng(3).normal(size=10) * 0.7
    worn = np.zeros(52, np.float32)
    worn[INDEX["jawOpen"]] = 0.4
    face = photographed(MODEL.expressed(MODEL.shape(identity), worn), *turn)
    [fit] = follow(MODEL, PLACES, identity, [FaceInCanvas(face.landmarks, worn)])
    np.testing.assert_array_equal(fit.identity, identity)
    assert fit.rms_px < 0.5
    assert fit.expression[INDEX["jawOpen"]] == pytest.approx(0.4, abs=0.05)
    assert np.degrees(np.abs(np.subtract(angles(fit.rotation)[:2], turn))).max() < 1.0


def test_a_clip_of_nothing_but_the_portrait_changes_little() -> None:
    """The portrait's own residual is all that there is to bend by; it has no depth."""
    portrait = photographed(MODEL.vertices)
    fit = fit_head(MODEL, PLACES, portrait.landmarks, portrait.blendshapes)
    bent = bend_to_clip(MODEL, PLACES, fit, portrait, [])
    assert np.abs(bent - MODEL.shape(fit.identity)).max() < 0.05
