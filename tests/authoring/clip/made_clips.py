"""Small clips of portraits, written with PyAV: what each of their frames shows is known."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

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
