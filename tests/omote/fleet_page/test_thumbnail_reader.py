"""Reading thumbnails of several faces from real frame ports; faces that are not followed make none."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from omote.fleet_page.thumbnail_reader import ThumbnailReader
from protocol.frames.frame_header import THUMBNAIL_TOPIC
from runtime.frames.frame import Frame
from runtime.publishers.zeromq import ZeroMqPublisher
from tests.waiting import until

COLOURS = {"red": (200, 10, 10, 255), "blue": (10, 10, 200, 255)}


@pytest.fixture
def publishers() -> Iterator[dict[str, ZeroMqPublisher]]:
    made = {name: ZeroMqPublisher(port=0) for name in COLOURS}
    yield made
    for one in made.values():
        one.close()


def wanted(publisher: ZeroMqPublisher) -> bool:
    return publisher._subscribers.wants(THUMBNAIL_TOPIC)


def test_each_face_has_its_own_picture_while_it_is_followed(publishers: dict[str, ZeroMqPublisher]) -> None:
    arrived: dict[str, bytes] = {}
    with closing(ThumbnailReader(None, arrived.__setitem__)) as reader:
        places = {name: ("127.0.0.1", one.port) for name, one in publishers.items()}
        reader.follow(
            {"a face of no address": ("no such place", 5000)} | places
        )  # it takes no other's picture
        until(lambda: all(wanted(one) for one in publishers.values()))

        def are_here() -> bool:
            for name, one in publishers.items():
                one.send(THUMBNAIL_TOPIC + b"no frame")  # is skipped
                pixels = np.full((64, 64, 4), COLOURS[name], np.uint8)
                one.publish(Frame(pixels, frame_id=1, render_time_ns=time.time_ns()))
            return len(arrived) == 2

        until(are_here)
        for name, colour in COLOURS.items():
            shown = np.asarray(Image.open(BytesIO(arrived[name])).convert("RGB")).astype(int)
            assert np.abs(shown - colour[:3]).max() <= 6
        reader.follow({"red": places["red"]})
        until(lambda: not wanted(publishers["blue"]))
        assert wanted(publishers["red"])
        reader.follow({"red": places["blue"]})  # it has moved
        until(lambda: wanted(publishers["blue"]) and not wanted(publishers["red"]))
    until(lambda: not wanted(publishers["blue"]))
    reader.close()
