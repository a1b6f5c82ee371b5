"""NullEngine: draws the value of every channel as a bar, with numpy alone.

For tests, for measuring the runtime without an engine's work, and for watching drivers without an avatar.

    engine = NullEngine(size=512)
    pixels = engine.render(motion, now_s)
    read_bars(pixels)          # (CHANNELS,) the values, exact to half a pixel
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.avatar import Avatar
from face.motion import NEUTRAL, Motion
from protocol.channels import CHANNELS, LAYERS
from protocol.messages import StageTiming
from runtime.engines.prepared import PreparedAvatar
from runtime.errors import RenderError

#: One colour per layer, and the colour behind the bars; RGBA, straight alpha.
COLOURS: Final = ((80, 160, 255, 255), (255, 150, 60, 255), (90, 210, 120, 255), (235, 90, 150, 255),
                  (190, 140, 255, 255))  # fmt: skip
TRACK: Final = (24, 26, 32, 96)

_LOW: Final = np.array([channel.low for channel in CHANNELS], np.float32)
_SPAN: Final = np.array([channel.high - channel.low for channel in CHANNELS], np.float32)


def _packed(colour: tuple[int, int, int, int]) -> int:
    """RGBA as one uint32 in this machine's byte order."""
    return int(np.array(colour, np.uint8).view(np.uint32)[0])


def _band_rows(size: int) -> NDArray[np.intp]:
    """(size,) the channel that each row of pixels shows."""
    return np.arange(size) * len(CHANNELS) // size


class NullEngine:
    """RendererEngine without a face. See `runtime.engines.engine` for the contract."""

    name = "null"
    provider = "numpy"

    def __init__(self, size: int = 512) -> None:
        """Allocate the pixels.

        Raises:
            RenderError: `size` is smaller than one row per channel.
        """
        if size < len(CHANNELS):
            raise RenderError(
                f"the null engine needs a size of at least {len(CHANNELS)}, a row for each number; got {size}"
            )
        self._pixels = np.zeros((size, size, 4), np.uint8)
        self._rows = _band_rows(size)
        self._columns = (np.arange(size, dtype=np.float32) + 0.5) / size
        colours = [_packed(COLOURS[LAYERS.index(channel.layer)]) for channel in CHANNELS]
        self._colours = np.array(colours, np.uint32)[:, None]
        self._track = np.uint32(_packed(TRACK))
        self._neutral = (NEUTRAL - _LOW) / _SPAN
        self._bars = np.zeros((len(CHANNELS), size), np.uint32)

    def set_avatar(self, avatar: Avatar) -> None:
        """Accept any avatar; nothing of it is drawn."""

    def upload(self, prepared: PreparedAvatar) -> Iterator[None]:
        """Nothing is drawn of it, so there is no step."""
        yield from ()

    def upload_plate(self, picture: NDArray[np.uint8] | None) -> Iterator[None]:
        """There is no head that it could be behind."""
        yield from ()

    def begin(self, motion: Motion, now_s: float) -> None:
        """Nothing: `render` does all of it."""

    def render(self, motion: Motion, now_s: float) -> NDArray[np.uint8]:
        """(size, size, 4) uint8 RGBA: row bands in channel order, bars from neutral to the value; `now_s` is unused."""
        share = (motion.values - _LOW) / _SPAN
        start = np.minimum(share, self._neutral)[:, None]
        stop = np.maximum(share, self._neutral)[:, None]
        is_bar = (self._columns >= start) & (self._columns < stop)
        np.copyto(self._bars, np.where(is_bar, self._colours, self._track))
        packed = self._pixels.view(np.uint32)[:, :, 0]
        np.take(self._bars, self._rows, axis=0, out=packed, mode="clip")
        return self._pixels

    def frame_took(self, frame_ms: float, now_s: float) -> None:
        """Nothing depends on it."""

    def timings(self) -> list[StageTiming]:
        """Nothing goes on beside the frames."""
        return []

    def notes(self) -> list[str]:
        """There are none."""
        return []

    def close(self) -> None:
        """Do nothing."""


def read_bars(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Read the values of all channels from a frame of the null engine.

    Args:
        pixels: (size, size, 4) uint8 RGBA.

    Returns:
        (CHANNELS,) float32, exact to half a pixel of each channel's range.
    """
    size = len(pixels)
    neutral = (NEUTRAL - _LOW) / _SPAN
    columns = (np.arange(size, dtype=np.float32) + 0.5) / size
    rows = np.searchsorted(_band_rows(size), np.arange(len(CHANNELS)))
    is_bar = pixels[rows, :, 3] == 255  # (CHANNELS, size)
    above = (is_bar & (columns >= neutral[:, None])).sum(axis=1)
    below = (is_bar & (columns < neutral[:, None])).sum(axis=1)
    values: NDArray[np.float32] = NEUTRAL + ((above - below) / size * _SPAN).astype(np.float32)
    return values
