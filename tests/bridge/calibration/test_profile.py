from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bridge.calibration.profile import Profiles, load_profile
from bridge.errors import CalibrationError
from protocol.blendshapes import INDEX


def test_own_profile_changes_only_what_it_names(tmp_path: Path) -> None:
    profile = load_profile()
    file = tmp_path / "mine.toml"
    file.write_text(
        "[expression]\njawOpen = { full = 0.5 }\nmouthSmile = { swap = true }\n[pose]\npitch = -1.0\n"
    )
    mine = load_profile(file)
    changed = np.flatnonzero(mine.full != profile.full)
    assert changed.tolist() == [INDEX["jawOpen"]]
    assert mine.pose_gain.tolist() == [1.0, -1.0, 1.0, 1.0, 1.0, 1.0]
    assert mine.source[INDEX["mouthSmileRight"]] == INDEX["mouthSmileLeft"]
    assert mine.source[INDEX["mouthSmileLeft"]] == INDEX["mouthSmileRight"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[expression]\njawOpne = { full = 0.5 }\n", "jawOpne"),
        ("[expression]\njawOpen = { gain = 0.5 }\n", "expression.jawOpen.gain"),
        ("[expression]\njawOpen = { full = 0.01 }\n", "jawOpen"),
        ("[pose]\nyaw = 'left'\n", "pose.yaw"),
        ("[pose]\nyaw = nan\n", "pose.yaw"),
        ("[sound]\nvolume = 1\n", "sound"),
        ("expression = 3\n", "expression"),
        ("[pose]\nswap = ['yaw', 'nod']\n", "pose.swap"),
        ("mirror = 1\n", "mirror"),
        ("learn_s = -1\n", "learn_s"),
        ("source = 3\n", "source"),
        ("[source.livelink]\njawOpen = 1\n", "jawOpen"),
        ("[source.'livelink:Anna'.pose]\nyou = 1\n", "pose.you"),
        ("[[[", "cannot be read"),
    ],
)
def test_a_bad_profile_names_the_wrong_key_or_value(tmp_path: Path, text: str, named: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(text)
    with pytest.raises(CalibrationError, match=named):
        load_profile(file)


def test_missing_profile_is_named(tmp_path: Path) -> None:
    with pytest.raises(CalibrationError, match=r"mine\.toml"):
        load_profile(tmp_path / "mine.toml")


def test_tracker_without_a_profile_of_its_own_is_taken_at_its_word() -> None:
    profile = load_profile(tracker="no such tracker")
    assert profile.rest.max() == profile.learn.max() == 0.0
    assert profile.full.tolist() == [1.0] * 52
    assert profile.pose_gain.tolist() == [1.0] * 6
    assert np.nanmax(profile.pose_rest) == 0.0
    assert np.isnan(profile.pose_rest[3:]).all()


def test_sections_of_a_source_lie_over_those_of_its_tracker(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(
        "mirror = true\n[pose]\nyaw = 2.0\n"
        "[source.livelink.pose]\npitch = -1.0\nswap = ['yaw', 'roll']\n"
        "[source.'livelink:Anna']\nmirror = false\n"
        "[source.'livelink:Anna'.pose]\nroll = 0.5\nswap = []\n"
        "[source.'livelink:Anna'.expression]\njaw = { swap = true }\n"
    )
    profiles = Profiles(file)
    other = profiles.of("vmc", "vmc:127.0.0.1")
    assert other.mirror
    assert other.pose_gain[:3].tolist() == [2.0, 1.0, 1.0]
    ben = profiles.of("livelink", "livelink:Ben")
    assert ben.mirror
    assert ben.pose_gain[:3].tolist() == [2.0, -1.0, 1.0]
    assert ben.pose_source.tolist() == [2, 1, 0, 3, 4, 5]
    anna = profiles.of("livelink", "livelink:Anna")
    assert not anna.mirror
    assert anna.pose_gain[:3].tolist() == [2.0, -1.0, 0.5]
    assert anna.pose_source.tolist() == [0, 1, 2, 3, 4, 5]
    assert anna.source[INDEX["jawLeft"]] == INDEX["jawRight"]
    assert ben.source[INDEX["jawLeft"]] == INDEX["jawLeft"]


@pytest.mark.parametrize("number", ["nan", "-nan", "inf", "-inf", "1e999", "1e308", "-1e7", "1" + "0" * 400])
@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("learn_s", "learn_s = {}"),
        ("pose.yaw", "[pose]\nyaw = {}"),
        ("pose.rest_yaw_rad", "[pose]\nrest_yaw_rad = {}"),
        ("pose.learn_roll_rad", "[pose]\nlearn_roll_rad = {}"),
        ("gaze.up", "[gaze]\nup = {}"),
        ("gaze.gain_pitch", "[gaze]\ngain_pitch = {}"),
        ("lids.follow_gaze", "[lids]\nfollow_gaze = {}"),
        ("expression.jawOpen.rest", "[expression.jawOpen]\nrest = {}"),
        ("expression.eyeBlink.full", "[expression.eyeBlink]\nfull = {}"),
        ("pose.yaw", '[source."livelink:Anna".pose]\nyaw = {}'),
    ],
)
def test_numbers_that_no_face_has_are_refused_by_their_key(
    tmp_path: Path, key: str, text: str, number: str
) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text.format(number))
    with pytest.raises(CalibrationError, match=key) as refused:
        Profiles(path)
    assert len(str(refused.value)) < 300
