from __future__ import annotations

from pathlib import Path

import pytest

from protocol.messages import Command
from runtime.config import load_config
from runtime.config_text import config_toml
from runtime.errors import ConfigError
from runtime.hotkeys.chord import parse_chord
from runtime.hotkeys.hotkey_table import MAX_HOTKEYS, read_hotkeys


def test_a_chord_calls_a_name_with_its_argument() -> None:
    table = {"ctrl+alt+1": "emotion happy", "F13": "look  Grim  face ", "f14": "recenter"}
    assert read_hotkeys(table) == {
        parse_chord("ctrl+alt+1"): Command(name="emotion", argument="happy"),
        parse_chord("f13"): Command(name="look", argument="Grim  face"),
        parse_chord("f14"): Command(name="recenter"),
    }


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"hctrl+1": "recenter"}, "hotkeys: 'hctrl+1': there is no key 'hctrl'"),
        ({"f13": "emotio happy"}, "f13 calls 'emotio', which there is not; did you mean emotion?"),
        ({"f13": "stop"}, "which there is not; expected one of emotion"),
        ({"f13": ""}, "f13 calls ''"),
        ({"f13": "look"}, "needs a name; write: look NAME"),
        ({"f13": "emotion grumpy"}, "the emotion 'grumpy'; expected one of happy"),
        ({"f13": "load_avatar ../me"}, "f13: load_avatar expects one name, and no path"),
        ({"ctrl+alt+1": "recenter", "alt+ctrl+1": "emotion sad"}, "ctrl+alt+1 is there twice, for recenter"),
        ({f"ctrl+{key}": "recenter" for key in map(str, range(MAX_HOTKEYS + 1))}, "expected at most 64"),
    ],
)
def test_what_cannot_be_called_is_said_in_words(table: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read_hotkeys(table)
    assert words in str(refused.value)
    with pytest.raises(ConfigError, match="hotkeys"):
        load_config(None, {"hotkeys": table})


def test_the_settings_have_the_table_in_either_spelling(tmp_path: Path) -> None:
    path = tmp_path / "omote.toml"
    path.write_text('[hotkeys]\n"ctrl+alt+1" = "emotion happy"\n"F13" = "look \\"x\\""\n')
    config = load_config(path)
    assert config.hotkeys == {"ctrl+alt+1": "emotion happy", "F13": 'look "x"'}
    path.write_text(config_toml(config))
    assert load_config(path) == config
    path.write_text('[hotkeys]\n"ctrl+alt+1" = 1\n')
    with pytest.raises(ConfigError, match=r"hotkeys"):
        load_config(path)
