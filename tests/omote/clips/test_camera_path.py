from __future__ import annotations

from math import degrees

import pytest

from omote.clips.camera_path import SWING_S, CameraPath, camera_path
from runtime.errors import ConfigError


def angles(path: CameraPath, time_s: float) -> tuple[float, float]:
    (message,) = path.messages(time_s)
    assert message.layer == "view"
    return degrees(message.values["azimuth"]), degrees(message.values["elevation"])


def test_a_camera_in_front_drives_nothing() -> None:
    assert camera_path("", 0.0).messages(1.0) == ()


def test_a_camera_stands_where_it_is_put() -> None:
    for time_s in (0.0, 0.7, 30.0):
        assert angles(camera_path("20,-5", 0.0), time_s) == pytest.approx((20.0, -5.0))
    assert angles(camera_path("-12.5", 0.0), 1.0) == pytest.approx((-12.5, 0.0))


def test_it_swings_to_both_sides_and_back() -> None:
    path = camera_path("10", 30.0)
    at = [angles(path, SWING_S * k / 4)[0] for k in range(5)]
    assert at == pytest.approx([10.0, 40.0, 10.0, -20.0, 10.0])
    steps = [abs(angles(path, k / 60)[0] - angles(path, (k + 1) / 60)[0]) for k in range(240)]
    assert max(steps) < 0.8


@pytest.mark.parametrize(
    ("view", "orbit", "words"),
    [
        ("left", 0.0, "AZIMUTH"),
        ("1,2,3", 0.0, "AZIMUTH or AZIMUTH,ELEVATION"),
        ("50", 30.0, "at most 68 degrees of azimuth, the swing included; got 80"),
        ("0,60", 0.0, "elevation"),
        ("nan", 0.0, "expected"),
    ],
)
def test_what_cannot_be_seen_is_refused(view: str, orbit: float, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        camera_path(view, orbit)
