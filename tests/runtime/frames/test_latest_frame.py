from __future__ import annotations

import threading

import numpy as np

from protocol.frames.frame_header import HEADER_BYTES, unpack_header
from runtime.frames.frame import Frame
from runtime.frames.latest_frame import LatestFrame


def frame(number: int, side: int = 8) -> Frame:
    return Frame(np.full((side, side, 4), number % 256, np.uint8), frame_id=number)


def test_take_gives_the_newest_and_the_same_again() -> None:
    latest = LatestFrame(session_id=3)
    assert latest.take()[0] == 0
    latest.put(frame(1))
    latest.put(frame(2))
    generation, message = latest.take()
    assert (generation, unpack_header(message).frame_id, unpack_header(message).session_id) == (2, 2, 3)
    assert latest.take() == (2, message)


def test_a_taken_frame_is_not_overwritten_by_put() -> None:
    latest = LatestFrame(session_id=3)
    latest.put(frame(1))
    _, message = latest.take()
    before = bytes(message)
    for number in range(2, 9):
        latest.put(frame(number))
    assert bytes(message) == before


def test_the_size_may_change() -> None:
    latest = LatestFrame(session_id=3)
    for number, side in enumerate((8, 4, 16), start=1):
        latest.put(frame(number, side))
        _, message = latest.take()
        assert unpack_header(message).width == side
        assert len(message) == HEADER_BYTES + 4 * side * side


def test_two_threads_never_share_a_buffer() -> None:
    latest = LatestFrame(session_id=3)
    is_over = threading.Event()

    def write() -> None:
        for number in range(1, 400):
            latest.put(frame(number, 128))
        is_over.set()

    writer = threading.Thread(target=write)
    writer.start()
    newest = 0
    while not is_over.is_set():
        generation, message = latest.take()
        if generation:
            pixels = np.frombuffer(message, np.uint8, offset=HEADER_BYTES)
            number = unpack_header(message).frame_id
            assert pixels.min() == pixels.max() == number % 256
            assert number >= newest
            newest = number
    writer.join()
