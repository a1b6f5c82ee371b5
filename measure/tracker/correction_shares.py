"""Chooses how much of the correction is applied to each output, on people of the validation split.

share = choose_shares(weights, validation)      # (54,)

A coefficient is corrected where its root mean square error falls by a clear margin, its mean absolute error does not
rise, and its correlation with the truth does not fall. Both sides of a face get the same share. `MOST` limits the share
where drawn faces represent real ones poorly.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from bridge.expressions.face_correction import OUTPUTS, SHAPES, CorrectionWeights
from measure.tracker.bridge_output import bridge_output
from measure.tracker.correction_fit import OTHER_SIDE
from measure.tracker.error_metrics import evaluated_mask, rms
from measure.tracker.samples import TrackedSamples
from protocol.blendshapes import BLENDSHAPES

_SHARES: Final = (0.25, 0.5, 0.75, 1.0)
#: The root mean square error has to fall at least to this share of the uncorrected one.
_CLEARLY: Final = 0.95
#: Upper limits of the share. On recordings of five real people, checked frame by frame, the full correction made these
#: shapes too weak, or reported a stretched mouth for an open jaw. MediaPipe was trained on real faces and is better here,
#: in particular for lids, jaw and sideways mouths.
MOST: Final[dict[str, float]] = {
    "eyeBlink": 0.0, "jawOpen": 0.0, "jawLeft": 0.0, "jawRight": 0.0, "mouthLeft": 0.0, "mouthRight": 0.0,
    "mouthPucker": 0.25,
    "mouthSmile": 0.5, "mouthFunnel": 0.5, "mouthUpperUp": 0.5, "mouthFrown": 0.5, "mouthStretch": 0.5,
    "mouthShrugLower": 0.5, "browDown": 0.5,
    "tongueOut": 0.0,  # no landmark shows the tongue
}  # fmt: skip


def choose_shares(weights: CorrectionWeights, validation: TrackedSamples) -> NDArray[np.float32]:
    """The share (54,) of every output, 0..1."""
    shares = np.zeros(OUTPUTS, np.float32)
    judged = evaluated_mask(validation)
    truth, gaze = validation.expression[judged], validation.gaze[judged]
    before, after = bridge_output(validation, None), bridge_output(validation, weights)
    raw, full = before.expression[judged], after.expression[judged]
    for place, name in enumerate(BLENDSHAPES):
        if name.startswith("eyeLook") or OTHER_SIDE[place] < place:
            continue
        sides = sorted({place, int(OTHER_SIDE[place])})
        share = _best(raw[:, sides], full[:, sides], truth[:, sides])
        most = MOST.get(name, MOST.get(name.removesuffix("Left"), 1.0))
        shares[sides] = min(share, most)
    for axis in (0, 1):
        ours, theirs = before.gaze[judged, axis, None], after.gaze[judged, axis, None]
        shares[SHAPES + axis] = _best(ours, theirs, gaze[:, axis, None])
    return shares


def _best(raw: NDArray[np.float32], full: NDArray[np.float32], truth: NDArray[np.float32]) -> float:
    """The share with the smallest error among those that worsen no figure; 0 where there is none."""
    best, least = 0.0, _CLEARLY * rms(raw - truth)
    for share in _SHARES:
        mixed = raw + share * (full - raw)
        is_no_worse = np.abs(mixed - truth).mean() <= np.abs(raw - truth).mean() and all(
            _correlation(mixed[:, side], truth[:, side]) >= _correlation(raw[:, side], truth[:, side]) - 0.01
            for side in range(raw.shape[1])
        )
        if is_no_worse and rms(mixed - truth) < least:
            best, least = share, rms(mixed - truth)
    return best


def _correlation(value: NDArray[np.float32], truth: NDArray[np.float32]) -> float:
    return float(np.corrcoef(value, truth)[0, 1]) if value.std() > 1e-4 and truth.std() > 1e-4 else 0.0
