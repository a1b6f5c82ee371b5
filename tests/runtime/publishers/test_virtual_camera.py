from __future__ import annotations

import io
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from protocol.frames.frame_header import HEADER_BYTES, pack_header
from runtime.errors import PublishError
from runtime.frames.frame import Frame
from runtime.publishers.virtual_camera import VirtualCameraSender, open_virtual_camera
from runtime.publishers.virtual_camera_process import composite, read_frame

HAS_DRIVER = sys.platform != "linux" or any(Path("/dev").glob("video*"))
PIXELS = np.arange(4 * 6 * 4, dtype=np.uint8).reshape(4, 6, 4)
HEADER = Frame(PIXELS, frame_id=3).header(9)


def test_the_picture_stands_on_the_colour_behind_it() -> None:
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


@pytest.mark.skipif(find_spec("pyvirtualcam") is not None, reason="pyvirtualcam is installed")
def test_a_missing_library_is_named_with_its_licence() -> None:
    with pytest.raises(PublishError, match=r"pyvirtualcam \(GPL-2\).*omote\[virtual-camera\]"):
        open_virtual_camera()


@pytest.mark.skipif(
    find_spec("pyvirtualcam") is None or HAS_DRIVER, reason="needs pyvirtualcam, and a machine without driver"
)
def test_a_missing_driver_is_said_in_the_drivers_words() -> None:
    sender = VirtualCameraSender(30.0, "#000000")
    with pytest.raises(PublishError, match=r"virtual camera: .*v4l2loopback"):
        sender.send(PIXELS, HEADER)
    sender.close()


def test_a_process_that_ends_without_a_word_is_said() -> None:
    sender = VirtualCameraSender(30.0, "#000000", process="no.such.module")
    with pytest.raises(PublishError, match="its process has ended"):
        sender.send(PIXELS, HEADER)
    sender.close()


def test_only_the_process_of_its_own_loads_the_gpl_library() -> None:
    source = Path(__file__).resolve().parents[3] / "runtime"
    importing = {
        path.name
        for path in source.rglob("*.py")
        if "import pyvirtualcam" in path.read_text(encoding="utf-8")
    }
    assert importing == {"virtual_camera_process.py"}
