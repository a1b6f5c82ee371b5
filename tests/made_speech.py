"""A speaker's data without a synthesizer: noise whose loudness and colour say what the mouth does."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from bridge.devices.log_mel import HOP, RATE, LogMel
from face.mouth_controls import CONTROLS
from protocol.visemes import VISEME_INDEX
from training.array_folder import write_arrays
from training.voice.speech_maker import SpeakerData


def made_speaker(seed: int, seconds: float = 8.0) -> SpeakerData:
    """Half a second of silence and of [a] in turn; the truth is known, and easily learned."""
    random = np.random.default_rng(seed)
    count = int(seconds * RATE) // HOP
    speaks = (np.arange(count) // 60) % 2 == 1
    samples = random.normal(0.0, 0.1, count * HOP) * np.repeat(speaks, HOP)
    controls = np.zeros((count, len(CONTROLS)), np.uint8)
    controls[speaks, CONTROLS.index("jaw")] = 128
    return SpeakerData(
        mel=LogMel()(samples).astype(np.float16),
        controls=controls,
        viseme=np.where(speaks, VISEME_INDEX["aa"], VISEME_INDEX["sil"]).astype(np.uint8),
        speaks=speaks,
        samples=np.round(samples * 32768).clip(-32768, 32767).astype(np.int16),
        named=np.array(["en-us", f"noise {seed}"]),
    )


def write_speakers(place: Path, numbers: range) -> list[Path]:
    """Folders of such speakers."""
    folders = [place / f"p{number:06d}" for number in numbers]
    for number, folder in zip(numbers, folders, strict=True):
        write_arrays(made_speaker(number), folder)
    return folders
