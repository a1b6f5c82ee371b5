"""The null engine: its pixels encode the motion."""

from __future__ import annotations

import numpy as np
import pytest

from face.motion import Motion
from protocol.channels import CHANNELS
from runtime.engines.null import NullEngine, read_bars
from runtime.errors import RenderError

SPAN = np.array([channel.high - channel.low for channel in CHANNELS], np.float32)


@pytest.mark.parametrize("size", [74, 128, 512, 777])
def test_the_value_of_every_channel_can_be_read_from_the_pixels(size: int) -> None:
    rng = np.random.default_rng(size)
    engine, motion = NullEngine(size), Motion.neutral()
    for _ in range(5):
        motion.values[:] = [rng.uniform(channel.low, channel.high) for channel in CHANNELS]
        pixels = engine.render(motion, 0.0)
        assert np.abs((read_bars(pixels) - motion.values) / SPAN).max() <= 1.0 / size + 1e-6


def test_neutral_channels_show_no_bar() -> None:
    engine = NullEngine(128)
    pixels = engine.render(Motion.neutral(), 0.0)
    assert (pixels.shape, pixels.dtype, pixels.flags.c_contiguous) == ((128, 128, 4), np.uint8, True)
    assert set(np.unique(pixels[:, :, 3])) == {96}  # neutral: tracks alone, and see-through
    first = pixels.copy()
    again = engine.render(Motion.neutral(), 0.0)
    assert np.array_equal(first, again)
    assert again is pixels  # owned by the engine


def test_a_size_below_one_row_per_channel_is_refused() -> None:
    with pytest.raises(RenderError, match="at least 74"):
        NullEngine(73)
