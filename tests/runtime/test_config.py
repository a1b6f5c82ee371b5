"""Settings: one file, options over it, and errors that help."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.config import RunConfig, load_config
from runtime.errors import ConfigError


def written(folder: Path, text: str) -> Path:
    path = folder / "omote.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_without_anything_the_defaults_hold() -> None:
    assert load_config() == RunConfig()


def test_a_file_is_read_and_options_are_laid_over_it(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        'size = 256\nfps = 30\n[ports]\nvmc = "none"\nosc = 9000\n'
        '[smoothing]\nsources = ["cam"]\n[idle]\nseed = 3\n',
    )
    config = load_config(path, {"fps": 24.0, "ports": {"panel": "none"}})
    assert (config.size, config.fps) == (256, 24.0)
    assert (config.ports.vmc, config.ports.osc, config.ports.panel) == (None, 9000, None)
    assert config.ports.control == RunConfig().ports.control
    assert config.smoothing.sources == ("cam",)
    assert config.idle.seed == 3


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("sise = 256", "unknown setting sise; did you mean size?"),
        ("[ports]\nosk = 1", r"unknown setting ports.osk; did you mean ports.osc\?"),
        ("[ports]\nqqqq = 1", "expected one of control"),
        ("ports = 3", "must be a table"),
        ('size = "big"', "size: got text, expected a whole number$"),
        ('[ports]\nosc = "x"', 'ports.osc: got text, expected a whole number or "none"$'),
        ("publish = ['shm', 5]", "publish, entry 2: got a whole number, expected one of shm, "),
        ("publish = ['shm', 'tv']", "publish: there is no 'tv'; choose from shm, zeromq"),
        ("[zeromq]\nencoding = 'png'", "zeromq.encoding: got 'png', expected one of raw, jpeg, webp$"),
        ("fps = nan", "fps nan is out of range; expected 0 to 1000"),
        ("[shared_memory]\nslots = 1", "shared_memory.slots 1 is out of range"),
        ("size = 8", "size 8 is out of range"),
        ("[neural]\nproviders = ['gpu']", "neural.providers: there is no 'gpu'; choose from auto, tensorrt"),
        ("[neural]\nleast_fps = 0", "neural.least_fps 0 is out of range"),
        ("[neural]\nsteps = 1\nguidance_schedule = 'progressive'", "neural.steps 1, expected 2 at least"),
        ("fps = -1", "fps -1 is out of range"),
        ('engine = "warp"', "choose from auto, null, head, retouch"),
        ('background = "pink"', "background: there is no 'pink'; expected keep, blur"),
        ("[ports]\nosc = 70000", "ports.osc 70000"),
        ("[idle]\namount = 9", "idle.amount 9"),
        ("[smoothing]\nstrength = -1", "smoothing.strength -1"),
        ("size = ", "cannot be read"),
    ],
)
def test_invalid_settings_are_refused_with_the_expected_values(
    tmp_path: Path, text: str, complaint: str
) -> None:
    with pytest.raises(ConfigError, match=complaint):
        load_config(written(tmp_path, text))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="does not exist"):
        load_config(tmp_path / "nowhere.toml")


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "1e999", "1e308", "1" + "0" * 400])
@pytest.mark.parametrize(
    "text",
    ["fps = {}", "size = {}", "[idle]\namount = {}", "[smoothing]\nstrength = {}", "[ports]\npanel = {}"],
)
def test_numbers_that_are_none_are_refused(tmp_path: Path, text: str, number: str) -> None:
    path = tmp_path / "omote.toml"
    path.write_text(text.format(number))
    with pytest.raises(ConfigError):
        load_config(path)
