"""Sound files, written and read with PyAV, one timestamp at a time.

path = write_sound(tmp_path / "s.mp3", "libmp3lame", samples)
samples, rate, begin_s = heard(path)
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

RATE = 48000


def write_sound(
    path: Path,
    codec: str,
    samples: np.ndarray,
    *,
    rate: int = RATE,
    layout: str = "mono",
    begins_s: tuple[float, ...] = (0.0,),
) -> Path:
    """Write (channels, N) float32 samples.

    Args:
        begins_s: the samples are cut into this many equal parts, and each begins at its time.
    """
    av = pytest.importorskip("av")
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=rate, layout=layout)
        if codec == "flac":
            stream.format = "s16"
        for begin_s, part in zip(begins_s, np.array_split(samples, len(begins_s), axis=1), strict=True):
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(part), format="fltp", layout=layout)
            frame.sample_rate, frame.time_base, frame.pts = rate, Fraction(1, rate), round(begin_s * rate)
            resampler = av.AudioResampler(stream.format, layout, rate, frame_size=stream.frame_size or 1024)
            for piece in [*resampler.resample(frame), *resampler.resample(None)]:
                container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return path


def heard(path: Path) -> tuple[np.ndarray, int]:
    """What a player plays from second 0 on: (N,) mean of the channels, each frame at its timestamp, and the rate."""
    import av

    parts: list[tuple[float, np.ndarray]] = []
    with av.open(str(path)) as container:
        for frame in container.decode(audio=0):
            rate = frame.sample_rate
            plain = av.AudioResampler("fltp", "mono", rate).resample(frame)
            parts += [(frame.time, piece.to_ndarray()[0]) for piece in plain]
    played = np.zeros(round((parts[-1][0] + 1.0) * rate), np.float32)
    end = 0
    for at_s, samples in parts:
        begin = round(at_s * rate)
        skipped = max(-begin, 0)
        played[begin + skipped : begin + len(samples)] = samples[skipped:]
        end = begin + len(samples)
    return played[:end], rate


def click(at_s: float, seconds: float, rate: int = RATE) -> np.ndarray:
    """(1, N) float32: silence but for 20 ms of a tone that begins at a time."""
    samples = np.zeros(round(seconds * rate), np.float32)
    begin = round(at_s * rate)
    samples[begin : begin + rate // 50] = 0.8 * np.sin(2 * np.pi * 1000 * np.arange(rate // 50) / rate)
    return samples[None]


def onset_s(samples: np.ndarray, rate: int) -> float:
    """When a click begins: the first sample of half its height, which its tone reaches within a millisecond."""
    loud = np.abs(samples)
    return float(np.argmax(loud > loud.max() / 2)) / rate
