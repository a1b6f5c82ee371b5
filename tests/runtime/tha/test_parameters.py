"""The order of the parameters is that of the published networks."""

from __future__ import annotations

from runtime.tha.parameters import FACE_PARAMETERS, NAMES, PARAMETERS, THA


def test_places_that_the_original_documents() -> None:
    assert (PARAMETERS, FACE_PARAMETERS, len(set(NAMES))) == (45, 39, 45)
    wanted = {
        "eyebrow_troubled_left": 0, "eyebrow_serious_right": 11, "eye_wink_left": 12, "iris_small_right": 25,
        "mouth_aaa": 26, "mouth_delta": 31, "mouth_lowered_corner_left": 32, "mouth_raised_corner_right": 35,
        "mouth_smirk": 36, "iris_rotation_x": 37, "iris_rotation_y": 38, "head_x": 39, "neck_z": 41, "body_z": 43,
        "breathing": 44,
    }  # fmt: skip
    assert {name: THA[name] for name in wanted} == wanted
