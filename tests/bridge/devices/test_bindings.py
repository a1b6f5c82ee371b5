from __future__ import annotations

from pathlib import Path

import pytest

from bridge.devices.bindings import load_bindings
from bridge.devices.gamepad import AXES, BUTTONS
from bridge.devices.held_channels import Target
from bridge.errors import CalibrationError
from protocol.channels import EMOTIONS


@pytest.mark.parametrize("kind", ["midi", "gamepad"])
def test_shipped_bindings_reach_every_emotion_and_the_head(kind: str) -> None:
    targets = {target for table in load_bindings(None, kind).values() for target in table.values()}
    assert {Target("emotion", emotion) for emotion in EMOTIONS} <= targets
    assert {Target("pose", "yaw"), Target("pose", "pitch"), Target("expression", "jawOpen")} <= targets


def test_shipped_gamepad_names_only_controls_that_exist() -> None:
    bindings = load_bindings(None, "gamepad")
    assert set(bindings["axis"]) <= set(AXES)
    assert set(bindings["button"]) <= set(BUTTONS)


def test_own_table_replaces_the_shipped_one_and_the_others_stay(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('[note]\n7 = "sad"\n')
    bindings = load_bindings(path, "midi")
    assert bindings["note"] == {"7": Target("emotion", "sad")}
    assert bindings["bend"] == load_bindings(None, "midi")["bend"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[note", "is not TOML"),
        ('[key]\n1 = "sad"', r"unknown table \[key\]; expected \[note\], \[control\], \[bend\]"),
        ('[note]\n1 = "smile"', r"\[note\] 1: 'smile' is not a channel"),
        ("[note]\n1 = 2", "2 is not a name"),
        ("note = 1", "must be a table"),
    ],
)
def test_mistakes_are_reported(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(content)
    with pytest.raises(CalibrationError, match=said):
        load_bindings(path, "midi")


def test_missing_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(CalibrationError, match="cannot be read"):
        load_bindings(tmp_path / "none.toml", "midi")
