"""Fits the axes of head and gaze: exchanged axes, mirror, signs and scales.

is_flipped = fit_pose(fitted, medians, rest, base)
fit_gaze(fitted, medians, rest, base, is_flipped=is_flipped)
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import permutations
from math import degrees
from typing import Final

import numpy as np

from bridge.calibration.fitted import Fitted, rounded
from bridge.calibration.medians import ANGLES, MOVED, MOVED_RAD, FloatArray, Medians
from bridge.calibration.profile import CalibrationProfile
from bridge.calibration.steps import SIDE, STEPS
from bridge.observation import GAZE_AXES
from protocol.blendshapes import BLENDSHAPES, INDEX, REGION, mirrored

#: A scale is corrected only when it is off by more than this factor, because people only estimate the angles.
SCALE_TOLERANCE: Final = 1.5
#: Likewise for trackers that measure the direction of the eyes themselves: people look aside by less than they are asked.
DIRECTION_TOLERANCE: Final = 1.8
#: Signs that a mirror applies to yaw, pitch and roll.
_MIRRORED: Final = np.array([-1.0, 1.0, -1.0])
_STEMS: Final = sorted({
    name.removesuffix("Left") for name in BLENDSHAPES if name.endswith("Left") and mirrored(name) != name
})  # fmt: skip
_LEFT_MOUTH: Final = [
    i for i, name in enumerate(BLENDSHAPES) if REGION[name] == "mouth" and name.endswith("Left")
]
_RIGHT_MOUTH: Final = [INDEX[mirrored(BLENDSHAPES[i])] for i in _LEFT_MOUTH]


def fit_pose(fitted: Fitted, seen: Mapping[str, Medians], rest: Medians, base: CalibrationProfile) -> bool:
    """Fit axes, mirror, signs and scales of the head; return whether the mirror setting is reversed.

    Args:
        fitted: gets the tables and the findings.
        seen: name of each measured step -> its medians.
        rest: medians at rest.
        base: the profile to correct.
    """
    asked = {axis: (step.name, angle) for step in STEPS for axis, angle in [step.pose] if axis}
    moved = np.full((3, 3), np.nan)  # row: axis asked for, column: axis reported
    for place, axis in enumerate(ANGLES):
        if asked[axis][0] in seen:
            change = seen[asked[axis][0]].pose - rest.pose
            if not np.isnan(change).any() and np.abs(change).max() >= MOVED_RAD:
                moved[place] = change
    order = _axis_order(moved, base)
    if list(order) != list(base.pose_source[:3]):
        exchanged = [axis for axis, source in zip(ANGLES, order, strict=True) if ANGLES[source] != axis]
        fitted.put("pose", "swap", exchanged)
        fitted.findings.append(f"{' and '.join(exchanged) or 'all axes'} are exchanged: corrected")

    # Ratio of the angle that the base profile gives to the angle that was asked for.
    sign = _MIRRORED if base.mirror else np.ones(3)
    angle = np.array([asked[axis][1] for axis in ANGLES])
    shown = moved[np.arange(3), order] * base.pose_gain[:3] * sign
    share = shown / angle
    is_flipped = _is_flipped(fitted, share, _side(seen, rest, base))
    if is_flipped:
        share = share * _MIRRORED
        fitted.tables["mirror"] = not base.mirror
        fitted.findings.append("left and right are exchanged, as in a mirror: corrected")
    for place, axis in enumerate(ANGLES):
        if np.isnan(share[place]) or abs(shown[place]) < MOVED_RAD / 2:
            if asked[axis][0] in seen:
                fitted.findings.append(f"{axis} hardly moves: left as it is")
                fitted.unmoved.add(asked[axis][0])
            continue
        factor = _correction(float(share[place]))
        if factor != 1.0:
            fitted.put("pose", axis, rounded(base.pose_gain[place] * factor))
            fitted.findings.append(
                f"{axis}: {degrees(shown[place]):+.0f}° where about {degrees(angle[place]):+.0f}° was asked: "
                f"times {factor:.2f}"
            )
    return is_flipped


def _axis_order(moved: FloatArray, base: CalibrationProfile) -> tuple[int, ...]:
    """Return the reported axis of yaw, pitch and roll: all in place, or two of them exchanged."""
    usual = tuple(int(place) for place in base.pose_source[:3])
    if np.isnan(moved).any():
        return usual
    size = np.abs(moved)
    known = [order for order in permutations(range(3)) if any(order[i] == i for i in range(3))]
    best = max(known, key=lambda order: float(size[np.arange(3), order].sum()))
    # Another order must fit clearly better: people also turn a little while they nod.
    if size[np.arange(3), best].sum() < SCALE_TOLERANCE * size[np.arange(3), usual].sum():
        return usual
    return best


def _side(seen: Mapping[str, Medians], rest: Medians, base: CalibrationProfile) -> float:
    """Return how far the mouth moved to the person's left by the base profile; 0 = not measurable."""
    if SIDE not in seen:
        return 0.0
    change = np.nan_to_num(seen[SIDE].expression - rest.expression)[base.source]
    leftwards = float(change[_LEFT_MOUTH].sum() - change[_RIGHT_MOUTH].sum())
    if abs(leftwards) < MOVED:
        return 0.0
    return -leftwards if base.mirror else leftwards


def _is_flipped(fitted: Fitted, share: FloatArray, side: float) -> bool:
    """Whether head and face are both mirrored; decided by the mouth, or without it by yaw and roll together."""
    turns_wrong = bool(share[0] < 0)
    if side == 0.0:
        return turns_wrong and bool(share[2] < 0) and not bool(share[1] < 0)
    if side < 0.0 and not turns_wrong:
        # The head is correct and the mouth is not: only the sides of the shapes are exchanged.
        for stem in _STEMS:
            fitted.tables.setdefault("expression", {}).setdefault(stem, {})["swap"] = True
        fitted.findings.append(
            "left and right of the face are exchanged, those of the head are not: corrected"
        )
    return side < 0.0 and turns_wrong


def fit_gaze(
    fitted: Fitted,
    seen: Mapping[str, Medians],
    rest: Medians,
    base: CalibrationProfile,
    *,
    is_flipped: bool,
) -> None:
    """Fit the scales of the gaze.

    Args:
        fitted: gets the tables and the findings.
        seen: name of each measured step -> its medians.
        rest: medians at rest.
        base: the profile to correct.
        is_flipped: whether `fit_pose` has reversed the mirror setting.
    """
    is_mirrored = base.mirror != is_flipped
    for step in STEPS:
        axis, angle = step.gaze
        if not axis or step.name not in seen:
            continue
        place = GAZE_AXES.index(axis)
        reported = float((seen[step.name].gaze - rest.gaze)[place])
        if not np.isnan(reported):
            # A reported direction has one factor for up and down, which the step for up fits.
            key, gain = f"gain_{axis}", float(base.gaze_factor[place])
            tolerance = DIRECTION_TOLERANCE
            if angle < 0:
                continue
        else:
            tolerance = SCALE_TOLERANCE
            key, gain, reported = _look(axis, angle, seen[step.name], rest, base)
        shown = reported * gain * (-1.0 if is_mirrored and axis == "yaw" else 1.0)
        if np.isnan(shown) or abs(shown) < MOVED_RAD:
            fitted.findings.append(f"{step.name}: the tracker hardly sees it: left as it is")
            fitted.unmoved.add(step.name)
            continue
        factor = _correction(shown / angle, tolerance)
        if factor != 1.0:
            fitted.put("gaze", key, rounded(gain * factor))
            fitted.findings.append(
                f"{step.name}: {degrees(shown):+.0f}° where about {degrees(angle):+.0f}° was asked: "
                f"times {factor:.2f}"
            )


def _look(
    axis: str, angle: float, now: Medians, rest: Medians, base: CalibrationProfile
) -> tuple[str, float, float]:
    """Return key and value of the gain, and the mean change of both eyes' eyeLook shapes."""
    change = (now.expression - rest.expression)[base.source]

    def looks(way: str) -> FloatArray:
        return change[[INDEX[f"eyeLook{way}{side}"] for side in ("Left", "Right")]]

    if axis == "yaw":
        out, inwards = looks("Out"), looks("In")
        return "yaw", float(base.gaze_gain[0]), float(out[0] - inwards[0] + inwards[1] - out[1]) / 2
    if angle > 0:
        return "up", float(base.gaze_gain[1]), float(looks("Up").mean())
    return "down", float(base.gaze_gain[2]), -float(looks("Down").mean())


def _correction(share: float, tolerance: float = SCALE_TOLERANCE) -> float:
    """Return the factor that corrects a ratio's sign, and its size where that is far from 1."""
    size = 1.0 if 1.0 / tolerance < abs(share) < tolerance else 1.0 / abs(share)
    return size if share > 0 else -size
