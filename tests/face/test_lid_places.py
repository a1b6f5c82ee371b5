from __future__ import annotations

import numpy as np
import pytest

from face.head_model import load_head_model
from face.lid_places import BLINKS, WIDE, lid_places, shut_head

MODEL = load_head_model()
NONE = (np.zeros((2, 1), np.int32), np.zeros((2, 1, 3), np.float32))
PLACES = lid_places(MODEL, MODEL.vertices, *NONE)


def test_a_shut_head_is_the_models_blinks_and_what_closes_this_persons_lids() -> None:
    number = MODEL.lids[0].upper[3]
    closing = (np.array([[number], [number]], np.int32), np.zeros((2, 1, 3), np.float32))
    closing[1][0, 0] = (0.1, -0.5, 0.2)
    shut, moved = shut_head(MODEL, MODEL.vertices, *closing)
    blinks = MODEL.vertices + MODEL.expression[BLINKS[0]] + MODEL.expression[BLINKS[1]]
    others = np.arange(len(shut)) != number
    np.testing.assert_allclose(shut[others], blinks[others], atol=1e-6)
    np.testing.assert_allclose(shut[number], blinks[number] + (0.1, -0.5, 0.2), atol=1e-6)
    np.testing.assert_allclose(MODEL.vertices + moved.sum(0), shut, atol=1e-6)


def test_each_eye_fills_half_the_width_of_its_half() -> None:
    for side, lids in enumerate(MODEL.lids):
        edge = PLACES[np.concatenate([lids.upper, lids.lower])]
        assert np.ptp(edge[:, 0]) == np.float32(1 / WIDE)
        assert abs(edge[:, 0].min() + edge[:, 0].max() - 1) < 1e-5
        assert (edge[:, 1] > 0.5 * side + 0.1).all()
        assert (edge[:, 1] < 0.5 * side + 0.4).all()


def test_the_subjects_left_is_right_and_up_is_up() -> None:
    for side, lids in enumerate(MODEL.lids):
        x = MODEL.vertices[lids.upper, 0]
        assert PLACES[lids.upper[x.argmax()], 0] > PLACES[lids.upper[x.argmin()], 0]
        own = np.flatnonzero((MODEL.vertices[:, 0] > 0) == (side == 0))
        brow = own[
            np.linalg.norm(
                MODEL.vertices[own] - MODEL.vertices[lids.upper].mean(0) - (0, 1.0, 0.2), axis=1
            ).argmin()
        ]
        assert PLACES[brow, 1] < PLACES[lids.upper, 1].min()


def test_what_the_shut_upper_lid_hides_lies_with_its_own_lid() -> None:
    """Else a half open eye would show the upper lid's lashes on the lower one."""
    _, moved = shut_head(MODEL, MODEL.vertices, *NONE)
    for side, lids in enumerate(MODEL.lids):
        line = PLACES[lids.lower][np.argsort(PLACES[lids.lower, 0])]
        fall = -moved[side, :, 1]
        face = np.unique(MODEL.triangles["face"])
        between = face[
            (PLACES[face, 0] > line[0, 0])
            & (PLACES[face, 0] < line[-1, 0])
            & (PLACES[face, 1] // 0.5 == side)
            & (np.linalg.norm(MODEL.vertices[face] - MODEL.vertices[lids.upper].mean(0), axis=1) < 2.5)
        ]
        under = PLACES[between, 1] - np.interp(PLACES[between, 0], line[:, 0], line[:, 1])
        upper = fall[between] > 0.3 * fall.max()
        lower = fall[between] < 0.2 * fall.max()
        assert upper.sum() > 20
        assert lower.sum() > 20
        assert under[upper].max() < 0
        assert not ((under[lower] > -0.05) & (under[lower] < -1e-4)).any()


def test_the_rest_of_the_head_has_no_place() -> None:
    chin = MODEL.vertices[:, 1].argmin()
    assert PLACES[chin, 0] < 0


@pytest.mark.parametrize(
    ("factors", "shift"),
    [((0.0, 0.0, 0.0), 0.0), ((0.0, 1.0, 1.0), 0.0), ((1.0, 1.0, 1.0), 100.0), ((1.0, 1.0, 1.0), -100.0)],
    ids=["one point", "no width", "all on the left", "all on the right"],
)
def test_a_damaged_head_has_places_too(factors: tuple[float, float, float], shift: float) -> None:
    """A stranger's avatar may hold any vertices: none may end the runtime."""
    neutral = (MODEL.vertices * factors + (shift, 0.0, 0.0)).astype(np.float32)
    places = lid_places(MODEL, neutral, *NONE)
    assert places.shape == (len(neutral), 2)
    assert np.isfinite(places).all()
