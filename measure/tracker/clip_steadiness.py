"""How far the network's answers hold when a clip is disturbed: where the face can still be seen, they should not change.

row = steadiness_row("dark", run, run_of_disturbed)
"""

from __future__ import annotations

import msgspec
import numpy as np

from measure.tracker.clip_disturbances import KINDS, covered_part, uncovered
from measure.tracker.clip_runs import NetworkRun


class SteadinessRow(msgspec.Struct, frozen=True):
    """One disturbance of one clip, from where it begins.

    Attributes:
        pictures: in which the undisturbed face was seen. lost: of these, the share in which the disturbed one was not.
        difference: mean absolute difference of the coefficients that are not hidden, between both runs; spread: mean of
            their standard deviations over the undisturbed clip.
        pose_deg, gaze_deg: mean absolute differences, mean over the axes.
        seen_before, seen_after: how much the network says is seen of the hidden part, mean; of all parts where none is.
    """

    kind: str
    pictures: int
    lost: float
    difference: float
    spread: float
    pose_deg: float
    gaze_deg: float
    seen_before: float
    seen_after: float


def steadiness_row(kind: str, plain: NetworkRun, disturbed: NetworkRun) -> SteadinessRow:
    """Compare the runs of the same pictures; NaN where the disturbed face was never seen."""
    chosen = plain.is_face & (plain.times_s >= KINDS[kind][1])
    both = chosen & disturbed.is_face
    places, part = uncovered(kind), covered_part(kind)
    shown = slice(1, 4) if part is None else slice(part, part + 1)
    undisturbed = plain.expression[chosen][:, places]
    return SteadinessRow(
        kind=kind,
        pictures=int(chosen.sum()),
        lost=1.0 - float(both.sum()) / max(int(chosen.sum()), 1),
        difference=_mean(np.abs(disturbed.expression[both] - plain.expression[both])[:, places]),
        spread=float(undisturbed.std(0).mean()) if len(undisturbed) else float("nan"),
        pose_deg=float(np.degrees(_mean(np.abs(disturbed.pose[both] - plain.pose[both])))),
        gaze_deg=float(np.degrees(_mean(np.abs(disturbed.gaze[both] - plain.gaze[both])))),
        seen_before=_mean(plain.seen[chosen, shown]),
        seen_after=_mean(disturbed.seen[chosen, shown]),
    )


def _mean(values: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
    return float(values.mean()) if values.size else float("nan")
