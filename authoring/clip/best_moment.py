"""Chooses the frame of a clip that becomes the portrait: from the front, sharp, calm, eyes open, mouth shut, wholly seen.

chosen = best_moment(clip.moments)
chosen.moment.time_s, chosen.why
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from authoring.clip.moment import Moment
from protocol.blendshapes import BLENDSHAPES, INDEX
from vision.head_pose import head_pose

#: The value of each measure at which it costs 1.
TURNED_DEG, ROLLED_DEG = 10.0, 15.0
BLINK, APART, WORN, LOOKS_AWAY = 0.3, 0.02, 0.3, 0.5
BLURRED, DARK, CUT_OFF = 0.35, 0.15, 0.12
#: A face's own rest: this quantile of a coefficient over the clip, but no more than this.
REST_QUANTILE, MOST_REST = 0.15, 0.45
SHARP_QUANTILE: Final = 0.9
#: Coefficients that belong to the eyes' direction and to blinks, which are judged apart; the others are expression.
_BLINKS: Final = [INDEX["eyeBlinkLeft"], INDEX["eyeBlinkRight"]]
_LOOKS: Final = [i for i, name in enumerate(BLENDSHAPES) if name.startswith("eyeLook")]
_EXPRESSION: Final = [i for i, name in enumerate(BLENDSHAPES) if not name.startswith(("eyeBlink", "eyeLook"))]


class Chosen(NamedTuple):
    """The portrait's moment, and what is good and what is not about it, for the user."""

    moment: Moment
    why: str


class _Costs(NamedTuple):
    """Costs (N,) of N moments; 1 is clearly seen, 0 perfect."""

    turned: NDArray[np.float64]
    eyes: NDArray[np.float64]
    mouth: NDArray[np.float64]
    expression: NDArray[np.float64]
    gaze: NDArray[np.float64]
    blur: NDArray[np.float64]
    light: NDArray[np.float64]
    cut_off: NDArray[np.float64]


#: What is said of a cost below 1, and of one above; in the order of `_Costs`.
_WORDS: Final = (
    ("", "turned away"), ("eyes open", "eyes half shut"), ("mouth shut", "mouth open"), ("calm", "with an expression"),
    ("looks ahead", "looks aside"), ("sharp", "blurred"), ("well lit", "badly lit"), ("wholly seen", "cut off"),
)  # fmt: skip


def best_moment(moments: Sequence[Moment]) -> Chosen:
    """The moment with the smallest sum of costs.

    Args:
        moments: of one shot, at least one.
    """
    costs = _costs(moments)
    place = int(np.sum(costs, axis=0).argmin())
    return Chosen(moments[place], _why(moments, costs, place))


def described(moments: Sequence[Moment], moment: Moment) -> str:
    """What is good and what is not about a moment that the user chose."""
    everything = [*moments, moment]
    return _why(everything, _costs(everything), len(everything) - 1)


def _costs(moments: Sequence[Moment]) -> _Costs:
    poses = [head_pose(one.face.transform) for one in moments]
    yaw, pitch, roll = (
        np.degrees([getattr(pose, name) for pose in poses]) for name in ("yaw", "pitch", "roll")
    )
    worn = np.array([one.face.blendshapes for one in moments], np.float64)
    rest = np.minimum(np.quantile(worn, REST_QUANTILE, axis=0), MOST_REST)
    above = np.maximum(worn - rest, 0)
    sharpness = np.array([one.sharpness for one in moments])
    usual = max(float(np.quantile(sharpness, SHARP_QUANTILE)), 1e-9)
    squares = {
        "eyes": above[:, _BLINKS].max(1) / BLINK,
        "mouth": np.array([one.lips_apart for one in moments]) / APART,
        "expression": above[:, _EXPRESSION].max(1) / WORN,
        "gaze": above[:, _LOOKS].max(1) / LOOKS_AWAY,
        "blur": np.maximum(1 - sharpness / usual, 0) / BLURRED,
        "light": np.array([one.light for one in moments]) / DARK,
        "cut_off": np.array([one.cut_off for one in moments]) / CUT_OFF,
    }
    turned = (yaw / TURNED_DEG) ** 2 + (pitch / TURNED_DEG) ** 2 + (roll / ROLLED_DEG) ** 2
    return _Costs(turned=turned, **{name: value**2 for name, value in squares.items()})


def _why(moments: Sequence[Moment], costs: _Costs, place: int) -> str:
    pose = head_pose(moments[place].face.transform)
    aside, up = abs(round(np.degrees(pose.yaw))), round(np.degrees(pose.pitch))
    good = [f"{aside}° aside and {abs(up)}° {'up' if up >= 0 else 'down'}"]
    bad = []
    for cost, (fine, poor) in zip(costs, _WORDS, strict=True):
        if float(cost[place]) > 1:
            bad.append(poor)
        elif fine:
            good.append(fine)
    return ", ".join(good) + (f"; but {', '.join(bad)}" if bad else "")
