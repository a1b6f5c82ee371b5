"""Thumbnails: which frames they are made of, and what they look like."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from protocol.frames.frame_header import THUMBNAIL_TOPIC, WEBP, unpack_header
from runtime.frames.frame import Frame
from runtime.publishers.thumbnails import INTERVAL_NS, SIDE, ThumbnailPublisher, thumbnail
from tests.waiting import until

SENT: list[bytes] = []


@pytest.fixture
def publisher() -> Iterator[ThumbnailPublisher]:
    SENT.clear()
    with closing(ThumbnailPublisher(SENT.append, 77)) as made:
        until(lambda: made._threaded._is_wanted)
        yield made


def frame(frame_id: int, at_ns: int) -> Frame:
    pixels = np.full((320, 240, 4), (200, 100, 50, 255), np.uint8)
    return Frame(pixels, frame_id=frame_id, render_time_ns=at_ns)


def sent_ids() -> list[int]:
    return [unpack_header(message[8:], formats=(WEBP,)).frame_id for message in SENT]


def test_a_frame_is_taken_twice_a_second_by_the_time_of_the_frames(publisher: ThumbnailPublisher) -> None:
    now_ns = time.time_ns()
    publisher.publish(frame(1, now_ns))
    until(lambda: sent_ids() == [1])
    for passed in (1, INTERVAL_NS // 2, INTERVAL_NS - 1):
        publisher.publish(frame(2, now_ns + passed))
    publisher.publish(frame(3, now_ns + INTERVAL_NS))
    until(lambda: sent_ids() == [1, 3])
    publisher.publish(frame(4, now_ns - 3600 * 10**9))  # the clock was set back
    until(lambda: sent_ids() == [1, 3, 4])


def test_a_thumbnail_is_a_small_frame_of_its_own_topic(publisher: ThumbnailPublisher) -> None:
    publisher.publish(frame(7, time.time_ns()))
    message = until(lambda: SENT and SENT[0])
    assert message[:8] == THUMBNAIL_TOPIC
    header = unpack_header(message[8:], formats=(WEBP,))
    assert (header.frame_id, header.session_id, header.stride) == (7, 77, 480)
    assert (header.height, header.width) == (SIDE, 120)
    picture = Image.open(BytesIO(message[8 + header.header_bytes :]))
    assert (picture.format, picture.size) == ("WEBP", (120, SIDE))
    assert np.abs(np.asarray(picture.convert("RGB")).astype(int) - (200, 100, 50)).max() <= 4


def averaged(pixels: NDArray[np.uint8], side: int) -> NDArray[np.float64]:
    """The slow reference: blocks of 2 x 2 pixels averaged with their alpha as the weight."""
    blocks = pixels.astype(float).reshape(side, 2, side, 2, 4)
    alpha = blocks[..., 3:]
    total = alpha.sum((1, 3))
    colour = (blocks[..., :3] * alpha).sum((1, 3)) / np.maximum(total, 1e-9)
    return np.concatenate([colour, total / 4], axis=-1)


def test_transparent_pixels_give_no_dark_outline() -> None:
    generator = np.random.default_rng(5)
    pixels = generator.integers(0, 256, (64, 64, 4), dtype=np.uint8)
    pixels[..., 3] = generator.choice([0, 255], (64, 64))
    pixels[pixels[..., 3] == 0] = 0  # transparent pixels are black
    small = thumbnail(pixels, 32)
    expected = averaged(pixels, 32)
    seen = expected[..., 3] > 0
    assert np.abs(small - expected)[seen].max() <= 3.0  # premultiplied, eight bits
    assert (small[~seen][:, 3] == 0).all()


def test_a_small_picture_stays_as_it_is() -> None:
    pixels = np.zeros((96, 96, 4), np.uint8)
    assert thumbnail(pixels) is pixels
