"""The live picture as an image of Blender, against the pixels that a real publisher wrote."""

from __future__ import annotations

import time
from contextlib import closing

import numpy as np
import pytest
from numpy.typing import NDArray

from runtime.frames.frame import Frame
from runtime.publishers.shared_memory import SharedMemoryPublisher
from tests.blender.blender_process import Blender
from tests.blender.conftest import Stage
from tests.waiting import until


def pattern(width: int, height: int, seed: int) -> NDArray[np.uint8]:
    """Any colour with any alpha."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 4), np.uint8)


def test_an_image_holds_the_newest_picture(
    stage: Stage, blender: Blender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every pixel, top row on top, straight alpha, sRGB; also in another size, and after a restart of the runtime."""
    blender.press(operator="picture")
    assert "--stream omote" in blender.wait_status(text="no stream")[0]
    for number, (width, height) in enumerate([(24, 16), (33, 20), (33, 20)], start=1):
        pixels = pattern(width, height, number)
        with closing(SharedMemoryPublisher("omote", folder=stage.rings)) as publisher:

            def shown(
                publisher: SharedMemoryPublisher = publisher,
                pixels: NDArray[np.uint8] = pixels,
                number: int = number,
            ) -> bool:
                publisher.publish(Frame(pixels, frame_id=number, render_time_ns=time.time_ns()))
                blender.ticks(count=3)
                if not blender.has_image():
                    return False
                size, rows, _ = blender.image_pixels()
                found = np.array(rows).reshape(size[1], size[0], 4)[::-1]
                return found.shape == pixels.shape and bool((found == pixels).all())

            assert until(shown)
    assert blender.image_settings() == ["sRGB", "STRAIGHT"]
    assert blender.press(operator="picture") == ["FINISHED"]
    assert blender.status() == []
