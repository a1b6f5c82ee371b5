"""Small clips of portraits, written with PyAV: what each of their frames shows is known."""

from __future__ import annotations

import io
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from tests.vision.timed_videos import write_video

SIZE = 256


def portrait(shared: Path, name: str) -> np.ndarray:
    """A portrait of the shared ones, (SIZE, SIZE, 3) uint8."""
    with Image.open(shared / "media" / "portraits" / f"{name}.jpg") as image:
        square = min(image.size)
        left, top = (image.width - square) // 2, (image.height - square) // 2
        cut = image.convert("RGB").crop((left, top, left + square, top + square))
        return np.asarray(cut.resize((SIZE, SIZE), Image.Resampling.LANCZOS))


def clip_of(path: Path, pictures: Sequence[np.ndarray], *, step_ms: int = 200) -> Path:
    """Write pictures as frames without losses (.mkv), or of MPEG-4 in an .mp4."""
    high, wide = pictures[0].shape[:2]
    codec = "mpeg4" if path.suffix == ".mp4" else "ffv1"
    times = [step_ms * number for number in range(len(pictures))]
    return write_video(path, times, codec=codec, size=(wide, high), pictures=pictures)


def clip_of_sizes(path: Path, pictures: Sequence[np.ndarray], *, step_ms: int = 200) -> Path:
    """Write pictures of several sizes as frames of one stream, as a call does whose connection gets better; an .mkv."""
    import av

    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream("mjpeg", rate=25)
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt = "yuvj420p"
        for number, picture in enumerate(pictures):
            file = io.BytesIO()
            Image.fromarray(picture).save(file, "JPEG", quality=95)
            packet = av.Packet(file.getvalue())
            packet.stream, packet.time_base = stream, Fraction(1, 1000)
            packet.pts = packet.dts = step_ms * number
            packet.is_keyframe = True
            container.mux(packet)
    return path
