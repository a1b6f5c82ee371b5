from __future__ import annotations

import sys

import pytest

from runtime.errors import UnavailableError
from runtime.hotkeys.chord import parse_chord
from runtime.hotkeys.key_listener import open_listener


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, "Wayland lets no program hear keys"),
        ({"XDG_SESSION_TYPE": "wayland"}, "let the key run: curl http://127.0.0.1:8770/do/NAME"),
        ({}, "DISPLAY is not set"),
    ],
)
def test_where_keys_cannot_be_heard_the_reason_and_the_way_round_are_said(
    environment: dict[str, str], words: str
) -> None:
    with pytest.raises(UnavailableError) as refused:
        open_listener([parse_chord("f13")], print, platform="linux", environment=environment)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("platform", "module", "extra"), [("linux", "Xlib.display", "python-xlib"), ("win32", "pynput", "pynput")]
)
def test_a_missing_package_is_named(
    monkeypatch: pytest.MonkeyPatch, platform: str, module: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(UnavailableError, match=extra) as refused:
        open_listener([parse_chord("f13")], print, platform=platform, environment={"DISPLAY": ":0"})
    assert 'pip install "omote[hotkeys]"' in str(refused.value)
