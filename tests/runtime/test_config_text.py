from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from runtime.config import Ports, RunConfig, load_config
from runtime.config_text import config_toml, settings, toml_value
from runtime.control.one_euro import SmoothingSettings
from runtime.layers.idle import IdleSettings
from runtime.publishers.settings import ZeroMqSettings

CHANGED = RunConfig(
    avatar='C:\\faces\\"me"\x7f\n面',
    fps=29.97,
    size=64,
    publish=(),
    strict=True,
    hotkeys={"ctrl+alt+1": 'look "x"', "f13": "recenter"},
    osc_allow=("10.0.0.2", "10.0.0.3"),
    ports=Ports(osc=None, panel=0),
    zeromq=ZeroMqSettings("webp"),
    idle=IdleSettings(0.5, 7),
    smoothing=SmoothingSettings((), 1e-3),
)


@pytest.mark.parametrize("config", [RunConfig(), CHANGED], ids=["defaults", "changed"])
def test_the_file_loads_back_to_the_same_settings(config: RunConfig, tmp_path: Path) -> None:
    path = tmp_path / "omote.toml"
    path.write_text(config_toml(config), "utf-8")
    assert load_config(path) == config


def test_every_setting_is_in_the_file_once_with_a_comment_above() -> None:
    text = config_toml(RunConfig())
    table = tomllib.loads(text)
    keys = [
        *(key for key, value in table.items() if not isinstance(value, dict) or not value),
        *(f"{key}.{name}" for key, value in table.items() if isinstance(value, dict) for name in value),
    ]
    assert keys == [setting.key for setting in settings()]
    assert {"fps", "ports.osc", "idle.amount", "smoothing.sources", "shared_memory.slots"} <= set(keys)
    lines = text.splitlines()
    assert all(
        lines[i - 1].startswith("# ") for i, line in enumerate(lines) if " = " in line and line[0] != "#"
    )
    assert max(map(len, lines)) <= 110


def test_a_changed_setting_names_its_default() -> None:
    text = config_toml(replace(RunConfig(), size=64))
    assert "Default: 512.\nsize = 64\n" in text
    assert text.count("Default: ") == 1


def test_every_setting_says_what_it_means() -> None:
    for setting in settings():
        assert len(setting.meaning) > 8, setting.key
        assert "`runtime." not in setting.meaning, setting.key  # users do not read the code


@pytest.mark.parametrize(
    ("value", "text"),
    [(60.0, "60.0"), (5, "5"), (True, "true"), ((), "[]"), (None, '"none"'), ('a"\\\t', '"a\\"\\\\\\t"')],
)
def test_values_are_written_as_toml_has_them(value: object, text: str) -> None:
    assert toml_value(value) == text
    assert tomllib.loads(f"x = {text}")["x"] == (
        "none" if value is None else list(value) if value == () else value
    )
