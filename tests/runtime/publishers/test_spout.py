"""Spout: where it does not exist, and what it gets, against a stand-in for SpoutGL."""

from __future__ import annotations

import platform
import re
import sys
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from runtime.errors import PublishError, UnavailableError
from runtime.frames.frame import Frame
from runtime.publishers.spout import SpoutSender, open_spout


@pytest.mark.skipif(sys.platform == "win32", reason="Spout may really open here")
def test_on_other_systems_it_is_an_error_that_names_the_alternative() -> None:
    with pytest.raises(PublishError, match=r"Windows.*ndi"):
        open_spout()


class FakeSender:
    """The calls of SpoutGL.SpoutSender that are used."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.is_working = True

    def __enter__(self) -> None:
        self.calls.append(("enter",))

    def __exit__(self, *_: object) -> None:
        self.calls.append(("exit",))

    def setSenderName(self, name: str) -> None:  # noqa: N802
        self.calls.append(("name", name))

    def sendImage(self, pixels: Any, width: int, height: int, *rest: Any) -> bool:  # noqa: N802
        self.calls.append(("send", pixels, width, height, *rest))
        return self.is_working


def test_frames_are_sent_as_rgba_with_the_top_row_first(monkeypatch: pytest.MonkeyPatch) -> None:
    fake, module = FakeSender(), ModuleType("SpoutGL")
    module.SpoutSender = lambda: fake  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "SpoutGL", module)
    monkeypatch.setattr(platform, "system", lambda: "Windows")
    sender = SpoutSender("Omote")
    pixels = np.zeros((4, 6, 4), np.uint8)
    sender.send(pixels, Frame(pixels).header(1))
    fake.is_working = False
    with pytest.raises(PublishError, match="refused a frame"):
        sender.send(pixels, Frame(pixels).header(1))
    sender.close()
    assert fake.calls[:2] == [("enter",), ("name", "Omote")]
    name, sent, *rest = fake.calls[2]
    assert (name, rest) == ("send", [6, 4, 0x1908, False, 0])  # GL_RGBA, not inverted
    assert sent is pixels
    assert fake.calls[-1] == ("exit",)


@pytest.mark.parametrize(
    ("version", "said"),
    [((3, 13), "pip install 'omote[spout]'"), ((3, 14), "no wheel for Python")],
)
def test_without_spoutgl_one_line_says_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, int], said: str
) -> None:
    monkeypatch.setattr("platform.system", lambda: "Windows")
    monkeypatch.setitem(sys.modules, "SpoutGL", None)
    monkeypatch.setattr("runtime.publishers.spout.sys.version_info", version)
    with pytest.raises(UnavailableError, match=re.escape(said)):
        SpoutSender("Omote")
