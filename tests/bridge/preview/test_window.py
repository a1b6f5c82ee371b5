from __future__ import annotations

import pytest

from bridge.preview.window import open_view, why_no_window

pytest.importorskip("cv2")


def test_without_a_display_there_is_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    said: list[str] = []
    open_view(page_port=None, say=said.append).close()
    assert said[0].startswith("preview at http://127.0.0.1:")
    assert said[0].endswith("(no window: there is no display)")


def test_a_page_port_forces_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    said: list[str] = []
    open_view(page_port=0, say=said.append).close()
    assert said[0].startswith("preview at http://127.0.0.1:")
    assert "no window" not in said[0]


@pytest.mark.parametrize(
    ("platform", "variable", "reason"),
    [("darwin", "DISPLAY", "main thread"), ("linux", "", "no display")],
)
def test_the_reason_why_there_is_no_window(
    monkeypatch: pytest.MonkeyPatch, platform: str, variable: str, reason: str
) -> None:
    monkeypatch.setattr("sys.platform", platform)
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    if variable:
        monkeypatch.setenv(variable, ":0")
    said = why_no_window()
    assert said is not None
    assert reason in said
