from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from bridge.calibration.profile import Profiles
from bridge.calibration.profile_text import profile_text
from protocol.blendshapes import INDEX

TABLES = {
    "mirror": True,
    "pose": {"yaw": -1.5, "rest_pitch_rad": 0.1, "swap": ["yaw", "pitch"]},
    "gaze": {"up": 0.4},
    "expression": {"jawOpen": {"rest": 0.05, "learn": 0.1, "full": 0.7}, "eyeBlink": {"swap": True}},
}


@pytest.mark.parametrize("section", ["livelink", "livelink:Anna", 'quote " and \\ and ü', "vts-phone"])
def test_a_toml_parser_reads_the_same_tables_back(section: str) -> None:
    text = profile_text(TABLES, section=section, comment="two\nlines")
    assert text.startswith("# two\n# lines\n")
    assert tomllib.loads(text) == {"source": {section: TABLES}}


def test_the_profile_applies_to_its_section_only(tmp_path: Path) -> None:
    path = tmp_path / "anna.toml"
    path.write_text(profile_text(TABLES, section="livelink:Anna", comment=""), "utf-8")
    profiles = Profiles(path)
    own, other = profiles.of("livelink", "livelink:Anna"), profiles.of("livelink", "livelink:Ben")
    assert own.mirror
    assert own.full[INDEX["jawOpen"]] == 0.7
    assert own.pose_gain[0] == -1.5
    assert own.source[INDEX["eyeBlinkLeft"]] == INDEX["eyeBlinkRight"]
    assert other.full[INDEX["jawOpen"]] != 0.7


def test_empty_tables_are_left_out() -> None:
    text = profile_text({"pose": {}, "expression": {}}, section="vmc", comment="empty")
    assert tomllib.loads(text) == {"source": {"vmc": {}}}
