"""The virtual camera's publisher: errors, and the process that it starts."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from runtime.errors import PublishError
from runtime.frames.frame import Frame
from runtime.publishers.virtual_camera import VirtualCameraSender, open_virtual_camera

HAS_DRIVER = sys.platform != "linux" or any(Path("/dev").glob("video*"))
PIXELS = np.arange(4 * 6 * 4, dtype=np.uint8).reshape(4, 6, 4)
HEADER = Frame(PIXELS, frame_id=3).header(9)


@pytest.mark.skipif(find_spec("pyvirtualcam") is not None, reason="pyvirtualcam is installed")
def test_a_missing_library_is_named_with_its_licence() -> None:
    with pytest.raises(PublishError, match=r"pyvirtualcam \(GPL-2\).*omote\[virtual-camera\]"):
        open_virtual_camera()


@pytest.mark.skipif(
    find_spec("pyvirtualcam") is None or HAS_DRIVER, reason="needs pyvirtualcam, and a machine without driver"
)
def test_a_missing_driver_is_reported_with_the_librarys_message() -> None:
    sender = VirtualCameraSender(30.0, "#000000")
    with pytest.raises(PublishError, match=r"virtual camera: .*v4l2loopback"):
        sender.send(PIXELS, HEADER)
    sender.close()


def test_a_process_that_ends_without_an_answer_is_an_error() -> None:
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
