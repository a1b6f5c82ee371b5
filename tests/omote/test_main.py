"""The `omote` command line: its commands, and messages for wrong arguments."""

from __future__ import annotations

from pathlib import Path

import pytest

from omote.__main__ import main
from omote.commands.run import config_overrides


def test_help_names_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    assert "run" in capsys.readouterr().out


def test_an_unknown_command_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["dance"])
    assert "dance" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--avatar", "nowhere", "--engine", "null"], "'nowhere' is not an avatar"),
        (["--size", "3"], "size 3 is out of range"),
        (["--guidance", "0.2"], "neural.guidance 0.2 is out of range"),
        (["--guidance-schedule", "progressive", "--steps", "1"], "expected 2 at least"),
        (["--config", "nowhere.toml"], "nowhere.toml does not exist"),
        (["--performance", "nowhere.json"], "nowhere.json cannot be read"),
    ],
)
def test_a_runtime_that_cannot_start_says_why(
    arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ports = ("control", "request", "publish", "osc", "vmc", "panel")
    closed = [text for name in ports for text in (f"--{name}-port", "none")]
    assert main(["run", *closed, *arguments]) == 2
    assert complaint in capsys.readouterr().err


def test_a_setting_of_the_file_can_be_overridden_by_an_option(tmp_path: Path) -> None:
    over = config_overrides({"command": "run", "fps": 30.0, "osc_port": "none", "no_panel": True})
    assert over == {"fps": 30.0, "ports": {"osc": "none", "panel": "none"}}
