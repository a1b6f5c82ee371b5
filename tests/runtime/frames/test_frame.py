from __future__ import annotations

import numpy as np
import pytest

from protocol.frames.frame_header import FrameFlags
from runtime.frames.frame import Frame


@pytest.mark.parametrize("synthetic", [True, False])
def test_the_header_has_size_times_and_pixel_flags(synthetic: bool) -> None:
    frame = Frame(np.zeros((3, 5, 4), np.uint8), 7, 1, 2, 3, synthetic)
    header = frame.header(99)
    assert (header.width, header.height, header.stride) == (5, 3, 20)
    assert (header.frame_id, header.session_id) == (7, 99)
    assert (header.capture_time_ns, header.receive_time_ns, header.render_time_ns) == (1, 2, 3)
    assert bool(header.flags & FrameFlags.SYNTHETIC) is synthetic
    assert header.flags & FrameFlags.STRAIGHT_ALPHA
    assert header.flags & FrameFlags.TOP_ROW_FIRST
