"""What a fitted calibration changes, in words for the person who did it.

changes(fitted, measured={"rest", "open"}, base=profile)     # ["Open mouth: 1.6 times as strong", ...]
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

import numpy as np

from bridge.calibration.fitted import Fitted
from bridge.calibration.medians import ANGLES
from bridge.calibration.profile import CalibrationProfile
from bridge.calibration.steps import REST, SIDE, STEPS, Step
from bridge.observation import GAZE_AXES
from protocol.blendshapes import BLENDSHAPES, INDEX

#: A strength that changes less than this counts as kept.
KEPT: Final = 0.1
_LOOKS: Final = ("yaw", "up", "down")


def changes(fitted: Fitted, *, measured: Collection[str], base: CalibrationProfile) -> list[str]:
    """Describe a fit, the corrections first, then what stays.

    Args:
        fitted: of `bridge.calibration.fit`.
        measured: names of the steps in which a face was seen.
        base: the profile that was corrected.
    """
    changed, kept, unseen = [], [], []
    if "mirror" in fitted.tables:
        changed.append("Left and right were exchanged, as in a mirror: corrected")
    if any(settings.get("swap") for settings in fitted.tables.get("expression", {}).values()):
        changed.append("Left and right of the face were exchanged: corrected")
    if fitted.tables.get("pose", {}).get("swap"):
        changed.append("Turning, nodding and tilting were exchanged: corrected")
    for step in STEPS:
        if step.name == SIDE:  # only tells left from right
            continue
        if step.name == REST:
            changed.append(f"{step.title} and straight ahead: measured")
            continue
        factor = _strength(step, fitted.tables, base)
        if step.name not in measured or step.name in fitted.unmoved or factor is None:
            unseen.append(step.title)
        elif abs(factor - 1.0) < KEPT:
            kept.append(step.title)
        else:
            turned = "the other way round, " if factor < 0 else ""
            changed.append(f"{step.title}: {turned}{abs(factor):.1f} times as strong")
    if kept:
        changed.append(f"As before: {_listed(kept)}")
    if unseen:
        changed.append(f"Hardly seen, left as before: {_listed(unseen)}")
    return changed


def _strength(step: Step, tables: Mapping[str, Any], base: CalibrationProfile) -> float | None:
    """How many times as strong the step's movement comes out now; None = it was not measured."""
    if step.shapes:
        factors = [_of_shape(stem, tables.get("expression", {}), base) for stem in step.shapes]
        known = [factor for factor in factors if factor is not None]
        return float(np.mean(known)) if known else None
    axis = step.pose[0]
    if axis:
        gain = float(base.pose_gain[ANGLES.index(axis)])
        return float(tables.get("pose", {}).get(axis, gain)) / gain
    gaze = tables.get("gaze", {})
    axis, angle = step.gaze
    direct = f"gain_{axis}"
    if direct in gaze:
        return float(gaze[direct]) / float(base.gaze_factor[GAZE_AXES.index(axis)])
    key = "yaw" if axis == "yaw" else "up" if angle > 0 else "down"
    gain = float(base.gaze_gain[_LOOKS.index(key)])
    return float(gaze.get(key, gain)) / gain


def _of_shape(stem: str, shapes: Mapping[str, Any], base: CalibrationProfile) -> float | None:
    full = shapes.get(stem, {}).get("full")
    if full is None:
        return None
    places = [INDEX[name] for name in (stem, f"{stem}Left", f"{stem}Right") if name in INDEX]
    rests = [shapes.get(BLENDSHAPES[place], {}).get("rest", base.rest[place]) for place in places]
    before = float(np.mean(base.full[places] - base.rest[places]))
    return before / (float(full) - float(np.mean(rests)))


def _listed(titles: list[str]) -> str:
    """ "Smile, look up": one sentence, so that only its first word has a capital."""
    return ", ".join([titles[0], *(title[:1].lower() + title[1:] for title in titles[1:])])
