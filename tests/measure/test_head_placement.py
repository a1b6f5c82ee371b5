from __future__ import annotations

import numpy as np
import pytest

from face.camera import PortraitCamera, rotation
from face.head_model import load_head_model
from face.landmarks import FACE_OVAL, FIRST_IRIS, load_landmarks
from measure.head_placement import FittedHead, HeadPlacement, placement_of
from protocol.blendshapes import INDEX
from protocol.channels import CHANNEL_INDEX, CHANNELS

SIZE, FOCAL = 512, 2.4
TURN = rotation(0.1, -0.05, 0.02)
#: The true head in the camera space of its portrait, and the point about which a method turns it.
POINTS = load_landmarks().of(load_head_model().vertices) @ TURN.T + (1.5, -2.0, -88.0)
PIVOT = TURN @ np.array([0.3, -9.0, -2.5]) + (1.5, -2.0, -88.0)


def true_landmarks() -> np.ndarray:
    """x and y in pixels, and depth, as the studio labels them."""
    x, y = (FOCAL * POINTS[:, axis] / -POINTS[:, 2] for axis in (0, 1))
    return np.stack([(x + 0.5) * SIZE, (0.5 - y) * SIZE, -POINTS[:, 2]], 1).astype(np.float32)


@pytest.mark.parametrize("units", [1.0, 0.2, 7.0])
@pytest.mark.parametrize("focal", [FOCAL, 1.6, 3.5])
def test_a_head_of_the_true_shape_has_the_true_pivot_whatever_units_and_focal_length_it_was_fitted_with(
    units: float, focal: float
) -> None:
    front = np.setdiff1d(np.arange(FIRST_IRIS), FACE_OVAL)
    middle = POINTS[front].mean(0)
    # as large in the picture as the true head: a longer focal length puts it farther away
    placed = np.array([0.7, 0.4, middle[2] * focal / FOCAL]) * units
    own = (POINTS - middle) * units + placed
    placement = HeadPlacement(
        own.astype(np.float32), ((PIVOT - middle) * units + placed).astype(np.float32), focal
    )
    assert placement.pivot_in(true_landmarks(), SIZE, focal=FOCAL) == pytest.approx(PIVOT, abs=2e-3)


def test_an_avatars_placement_is_its_head_as_in_the_portrait() -> None:
    model = load_head_model()
    camera = PortraitCamera(2.2, TURN, np.array([1, 2, -95], np.float32), model.pivot)
    portrait = np.zeros(len(CHANNELS), np.float32)
    portrait[CHANNEL_INDEX["expression"]["jawOpen"]] = 0.5
    portrait[CHANNEL_INDEX["gaze"]["pitch"]] = 0.25  # the lids follow
    placement = placement_of(FittedHead(model, camera, model.vertices, portrait))
    weights = np.zeros(52, np.float32)
    weights[INDEX["jawOpen"]] = 0.5
    without_lids = load_landmarks().of(model.expressed(model.vertices, weights)) @ TURN.T + (1, 2, -95)
    moved = np.linalg.norm(placement.landmarks - without_lids, axis=1)
    chin, upper_lid = 199, 386
    assert moved[chin] < 1e-3
    assert moved[upper_lid] > 0.03
    assert placement.pivot == pytest.approx(TURN @ model.pivot + (1, 2, -95), abs=1e-4)
    assert placement.focal == 2.2
