"""Small videos whose frames have given timestamps, written with PyAV.

write_video(tmp_path / "clip.mkv", [0, 40, 900])
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np


def write_video(
    path: Path,
    times_ms: Sequence[int],
    *,
    codec: str = "mpeg4",
    size: tuple[int, int] = (64, 48),
    b_frames: int = 0,
    pictures: Sequence[np.ndarray] | None = None,
) -> Path:
    """Write frame k, grey 20 + 8 * (k % 25) unless pictures are given, with timestamp times_ms[k]."""
    import av

    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=25)
        stream.width, stream.height = size
        stream.pix_fmt = "yuvj420p" if codec == "mjpeg" else "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        stream.time_base = Fraction(1, 1000)
        stream.codec_context.max_b_frames = b_frames
        for k, time_ms in enumerate(times_ms):
            grey = np.full((size[1], size[0], 3), 20 + 8 * (k % 25), np.uint8)
            frame = av.VideoFrame.from_ndarray(grey if pictures is None else pictures[k], format="rgb24")
            frame.pts, frame.time_base = time_ms, Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def set_matrix(path: Path, matrix: tuple[int, int, int, int]) -> None:
    """Write a, b, c, d of the display matrix, -1, 0 or 1 each, into the track header of an .mp4.

    ISO/IEC 14496-12, 8.3.2: a track header of version 0 has its matrix 40 bytes after its version and flags.
    """
    content = bytearray(path.read_bytes())
    at = content.index(b"tkhd") + 4 + 40
    a, b, c, d = (value << 16 for value in matrix)
    numbers = (a, b, 0, c, d, 0, 0, 0, 1 << 30)
    content[at : at + 36] = b"".join(number.to_bytes(4, "big", signed=True) for number in numbers)
    path.write_bytes(content)


def begin_at(path: Path, time_s: float) -> None:
    """Let the edit list of an .mp4 with one track begin later, without touching the pictures.

    ISO/IEC 14496-12, 8.6.6: version and flags, number of entries, then duration, media time and rate of each.
    """
    content = bytearray(path.read_bytes())
    timescale_at = content.index(b"mdhd") + 4 + 12
    timescale = int.from_bytes(content[timescale_at : timescale_at + 4], "big")
    at = content.index(b"elst") + 4 + 12
    begin = int.from_bytes(content[at : at + 4], "big") + round(time_s * timescale)
    content[at : at + 4] = begin.to_bytes(4, "big")
    path.write_bytes(content)
