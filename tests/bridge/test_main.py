"""The command line: sub-commands, help, exit codes, and errors in one line."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bridge.__main__ import COMMANDS, build_parser, main
from bridge.commands import replay
from bridge.errors import BridgeError
from tests.bridge.bridge_process import ROOT


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["video", "clip.mp4", "--layers", "pose,emotion"], "emotion"),
        (["video", "clip.mp4", "--layers", ""], "expected some of pose,expression,gaze"),
        (["video", "clip.mp4", "--source", "x" * 65], "1 to 64"),
        (["webcam", "--device", "front"], "front"),
    ],
)
def test_wrong_arguments_are_explained(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stop:
        build_parser().parse_args(arguments)
    assert stop.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_help_with_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        build_parser(command).parse_args([command, "--help"])
    assert stop.value.code == 0
    assert f"omote-bridge {command}" in capsys.readouterr().out


def test_only_the_module_of_the_named_command_is_imported() -> None:
    """A light command must start without MediaPipe and ZeroMQ servers of the others."""
    code = (
        "import sys; from bridge.__main__ import build_parser; build_parser('record'); "
        "print([name for name in sys.modules if name.startswith('bridge.commands.')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=300, check=True
    )
    assert "bridge.commands.record" in done.stdout
    assert "bridge.commands.vts_server" not in done.stdout
    assert "bridge.commands.webcam" not in done.stdout


@pytest.mark.parametrize(
    ("raised", "code", "line"),
    [
        (None, 0, ""),
        (KeyboardInterrupt(), 0, ""),
        (BridgeError("the file is gone; name another"), 1, "omote-bridge: the file is gone; name another\n"),
    ],
)
def test_exit_codes(
    raised: BaseException | None,
    code: int,
    line: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def run(options: object) -> int:
        if raised is not None:
            raise raised
        return 0

    monkeypatch.setattr(replay, "run", run)
    monkeypatch.setattr("signal.signal", lambda number, handler: None)
    assert main(["replay", "take.mcap"]) == code
    assert capsys.readouterr().err == line
