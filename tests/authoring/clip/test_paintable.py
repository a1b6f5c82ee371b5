from __future__ import annotations

import numpy as np
import pytest

from authoring.clip.moment import Moment
from authoring.clip.paintable import PARTED, SHUT, eye_opening_of, paintable
from face.landmarks import LID_EDGES
from protocol.blendshapes import INDEX
from tests.authoring.clip.made_moments import made_moment


def seen(
    time_s: float,
    *,
    openings: tuple[float, float] = (0.3, 0.3),
    blinks: tuple[float, float] = (0.0, 0.0),
    **other: float,
) -> Moment:
    """A moment whose eyes are so far open, in their widths."""
    points = np.zeros((478, 3), np.float32)
    for edge, opening in zip(LID_EDGES, openings, strict=True):
        half = len(edge) // 2
        across = np.linspace(0, 10, half + 1)
        points[list(edge[: half + 1]), 0] = across
        points[list(edge[half + 1 :]), 0] = across[1:-1][::-1]
        points[list(edge[1:half]), 1] = -5 * opening
        points[list(edge[half + 1 :]), 1] = 5 * opening
    worn = {"eyeBlinkLeft": blinks[0], "eyeBlinkRight": blinks[1]}
    return made_moment(time_s, landmarks=points, **worn, **other)  # type: ignore[arg-type]


def times(moments: tuple[Moment, ...]) -> list[float]:
    return [one.time_s for one in moments]


def test_an_eyes_opening_is_measured_in_its_own_width() -> None:
    moment = seen(0.0, openings=(0.3, 0.05))
    assert eye_opening_of(moment, 0) == pytest.approx(0.3, abs=1e-3)
    assert eye_opening_of(moment, 1) == pytest.approx(0.05, abs=1e-3)


def test_each_eye_has_its_own_blinks_and_a_half_shut_one_is_none() -> None:
    clip = [seen(float(k)) for k in range(20)]
    wink = seen(20.0, openings=(0.02, 0.3), blinks=(0.9, 0.1))
    half = seen(21.0, openings=(0.15, 0.15), blinks=(0.6, 0.6))
    both = seen(22.0, openings=(0.03, 0.02), blinks=(0.9, 0.9))
    aside = seen(23.0, openings=(0.01, 0.01), blinks=(0.9, 0.9), yaw_deg=30.0)
    blurred = seen(24.0, openings=(0.01, 0.01), blinks=(0.9, 0.9), sharpness=5.0)
    found = paintable([*clip, wink, half, both, aside, blurred], clip[0])
    assert times(found.shut[0]) == [22.0, 20.0]  # lids of a blink are calmer than those of a wink
    assert times(found.shut[1]) == [22.0]
    frown = seen(25.0, openings=(0.01, 0.01), blinks=(1.0, 1.0), browDownLeft=0.9)
    assert times(paintable([*clip, frown, both], clip[0]).shut[1]) == [22.0, 25.0]
    many = [seen(30.0 + k, openings=(0.02, 0.02), blinks=(0.9, 0.9)) for k in range(9)]
    assert len(paintable([*clip, *clip, *many], clip[0]).shut[0]) == SHUT


def test_turned_moments_are_the_sharpest_of_different_directions() -> None:
    clip = [seen(float(k), yaw_deg=0.5 * k) for k in range(8)]  # hardly turned
    far = [seen(10.0, yaw_deg=20.0, sharpness=70.0), seen(11.0, yaw_deg=21.0), seen(12.0, yaw_deg=-18.0)]
    too_far, blurred = seen(13.0, yaw_deg=55.0), seen(14.0, yaw_deg=-30.0, sharpness=20.0)
    found = paintable([*clip, *far, too_far, blurred], clip[0])
    assert times(found.turned) == [11.0, 12.0]
    assert times(paintable(clip, clip[0]).turned) == []


def test_teeth_are_looked_for_between_parted_lips_and_not_in_a_gaping_mouth() -> None:
    shut = [seen(float(k), lips_apart=0.002) for k in range(5)]
    smile = seen(5.0, lips_apart=0.08, mouthSmileLeft=0.8, mouthSmileRight=0.8)
    talks, gapes = seen(6.0, lips_apart=0.05), seen(7.0, lips_apart=0.25)
    found = paintable([*shut, talks, gapes, smile], shut[0])
    assert times(found.parted) == [5.0, 6.0]
    assert len(paintable([*shut, *[smile] * 9], shut[0]).parted) == PARTED


def test_every_moment_is_read_once_in_the_order_of_time() -> None:
    clip = [seen(float(k)) for k in range(20)]
    both = seen(20.0, openings=(0.03, 0.02), blinks=(0.9, 0.9), lips_apart=0.08, yaw_deg=10.0)
    found = paintable([both, *clip], clip[0])
    assert times(tuple(found.all())) == [20.0]
    assert INDEX["eyeBlinkLeft"] != INDEX["eyeBlinkRight"]
