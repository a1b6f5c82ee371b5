"""Probe readings without error, for tests of what is computed from readings."""

from __future__ import annotations

import numpy as np

from measure.probes.probes import ProbeReadings
from measure.probes.samples import probe_labels
from protocol.channels import EMOTIONS
from studio.factors import CameraView, Factors, Pose


def perfect(factors: Factors, identity: int = 0) -> ProbeReadings:
    """The readings of one picture that equal its factors; `identity` 0 to 3."""
    pose, emotion, intensity = probe_labels(factors)
    return ProbeReadings(
        pose=pose,
        expression=factors.expression(),
        gaze=np.array(factors.gaze, np.float32),
        emotion=9.0 * np.eye(len(EMOTIONS) + 1, dtype=np.float32)[emotion],
        intensity=np.float32(intensity),
        identity=np.eye(4, dtype=np.float32)[identity],
    )


ANGRY = Factors(
    pose=Pose(yaw=0.3, roll=0.1),
    view=CameraView(azimuth=0.2),
    emotion=0.7 * np.eye(8, dtype=np.float32)[EMOTIONS.index("angry")],
    gaze=(0.1, -0.1),
)
