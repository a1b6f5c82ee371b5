"""Recordings: speech whose mouth is known, as `omote-train speech --split validation` makes it.

for recording in read_recordings(Path("unseen-speech")):
    recording.language, recording.voice
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.devices.log_mel import HOP, RATE
from face.mouth_controls import shapes_of
from measure.errors import MeasureError

#: Truths a second.
FPS: Final = RATE // HOP
_FILES: Final = ("samples", "controls", "viseme", "speaks", "named")


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """One speaker; T truths, the k-th of the time (k + 1) / FPS.

    Attributes:
        language: "" = nobody speaks. voice: its name; of nobody, the kind of sound, or "".
        samples: (N,) float32 at RATE. coefficients: (T, 52) float32. viseme: (T,) number. speaks: (T,) bool.
    """

    language: str
    voice: str
    samples: NDArray[np.float32]
    coefficients: NDArray[np.float32]
    viseme: NDArray[np.uint8]
    speaks: NDArray[np.bool_]

    @property
    def kind(self) -> str:
        """How its voice speaks: what follows the first comma of its name, such as "clean" or "sung, clean"."""
        return self.voice.partition(", ")[2] or "through a microphone"

    def first(self, seconds: float) -> Recording:
        """Its beginning."""
        count = min(int(seconds * FPS), len(self.viseme))
        return Recording(
            self.language,
            self.voice,
            self.samples[: count * HOP],
            self.coefficients[:count],
            self.viseme[:count],
            self.speaks[:count],
        )


def read_recordings(folder: Path) -> list[Recording]:
    """All recordings of a folder.

    Raises:
        MeasureError: there is none, one is damaged, or their sound was not kept.
    """
    found = [_read(place) for place in sorted(folder.glob("p??????")) if place.is_dir()]
    if not found:
        raise MeasureError(
            f"{folder} holds no speech; make some with: omote-train speech --split validation -o {folder}"
        )
    return found


def _read(place: Path) -> Recording:
    try:
        samples, controls, viseme, speaks, named = (
            np.load(place / f"{name}.npy", allow_pickle=False) for name in _FILES
        )
    except (OSError, EOFError, ValueError) as error:
        raise MeasureError(f"{place} cannot be read ({error}); delete it and make it again") from error
    if len(samples) != len(viseme) * HOP:
        raise MeasureError(
            f"{place} has {len(samples)} samples for {len(viseme)} truths, expected {HOP} each; "
            "only the validation split keeps its sound: omote-train speech --split validation"
        )
    return Recording(
        language=str(named[0]),
        voice=str(named[1]),
        samples=samples.astype(np.float32) / 32768.0,
        coefficients=np.stack([shapes_of(row / 255.0, 1.0) for row in controls]),
        viseme=viseme,
        speaks=speaks,
    )
