"""Observations of a person who did what was asked -> what to write into this person's profile.

    fitted = fit({"rest": [...], "open": [...], ...}, base=profile)
    profile_text(fitted.tables, source="livelink")

What is fitted corrects the tracker's own profile: rest, the value that counts as 1, signs, scales that are far
off, axes in each other's place, left and right. A step that is missing, or in which nothing moved, corrects nothing.
Pure: no clock, no files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import permutations
from math import degrees
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bridge.calibration.profile import CalibrationProfile
from bridge.calibration.steps import REST, SIDE, STEPS
from bridge.observation import GAZE_AXES, POSE_AXES, Observation
from protocol.blendshapes import BLENDSHAPES, INDEX, REGION, mirrored

FloatArray = NDArray[np.float64]

#: The value that counts as 1: what a person reaches, without the odd picture that overshoots.
REACHED_PERCENT: Final = 98.0
#: A shape that moved less was not moved, or the tracker does not see it.
MOVED: Final = 0.15
MOVED_RAD: Final = 0.05
#: People do not measure angles: only a tracker that is off by more than this is corrected.
CLOSE_ENOUGH: Final = 1.5
#: How far above what was seen now rest may lie another day; radians for angles.
REST_ROOM: Final = 0.08
REST_ROOM_RAD: Final = 0.15
#: `bridge.calibration.profile` wants this much and more between rest and full.
_LEAST_RANGE: Final = 0.1

_ANGLES: Final = POSE_AXES[:3]
#: What a mirror turns round.
_MIRRORED: Final = np.array([-1.0, 1.0, -1.0])
_STEMS: Final = sorted({
    name.removesuffix("Left") for name in BLENDSHAPES if name.endswith("Left") and mirrored(name) != name
})  # fmt: skip
_LEFT_MOUTH: Final = [
    i for i, name in enumerate(BLENDSHAPES) if REGION[name] == "mouth" and name.endswith("Left")
]
_RIGHT_MOUTH: Final = [INDEX[mirrored(BLENDSHAPES[i])] for i in _LEFT_MOUTH]


@dataclass(slots=True)
class Fitted:
    """Tables as `bridge.calibration.profile` reads them, and what was found in words."""

    tables: dict[str, Any] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)

    def put(self, table: str, key: str, value: Any) -> None:
        """Set one key of one table."""
        self.tables.setdefault(table, {})[key] = value


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """The median of one step: (52,), (3,) radians, (2,) radians; NaN = never reported."""

    expression: FloatArray
    pose: FloatArray
    gaze: FloatArray


def fit(steps: Mapping[str, Sequence[Observation]], base: CalibrationProfile) -> Fitted:
    """Everything that the steps tell.

    Args:
        steps: a step's name -> observations while it was held; at least "rest".
        base: the profile that is corrected, the tracker's own.
    """
    fitted = Fitted()
    rest = _median(steps[REST])
    seen = {name: _median(samples) for name, samples in steps.items() if samples}
    _fit_rest(fitted, rest, base)
    for step in STEPS:
        for stem in step.shapes:
            if steps.get(step.name):
                _fit_full(fitted, stem, _expressions(steps[step.name]), rest)
    is_flipped = _fit_pose(fitted, seen, rest, base)
    _fit_gaze(fitted, seen, rest, base, is_flipped=is_flipped)
    return fitted


def fit_video(samples: Sequence[Observation], base: CalibrationProfile) -> Fitted:
    """Rest and ranges from a person who is only watched: nobody knows what was asked of them.

    Rest is what a shape comes down to again and again, full what it reaches; angles at rest are the median. A
    shape that stays below half of what usually counts as 1 was not shown fully, and is left as it is.
    """
    fitted = Fitted()
    expressions = _expressions(samples)
    middle = _median(samples)
    low = _percentile(expressions, 10.0)
    rest = _Seen(np.fmin(low, middle.expression), middle.pose, middle.gaze)
    _fit_rest(fitted, rest, base)
    for stem in sorted({shape for step in STEPS for shape in step.shapes}):
        places = _places(stem)
        if np.mean(_percentile(expressions[:, places], REACHED_PERCENT)) >= 0.5 * np.mean(base.full[places]):
            _fit_full(fitted, stem, expressions, rest)
    return fitted


def describe(samples: Sequence[Observation], rest: Sequence[Observation]) -> str:
    """What moved most in a step, for the person who does it."""
    now, before = _median(samples), _median(rest)
    said = [
        f"{axis} {degrees(angle):+.0f}°"
        for axis, angle in zip(_ANGLES, now.pose - before.pose, strict=True)
        if abs(angle) > MOVED_RAD
    ]
    said += [
        f"eyes {axis} {degrees(angle):+.0f}°"
        for axis, angle in zip(GAZE_AXES, now.gaze - before.gaze, strict=True)
        if abs(angle) > MOVED_RAD
    ]
    change = np.nan_to_num(now.expression - before.expression)
    said += [
        f"{BLENDSHAPES[i]} {change[i]:+.2f}"
        for i in np.argsort(-np.abs(change))[:3]
        if abs(change[i]) > MOVED / 2
    ]
    return ", ".join(said) or "nothing moved"


def _fit_rest(fitted: Fitted, rest: _Seen, base: CalibrationProfile) -> None:
    for i, name in enumerate(BLENDSHAPES):
        value = rest.expression[i]
        # What is at rest anyway needs no line. A rest that leaves no room above it is none.
        if np.isnan(value) or abs(value - base.rest[i]) < 0.02 or value > base.full[i] - 0.3:
            continue
        fitted.tables.setdefault("expression", {}).setdefault(name, {}).update(
            rest=_rounded(value), learn=_rounded(min(value + REST_ROOM, base.full[i] - 0.2))
        )
    for axis, value, room in zip(_ANGLES, rest.pose, base.pose_learn, strict=False):
        if not np.isnan(value):
            fitted.put("pose", f"rest_{axis}_rad", _rounded(value))
            fitted.put("pose", f"learn_{axis}_rad", _rounded(max(room, REST_ROOM_RAD)))
    for axis, value, room in zip(GAZE_AXES, rest.gaze, base.gaze_learn, strict=True):
        if not np.isnan(value):
            fitted.put("gaze", f"rest_{axis}_rad", _rounded(value))
            fitted.put("gaze", f"learn_{axis}_rad", _rounded(max(room, REST_ROOM_RAD)))


def _fit_full(fitted: Fitted, stem: str, expressions: FloatArray, rest: _Seen) -> None:
    """Both sides share one value: a person's crooked smile stays a crooked smile."""
    places = _places(stem)
    reached = _percentile(expressions[:, places], REACHED_PERCENT)
    at_rest = rest.expression[places]
    if np.isnan(reached).any() or np.isnan(at_rest).any():
        return
    if float(np.mean(reached - at_rest)) < MOVED:
        fitted.findings.append(f"{stem} hardly moves: left as it is")
        return
    learn = float(np.max(at_rest)) + REST_ROOM
    full = max(float(np.mean(reached)), learn + _LEAST_RANGE)
    fitted.tables.setdefault("expression", {}).setdefault(stem, {}).update(
        learn=_rounded(learn), full=_rounded(full)
    )
    fitted.findings.append(
        f"{stem} reaches {float(np.mean(reached)):.2f} from {float(np.mean(at_rest)):.2f} at rest"
    )


def _places(stem: str) -> list[int]:
    return [INDEX[name] for name in (stem, stem + "Left", stem + "Right") if name in INDEX]


def _fit_pose(fitted: Fitted, seen: Mapping[str, _Seen], rest: _Seen, base: CalibrationProfile) -> bool:
    """Axes, mirror, signs and scales of the head; true when the tracker's mirror is turned round."""
    asked = {axis: (step.name, angle) for step in STEPS for axis, angle in [step.pose] if axis}
    moved = np.full((3, 3), np.nan)  # what was asked for, what was reported
    for place, axis in enumerate(_ANGLES):
        if asked[axis][0] in seen:
            change = seen[asked[axis][0]].pose - rest.pose
            if not np.isnan(change).any() and np.abs(change).max() >= MOVED_RAD:
                moved[place] = change
    order = _axis_order(moved, base)
    if list(order) != list(base.pose_source[:3]):
        exchanged = [axis for axis, source in zip(_ANGLES, order, strict=True) if _ANGLES[source] != axis]
        fitted.put("pose", "swap", exchanged)
        fitted.findings.append(
            f"{' and '.join(exchanged) or 'all axes'} are in each other's place: put right"
        )

    # What the base profile makes of it, over what was asked for.
    sign = _MIRRORED if base.mirror else np.ones(3)
    angle = np.array([asked[axis][1] for axis in _ANGLES])
    shown = moved[np.arange(3), order] * base.pose_gain[:3] * sign
    share = shown / angle
    is_flipped = _is_flipped(fitted, share, _side(seen, rest, base))
    if is_flipped:
        share = share * _MIRRORED
        fitted.tables["mirror"] = not base.mirror
        fitted.findings.append("left and right are exchanged, as in a mirror: put right")
    for place, axis in enumerate(_ANGLES):
        if np.isnan(share[place]) or abs(shown[place]) < MOVED_RAD / 2:
            if asked[axis][0] in seen:
                fitted.findings.append(f"{axis} hardly moves: left as it is")
            continue
        factor = _correction(float(share[place]))
        if factor != 1.0:
            fitted.put("pose", axis, _rounded(base.pose_gain[place] * factor))
            fitted.findings.append(
                f"{axis}: {degrees(shown[place]):+.0f}° where about {degrees(angle[place]):+.0f}° was asked: "
                f"times {factor:.2f}"
            )
    return is_flipped


def _axis_order(moved: FloatArray, base: CalibrationProfile) -> tuple[int, ...]:
    """Which reported angle is yaw, pitch and roll; the profile knows the three, or two of them exchanged."""
    usual = tuple(int(place) for place in base.pose_source[:3])
    if np.isnan(moved).any():
        return usual
    size = np.abs(moved)
    known = [order for order in permutations(range(3)) if any(order[i] == i for i in range(3))]
    best = max(known, key=lambda order: float(size[np.arange(3), order].sum()))
    # Somebody who turns a little while they nod has not exchanged anything.
    if size[np.arange(3), best].sum() < CLOSE_ENOUGH * size[np.arange(3), usual].sum():
        return usual
    return best


def _side(seen: Mapping[str, _Seen], rest: _Seen, base: CalibrationProfile) -> float:
    """How far the mouth went to the person's left, as the base profile shows it; 0 = it cannot be told."""
    if SIDE not in seen:
        return 0.0
    change = np.nan_to_num(seen[SIDE].expression - rest.expression)[base.source]
    leftwards = float(change[_LEFT_MOUTH].sum() - change[_RIGHT_MOUTH].sum())
    if abs(leftwards) < MOVED:
        return 0.0
    return -leftwards if base.mirror else leftwards


def _is_flipped(fitted: Fitted, share: FloatArray, side: float) -> bool:
    """Whether everything is a mirror picture. The mouth knows best; without it yaw and roll must agree."""
    turns_wrong = bool(share[0] < 0)
    if side == 0.0:
        return turns_wrong and bool(share[2] < 0) and not bool(share[1] < 0)
    if side < 0.0 and not turns_wrong:
        # The head is right and the mouth is not: only the shapes' sides are exchanged.
        for stem in _STEMS:
            fitted.tables.setdefault("expression", {}).setdefault(stem, {})["swap"] = True
        fitted.findings.append("the face's left and right are exchanged, the head's are not: put right")
    return side < 0.0 and turns_wrong


def _fit_gaze(
    fitted: Fitted, seen: Mapping[str, _Seen], rest: _Seen, base: CalibrationProfile, *, is_flipped: bool
) -> None:
    is_mirrored = base.mirror != is_flipped
    for step in STEPS:
        axis, angle = step.gaze
        if not axis or step.name not in seen:
            continue
        place = GAZE_AXES.index(axis)
        reported = float((seen[step.name].gaze - rest.gaze)[place])
        if not np.isnan(reported):
            # A direction; up and down share one factor, and up is asked first.
            key, gain = f"gain_{axis}", float(base.gaze_factor[place])
            if angle < 0:
                continue
        else:
            key, gain, reported = _look(axis, angle, seen[step.name], rest, base)
        shown = reported * gain * (-1.0 if is_mirrored and axis == "yaw" else 1.0)
        if np.isnan(shown) or abs(shown) < MOVED_RAD:
            fitted.findings.append(f"{step.name}: the tracker hardly sees it: left as it is")
            continue
        factor = _correction(shown / angle)
        if factor != 1.0:
            fitted.put("gaze", key, _rounded(gain * factor))
            fitted.findings.append(
                f"{step.name}: {degrees(shown):+.0f}° where about {degrees(angle):+.0f}° was asked: "
                f"times {factor:.2f}"
            )


def _look(
    axis: str, angle: float, now: _Seen, rest: _Seen, base: CalibrationProfile
) -> tuple[str, float, float]:
    """The gain's key and value, and what the eyeLook shapes say to it, of both eyes' mean."""
    change = (now.expression - rest.expression)[base.source]

    def looks(way: str) -> FloatArray:
        return change[[INDEX[f"eyeLook{way}{side}"] for side in ("Left", "Right")]]

    if axis == "yaw":
        out, inwards = looks("Out"), looks("In")
        return "yaw", float(base.gaze_gain[0]), float(out[0] - inwards[0] + inwards[1] - out[1]) / 2
    if angle > 0:
        return "up", float(base.gaze_gain[1]), float(looks("Up").mean())
    return "down", float(base.gaze_gain[2]), -float(looks("Down").mean())


def _correction(share: float) -> float:
    """The factor for what shows this share of what was asked: its sign, and its size where that is far off."""
    size = 1.0 if 1.0 / CLOSE_ENOUGH < abs(share) < CLOSE_ENOUGH else 1.0 / abs(share)
    return size if share > 0 else -size


def _expressions(samples: Sequence[Observation]) -> FloatArray:
    return np.array([sample.expression for sample in samples])


def _median(samples: Sequence[Observation]) -> _Seen:
    poses = np.array([[sample.pose.get(axis, np.nan) for axis in _ANGLES] for sample in samples])
    gazes = np.array([[sample.gaze.get(axis, np.nan) for axis in GAZE_AXES] for sample in samples])
    return _Seen(_percentile(_expressions(samples), 50.0), _percentile(poses, 50.0), _percentile(gazes, 50.0))


def _percentile(values: FloatArray, percent: float) -> FloatArray:
    """Per column over the rows that know it; NaN where none does."""
    found = np.full(values.shape[1], np.nan)
    is_known = ~np.isnan(values).all(axis=0)
    if is_known.any():
        found[is_known] = np.nanpercentile(values[:, is_known], percent, axis=0)
    return found


def _rounded(value: float) -> float:
    return round(float(value), 3)
