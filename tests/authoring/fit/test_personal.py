from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from authoring.fit.head_fit import FOCAL
from authoring.fit.personal import (
    IRIS_CENTRE,
    IRIS_RIM,
    TEETH_DOWN,
    PersonalHead,
    _teeth_of,
    direction,
    personalise,
)
from face.head_model import load_head_model
from face.landmarks import FIRST_IRIS, load_landmarks
from tests.authoring.front_fit import FIT

MODEL = load_head_model()
PLACES = load_landmarks()


def photographed(vertices: np.ndarray, gaze: tuple[float, float] = (0.0, 0.0)) -> np.ndarray:
    """Landmarks (478, 2) of a head whose eyes look in a direction, by the definition of a pinhole."""
    points = PLACES.of(vertices)
    for side in (0, 1):
        centre = MODEL.eye_centre(vertices, side)
        radius = np.linalg.norm(vertices[MODEL.eyeball(side)] - centre, axis=1).mean()
        front = centre + radius * direction(np.array(gaze, np.float32))
        points[IRIS_CENTRE[side]] = front
        for rim, (x, y) in zip(IRIS_RIM[side], ((1, 0), (0, 1), (-1, 0), (0, -1)), strict=True):
            points[rim] = front + 0.45 * radius * np.array([x, y, 0])
    points += np.float32([0, 0, -100])
    return (np.stack([points[:, 0], -points[:, 1]], 1) / -points[:, 2:] * FOCAL).astype(np.float32)


def test_a_direction_is_a_unit_vector_and_yaw_turns_to_the_subjects_left() -> None:
    assert direction(np.zeros(2, np.float32)) == pytest.approx([0, 0, 1])
    assert direction(np.float32([0.3, 0.0])) == pytest.approx([np.sin(0.3), 0, np.cos(0.3)])
    assert direction(np.float32([0.0, 0.3])) == pytest.approx([0, np.sin(0.3), np.cos(0.3)])
    assert np.linalg.norm(direction(np.float32([0.3, -0.4]))) == pytest.approx(1)


def test_a_smooth_residual_is_added_to_the_skin() -> None:
    truth = MODEL.vertices.copy()
    truth[:, 0] *= 1 + 0.02 * np.tanh(truth[:, 1] / 4)  # wider above, narrower below
    landmarks = photographed(truth)
    person = personalise(MODEL, PLACES, FIT, landmarks)
    before = np.linalg.norm(photographed(MODEL.vertices) - landmarks, axis=1)[:FIRST_IRIS]
    after = np.linalg.norm(photographed(person.neutral) - landmarks, axis=1)[:FIRST_IRIS]
    assert after.mean() < 0.5 * before.mean()


@pytest.fixture(scope="module")
def ahead() -> PersonalHead:
    """A person who looks ahead."""
    return personalise(MODEL, PLACES, FIT, photographed(MODEL.vertices))


@pytest.mark.parametrize("gaze", [(0.2, 0.0), (-0.2, 0.0), (0.0, 0.2), (0.15, -0.15)])
def test_the_gaze_follows_the_irises(ahead: PersonalHead, gaze: tuple[float, float]) -> None:
    person = personalise(MODEL, PLACES, FIT, photographed(MODEL.vertices, gaze))
    assert person.gaze - ahead.gaze == pytest.approx(0.7 * np.array(gaze), abs=0.05)


def test_a_person_at_rest_looks_ahead_whatever_the_irises_do() -> None:
    held = personalise(MODEL, PLACES, FIT, photographed(MODEL.vertices, (0.15, -0.15)), at_rest=True)
    assert held.gaze.tolist() == [0, 0]


@pytest.mark.parametrize("side", [0, 1])
def test_an_eyeball_that_was_moved_from_the_nose_still_reaches_the_corner_of_its_eye(side: int) -> None:
    """Between them, a head that turns would show what lies behind it. The iris stays on a ball."""
    landmarks = photographed(MODEL.vertices)
    outwards = 0.012 if side == 0 else -0.012  # the subject's left is on the right
    landmarks[[IRIS_CENTRE[side], *IRIS_RIM[side]], 0] += outwards
    person = personalise(MODEL, PLACES, FIT, landmarks)
    centre, head = person.eye_centres[side], person.neutral
    lids = MODEL.lids[side]
    inner = lids.upper[[0, -1]][np.abs(head[lids.upper[[0, -1]], 0]).argmin()]
    corner, ball = head[inner] - centre, head[MODEL.eyeball(side)] - centre
    reach, radius = np.linalg.norm(corner), np.linalg.norm(ball, axis=1)
    alike = (ball / radius[:, None]) @ (corner / reach)
    assert radius[alike.argmax()] > reach - 0.12  # as far as an eyeball is drawn behind its place
    before = MODEL.vertices[MODEL.eyeball(side)] - MODEL.eye_centre(MODEL.vertices, side)
    own = np.linalg.norm(before, axis=1)
    ahead = (before / own[:, None])[:, 2] > 0.97
    ratio = (radius / own)[ahead]
    assert ratio.max() < 1.03 * ratio.min()


def test_the_upper_teeth_come_down(ahead: PersonalHead) -> None:
    teeth = np.unique(MODEL.part("teeth_upper"))
    assert ahead.neutral[teeth, 1].mean() == pytest.approx(
        MODEL.vertices[teeth, 1].mean() - TEETH_DOWN, abs=0.05
    )


@pytest.mark.parametrize("part", ["teeth_upper", "teeth_lower"])
def test_a_row_of_teeth_is_one_arc_without_gaps(ahead: PersonalHead, part: str) -> None:
    teeth = [ahead.neutral[tooth] for tooth in _teeth_of(MODEL, part, len(ahead.neutral))]
    teeth.sort(key=lambda tooth: float(tooth[:, 0].mean()))
    middles = [float(tooth[:, 0].mean()) for tooth in teeth]
    for end in (0, -1):  # the edges that bite, and the roots
        ends = [float(np.sort(tooth[:, 1])[end]) for tooth in teeth]
        assert np.abs(np.polyval(np.polyfit(middles, ends, 2), middles) - ends).max() < 0.1
    # the front teeth, seen from the front, overlap
    front = [tooth for tooth in teeth if abs(float(tooth[:, 0].mean())) < 1.7]
    assert len(front) == 6
    for left, right in pairwise(front):
        assert left[:, 0].max() > right[:, 0].min()
