"""The virtual camera's process: frames from a pipe, blended over one colour, and its answers."""

from __future__ import annotations

import io
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from protocol.frames.frame_header import HEADER_BYTES, pack_header
from runtime.frames.frame import Frame
from runtime.publishers import virtual_camera_process
from runtime.publishers.virtual_camera import DONE
from runtime.publishers.virtual_camera_process import composite, read_frame

PIXELS = np.arange(4 * 6 * 4, dtype=np.uint8).reshape(4, 6, 4)
HEADER = Frame(PIXELS, frame_id=3).header(9)


def test_a_frame_is_blended_over_the_background_colour() -> None:
    frame = np.array([[[100, 50, 0, 255], [100, 50, 0, 0], [100, 50, 0, 51]]], np.uint8)
    made = composite(frame, np.array([0, 255, 100], np.uint16))
    assert made.tolist() == [[[100, 50, 0], [0, 255, 100], [20, 214, 80]]]
    assert made.flags.c_contiguous


def test_frames_are_read_until_the_pipe_ends() -> None:
    header = bytearray(HEADER_BYTES)
    pack_header(HEADER, header)
    pipe = io.BytesIO((header + PIXELS.tobytes()) * 2)
    first, second, end = read_frame(pipe), read_frame(pipe), read_frame(pipe)
    assert first is not None
    assert np.array_equal(first, PIXELS)
    assert np.array_equal(second, first)
    assert end is None


class FakeCamera:
    """The part of pyvirtualcam.Camera that is used; frames wider than 6 pixels fail."""

    def __init__(self, width: int, height: int, **_: Any) -> None:
        self.width, self.height = width, height
        self.sent: list[Any] = []

    def send(self, pixels: Any) -> None:
        if self.width > 6:
            raise RuntimeError("no\ndriver")
        self.sent.append(pixels)

    def close(self) -> None: ...


def test_each_frame_is_answered_and_an_error_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    cameras: list[FakeCamera] = []
    module = ModuleType("pyvirtualcam")
    module.PixelFormat = SimpleNamespace(RGB="rgb")  # type: ignore[attr-defined]
    module.Camera = lambda **given: cameras.append(FakeCamera(**given)) or cameras[-1]  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pyvirtualcam", module)
    header, wide_header = bytearray(HEADER_BYTES), bytearray(HEADER_BYTES)
    pack_header(HEADER, header)
    wide = np.zeros((2, 8, 4), np.uint8)
    pack_header(Frame(wide).header(1), wide_header)
    sent = bytes((header + PIXELS.tobytes()) * 2 + wide_header + wide.tobytes())
    out = io.StringIO()
    monkeypatch.setattr(sys, "argv", ["process", "30", "#0a0b0c"])
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(sent)))
    monkeypatch.setattr(sys, "stdout", out)
    assert virtual_camera_process.main() == 1
    assert out.getvalue().splitlines() == [DONE, DONE, "no driver"]
    assert [(camera.width, camera.height) for camera in cameras] == [(6, 4), (8, 2)]
    expected = composite(PIXELS, np.array([10, 11, 12], np.uint16))
    assert all(np.array_equal(pixels, expected) for pixels in cameras[0].sent)
