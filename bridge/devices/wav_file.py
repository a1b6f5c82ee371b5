"""Parses an uncompressed .wav file: integers of 8 to 32 bits, floats of 32 and 64, any number of channels.

sound = parse_wav(content)      # None: another format, for a decoder
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

_INTEGER, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
#: Size of a data chunk that was never filled in: the sound goes on to the end of the file.
_UNKNOWN_SIZES: Final = (0, 0xFFFFFFFF)


class WavSound(NamedTuple):
    """Samples (N, channels) float64, -1..1 for integers, and their number per second."""

    samples: NDArray[np.float64]
    rate: int


def parse_wav(content: bytes) -> WavSound | None:
    """Parse a whole file.

    Returns:
        The sound, empty when there is none in it; None when this is no RIFF file or its sound is compressed.

    Source: Multimedia Programming Interface and Data Specifications 1.0, "Waveform Audio File Format"; for
        WAVE_FORMAT_EXTENSIBLE, the first two bytes of the sub-format are the format.
    """
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        return None
    form: tuple[int, int, int, int] | None = None
    for name, body in _chunks(content):
        if name == b"fmt " and len(body) >= 16:
            kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", body)
            if kind == _EXTENSIBLE and len(body) >= 26:
                kind = struct.unpack_from("<H", body, 24)[0]
            form = (kind, channels, rate, bits)
        elif name == b"data" and form is not None:
            kind, channels, rate, bits = form
            is_known = (kind == _INTEGER and bits in (8, 16, 24, 32)) or (kind == _FLOAT and bits in (32, 64))
            if not is_known or not channels or not rate:
                return None
            body = body[: len(body) // (bits // 8 * channels) * (bits // 8 * channels)]
            return WavSound(_decoded(body, bits // 8, is_float=kind == _FLOAT).reshape(-1, channels), rate)
    return None


def _chunks(content: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """(name, body) of every chunk; a body that the file cuts off is as long as the file."""
    view, at = memoryview(content), 12
    while at + 8 <= len(content):
        name, size = content[at : at + 4], int.from_bytes(content[at + 4 : at + 8], "little")
        if name == b"data" and size in _UNKNOWN_SIZES:
            size = len(content)
        yield name, view[at + 8 : at + 8 + size]
        at += 8 + size + size % 2  # chunks begin at even places


def _decoded(body: memoryview, width: int, *, is_float: bool) -> NDArray[np.float64]:
    """Little-endian samples -> (N,) float64; "8-bit samples are unsigned, all others signed"."""
    if is_float:
        return np.frombuffer(body, f"<f{width}").astype(np.float64)
    if width == 1:
        return np.frombuffer(body, np.uint8) / 128.0 - 1.0
    if width == 3:
        # The three bytes become the upper bytes of a 32-bit number.
        whole = np.zeros((len(body) // 3, 4), np.uint8)
        whole[:, 1:] = np.frombuffer(body, np.uint8).reshape(-1, 3)
        return whole.view("<i4")[:, 0] / 2.0**31
    return np.asarray(np.frombuffer(body, f"<i{width}") / 2.0 ** (8 * width - 1))
