from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from bridge.commands import gamepad
from bridge.devices import gamepad as device
from bridge.errors import BridgeError


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    gamepad.add_parser(parser.add_subparsers())
    return gamepad.run(parser.parse_args(["gamepad", *arguments]))


@pytest.mark.parametrize(("arguments", "source"), [([], "gamepad"), (["--source", "pad 2"], "pad 2")])
@pytest.mark.parametrize("is_learning", [False, True])
def test_the_controller_is_driven_or_learned(
    arguments: list[str], source: str, is_learning: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    used: list[tuple[str, str]] = []
    monkeypatch.setattr(device, "SdlPads", lambda: None)
    monkeypatch.setattr(gamepad, "run_device", lambda options, made: used.append(("run", made.source)) or 0)
    monkeypatch.setattr(gamepad, "learn_device", lambda made: used.append(("learn", made.source)) or 0)
    assert run(*arguments, *["--learn"] * is_learning) == 0
    assert used == [("learn" if is_learning else "run", source)]


def test_wrong_bindings_are_an_error_before_the_controller_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device, "SdlPads", lambda: pytest.fail("it was opened"))
    (tmp_path / "bad.toml").write_text("[stick]\nleft = 1\n")
    with pytest.raises(BridgeError, match=r"bad\.toml"):
        run("--map", str(tmp_path / "bad.toml"))
