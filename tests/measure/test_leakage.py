from __future__ import annotations

import numpy as np

from measure.leakage import leakage_of
from measure.probes.probes import ProbeReadings
from measure.probes.samples import probe_labels
from measure.protocols import FACTORS
from protocol.channels import EMOTIONS
from studio.factors import CameraView, Factors, Pose


def perfect(factors: Factors, identity: int = 0) -> ProbeReadings:
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


def test_what_a_swap_changes_is_told_beside_the_truth() -> None:
    turned = Factors(pose=Pose(yaw=0.5), emotion=ANGRY.emotion)
    swaps = [("none", ANGRY), *((name, turned if name == "pose" else ANGRY) for name in FACTORS)]
    seen = {("truth", 0, 0): [(word, perfect(factors)) for word, factors in swaps]}
    seen["copy", 0, 0] = [(word, perfect(ANGRY)) for word, _ in swaps]
    rows = {(row.swapped, row.looked_at): row for row in leakage_of(seen, ["copy"], "truth")}
    assert rows["pose", "pose"].value == 0
    assert rows["pose", "pose"].truth > 10
    assert rows["gaze", "pose"].truth == 0
    assert rows["pose", "identity"].truth == 0
