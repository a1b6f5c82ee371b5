from __future__ import annotations

from measure.leakage import leakage_of
from measure.protocols import FACTORS
from studio.factors import Factors, Pose
from tests.probe_readings import ANGRY, perfect


def test_responses_are_reported_beside_those_of_true_pictures() -> None:
    turned = Factors(pose=Pose(yaw=0.5), emotion=ANGRY.emotion)
    swaps = [("none", ANGRY), *((name, turned if name == "pose" else ANGRY) for name in FACTORS)]
    seen = {("truth", 0, 0): [(word, perfect(factors)) for word, factors in swaps]}
    seen["copy", 0, 0] = [(word, perfect(ANGRY)) for word, _ in swaps]
    rows = {(row.swapped, row.looked_at): row for row in leakage_of(seen, ["copy"], "truth")}
    assert rows["pose", "pose"].value == 0
    assert rows["pose", "pose"].truth > 10
    assert rows["gaze", "pose"].truth == 0
    assert rows["pose", "identity"].truth == 0
