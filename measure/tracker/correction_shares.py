"""How much of the correction is taken, output by output: what helped people whom it had not seen, and no more.

share = choose_shares(weights, validation)      # (54,)

A coefficient is corrected where, on the validation split's people, its error falls by a clear margin, its mean error
does not rise and it follows the truth no worse; both sides of a face take the same share. `MOST` then holds back
where drawn faces are a poor judge of real ones.
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
#: The root mean square error has to fall at least to this part of what it was.
_CLEARLY: Final = 0.95
#: On recordings of five real people, looked at frame by frame, these came out weaker than what is seen there, or, as a
#: stretched mouth, where only a jaw was open. MediaPipe learned them from real faces; lids, jaws and mouths that are
#: drawn aside in particular.
MOST: Final[dict[str, float]] = {
    "eyeBlink": 0.0, "jawOpen": 0.0, "jawLeft": 0.0, "jawRight": 0.0, "mouthLeft": 0.0, "mouthRight": 0.0,
    "mouthPucker": 0.25,
    "mouthSmile": 0.5, "mouthFunnel": 0.5, "mouthUpperUp": 0.5, "mouthFrown": 0.5, "mouthStretch": 0.5,
    "mouthShrugLower": 0.5, "browDown": 0.5,
    "tongueOut": 0.0,  # MediaPipe's points show no tongue
}  # fmt: skip


def choose_shares(weights: CorrectionWeights, validation: TrackedSamples) -> NDArray[np.float32]:
    """(54,) the share of every output."""
    chosen = np.zeros(OUTPUTS, np.float32)
    at_all = evaluated_mask(validation)
    truth, gaze = validation.expression[at_all], validation.gaze[at_all]
    before, after = bridge_output(validation, None), bridge_output(validation, weights)
    raw, full = before.expression[at_all], after.expression[at_all]
    for place, name in enumerate(BLENDSHAPES):
        if name.startswith("eyeLook") or OTHER_SIDE[place] < place:
            continue
        sides = sorted({place, int(OTHER_SIDE[place])})
        share = _best(raw[:, sides], full[:, sides], truth[:, sides])
        most = MOST.get(name, MOST.get(name.removesuffix("Left"), 1.0))
        chosen[sides] = min(share, most)
    for axis in (0, 1):
        ours, theirs = before.gaze[at_all, axis, None], after.gaze[at_all, axis, None]
        chosen[SHAPES + axis] = _best(ours, theirs, gaze[:, axis, None])
    return chosen


def _best(raw: NDArray[np.float32], full: NDArray[np.float32], truth: NDArray[np.float32]) -> float:
    """The share with the smallest error among those that make nothing worse; 0 where there is none."""
    best, least = 0.0, _CLEARLY * rms(raw - truth)
    for share in _SHARES:
        mixed = raw + share * (full - raw)
        is_no_worse = np.abs(mixed - truth).mean() <= np.abs(raw - truth).mean() and all(
            _follows(mixed[:, side], truth[:, side]) >= _follows(raw[:, side], truth[:, side]) - 0.01
            for side in range(raw.shape[1])
        )
        if is_no_worse and rms(mixed - truth) < least:
            best, least = share, rms(mixed - truth)
    return best


def _follows(value: NDArray[np.float32], truth: NDArray[np.float32]) -> float:
    return float(np.corrcoef(value, truth)[0, 1]) if value.std() > 1e-4 and truth.std() > 1e-4 else 0.0
