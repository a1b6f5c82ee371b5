from __future__ import annotations

import sys
from importlib.util import find_spec

import numpy as np
import pytest

from omote.app.tray import icon_picture, open_tray
from tests.x_server import x_server


def test_the_icon_is_a_pale_mask_on_nothing() -> None:
    pixels = np.asarray(icon_picture())
    assert pixels.shape == (64, 64, 4)
    assert pixels[0, 0, 3] == 0
    assert tuple(pixels[32, 32]) == (240, 236, 228, 255)
    assert pixels[28, 23, :3].mean() < 80  # an eye


def test_without_pystray_there_is_no_tray(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pystray", None)
    assert open_tray(lambda: None, lambda: None) is None


def test_a_screen_without_a_tray_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """A window that hid itself there could never be brought back."""
    if find_spec("pystray") is None:
        pytest.skip("pystray is missing: pip install 'omote[app]'")
    with x_server() as screen:
        monkeypatch.setenv("DISPLAY", screen.display)
        monkeypatch.setenv("PYSTRAY_BACKEND", "xorg")
        assert open_tray(lambda: None, lambda: None) is None
