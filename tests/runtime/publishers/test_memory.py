from __future__ import annotations

import threading

import numpy as np

from runtime.frames.frame import Frame
from runtime.publishers.memory import MemoryPublisher


def frame(frame_id: int, value: int = 0) -> Frame:
    return Frame(np.full((2, 3, 4), value, np.uint8), frame_id=frame_id)


def test_the_newest_frame_is_a_copy() -> None:
    publisher = MemoryPublisher()
    assert publisher.latest() is None
    sent = frame(1, 7)
    publisher.publish(sent)
    sent.pixels[:] = 9
    kept = publisher.latest()
    assert kept is not None
    assert (kept.frame_id, kept.pixels.max()) == (1, 7)


def test_waiting_ends_with_a_newer_frame_or_with_none() -> None:
    publisher = MemoryPublisher()
    publisher.publish(frame(1))
    assert publisher.wait_for_frame(after_id=1, timeout_s=0.01) is None
    thread = threading.Timer(0.02, publisher.publish, (frame(2),))
    thread.start()
    newer = publisher.wait_for_frame(after_id=1, timeout_s=60.0)
    thread.join()
    assert newer is not None
    assert newer.frame_id == 2
    publisher.close()
    publisher.close()
    assert publisher.latest() is newer
