"""A network that reads the truth out of a number in its crops, with errors that the test chooses."""

from __future__ import annotations

from typing import Any

import numpy as np

from bridge.trackers.tracker_network import FaceReading
from face.camera import rotation
from measure.tracker.crop_samples import CropSamples
from measure.tracker.samples import SIZE_PX, TrackedSamples
from vision.face_crops import FaceCrops, FaceFrame
from vision.tracker_outputs import READ_PLACES, REST

_STEPS = 250


def numbered_crops(samples: TrackedSamples) -> CropSamples:
    """Crops whose first pixels hold the number of their sample; straight frames in the picture's middle."""
    count = len(samples.person)
    numbers = np.arange(count)
    face = np.zeros((count, 128, 128, 3), np.uint8)
    face[:, 0, 0, 0], face[:, 0, 0, 1] = numbers // _STEPS, numbers % _STEPS
    frame = np.zeros((count, 10))
    frame[:, :3] = SIZE_PX / 2, SIZE_PX / 2, 10.0
    return CropSamples(
        face, np.zeros((count, 2, 64, 64, 3), np.uint8), np.zeros((count, 80, 96, 3), np.uint8), frame
    )


class NetworkByHand:
    """Reads coefficients times `gain`, gaze, and pose plus `pitch_rad`; a person's code is its number.

    Attributes:
        told: of each picture that was read, its place and what the network was told of the rest: a code, and how much.
    """

    def __init__(self, samples: TrackedSamples, *, gain: float = 1.0, pitch_rad: float = 0.0) -> None:
        self.crops = FaceCrops()
        self.rest = np.zeros(REST, np.float32)
        self.told: list[tuple[int, float, float]] = []
        self._samples, self._gain, self._pitch_rad = samples, gain, pitch_rad

    def read_crops(self, frame: FaceFrame) -> Any:
        high, low = np.rint(self.crops.face[0, :2, 0, 0] * 255).astype(int)
        place = int(high) * _STEPS + int(low)
        self.told.append((place, float(self.rest[0]), float(self.rest[-1])))
        yaw, pitch, roll = (float(v) for v in self._samples.pose[place])
        return FaceReading(
            expression=self._gain * self._samples.expression[place, READ_PLACES].astype(np.float64),
            gaze=np.stack([self._samples.gaze[place]] * 2).astype(np.float64),
            turn=rotation(yaw, pitch + self._pitch_rad, roll).astype(np.float64),
            unit=10.0,
            landmarks=np.full((478, 2), SIZE_PX / 2),
            seen=np.ones(4),
            code=np.full(64, float(self._samples.person[place])),
        )
