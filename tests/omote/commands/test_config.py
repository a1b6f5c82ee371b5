from __future__ import annotations

from pathlib import Path

import pytest

from omote.__main__ import main
from runtime.config import RunConfig, load_config


def test_init_writes_a_file_that_loads_back_to_the_defaults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["config", "--init"]) == 0
    assert "omote run --config omote.toml" in capsys.readouterr().out
    assert load_config(Path("omote.toml")) == RunConfig()


def test_init_keeps_the_given_options_and_refuses_to_replace_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "small.toml"
    assert main(["config", "--init", str(path), "--size", "256", "--osc-port", "none"]) == 0
    config = load_config(path)
    assert (config.size, config.ports.osc) == (256, None)
    assert main(["config", "--init", str(path)]) == 1
    assert "exists already" in capsys.readouterr().err
    assert load_config(path) == config
    assert main(["config", "--init", str(path), "--force"]) == 0
    assert load_config(path) == RunConfig()


def test_show_prints_what_is_in_force(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, shown = tmp_path / "omote.toml", tmp_path / "shown.toml"
    path.write_text("size = 256\nfps = 24\n[idle]\nseed = 3\n")
    assert main(["config", "--show", "--config", str(path), "--fps", "30", "--no-panel"]) == 0
    shown.write_text(capsys.readouterr().out, "utf-8")
    config = load_config(shown)
    assert config == load_config(path, {"fps": 30.0, "ports": {"panel": "none"}})
    assert (config.size, config.fps, config.idle.seed) == (256, 30.0, 3)


def test_a_file_with_an_error_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "omote.toml"
    path.write_text("sise = 256\n")
    assert main(["config", "--show", "--config", str(path)]) == 1
    assert "did you mean size?" in capsys.readouterr().err
    assert main(["config", "--init", str(tmp_path / "missing" / "x.toml")]) == 1
    assert "cannot be written" in capsys.readouterr().err
