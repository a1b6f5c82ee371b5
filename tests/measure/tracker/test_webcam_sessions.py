from __future__ import annotations

import numpy as np

from measure.tracker.webcam_sessions import ALONE, COUNTS, PICTURES, REST, TESTED_SHAPES, session_of
from protocol.blendshapes import BLENDSHAPES, INDEX


def test_a_session_has_its_pictures_in_order() -> None:
    session = session_of(7, 0, 0)
    assert len(session.rest) + len(session.pictures) == PICTURES
    kinds = [kind for kind, _ in session.pictures]
    assert kinds == sorted(kinds)
    assert {kind: kinds.count(kind) for kind in COUNTS if kind != REST} == {
        kind: count for kind, count in COUNTS.items() if kind != REST
    }


def test_rest_pictures_are_neutral() -> None:
    for factors in session_of(7, 0, 0).rest:
        assert not factors.expression().any()
        assert factors.gaze == (0.0, 0.0)


def test_same_person_place_and_seed_give_the_same_session() -> None:
    def numbers(seed: int) -> np.ndarray:
        return np.array([[*f.expression(), *f.gaze, f.pose.yaw] for _, f in session_of(7, 3, seed).pictures])

    assert np.array_equal(numbers(0), numbers(0))
    assert not np.array_equal(numbers(0), numbers(1))


def test_sessions_cover_every_tested_shape_alone() -> None:
    asked = np.zeros(len(BLENDSHAPES))
    for place in range(8):
        for kind, factors in session_of(place, place, 0).pictures:
            if kind == ALONE:
                asked += factors.expression() > 0.0
    assert all(asked[INDEX[name]] for name in TESTED_SHAPES)
    assert not any(asked[place] for place, name in enumerate(BLENDSHAPES) if name not in TESTED_SHAPES)


def test_person_light_and_camera_stay_for_a_session() -> None:
    session = session_of(7, 0, 0)
    assert len({(f.look, f.background, f.view.azimuth) for _, f in session.pictures}) == 1
