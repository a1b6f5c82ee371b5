"""Calibration: what one kind of tracker reports -> what the channels mean.

A profile says, per blendshape, which value is rest, how far a person's own rest may lie from it, and which
value counts as 1; and the gains of pose and gaze. It is a small TOML file (`profiles/mediapipe.toml` is the
default and documents every key); a profile of one's own names only what differs.

    profile = load_profile()                                  # MediaPipe's face landmarker
    profile = load_profile(Path("mine.toml"))
    coefficients = calibrated_expression(raw, rest, profile)  # (52,) -> (52,)
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bridge.errors import CalibrationError
from protocol.blendshapes import BLENDSHAPES, INDEX

FloatArray = NDArray[np.float64]

POSE_GAINS: Final = ("yaw", "pitch", "roll", "x", "y", "z")
POSE_LEARN: Final = ("learn_yaw_rad", "learn_pitch_rad", "learn_roll_rad")
GAZE_GAINS: Final = ("yaw", "up", "down")
SHAPE_KEYS: Final = ("rest", "learn", "full", "swap")


@dataclass(frozen=True, slots=True, eq=False)
class CalibrationProfile:
    """One tracker's calibration.

    Attributes:
        rest: (52,) what the tracker reports for a face at rest, before it has seen this person.
        learn: (52,) how far above 0 a person's own rest may lie; what is beyond is taken for expression.
        full: (52,) the reported value that counts as 1; above 1 it weakens a channel.
        source: (52,) place of the reported coefficient that feeds each channel (left and right swapped).
        pose_gain: (6,) factors of yaw, pitch, roll, x, y, z; negative turns a sign round.
        gaze_gain: (3,) radians for a full eyeLook: to either side, up, down.
        lids_follow_gaze: share of a half-closed lid that is explained by looking down, 0..1.
        learn_angle_rad: (3,) yaw, pitch, roll: a start turned further than this is a pose and not the
            camera's angle.
    """

    rest: FloatArray
    learn: FloatArray
    full: FloatArray
    source: NDArray[np.intp]
    pose_gain: FloatArray
    gaze_gain: FloatArray
    lids_follow_gaze: float
    learn_angle_rad: FloatArray


def load_profile(path: Path | None = None) -> CalibrationProfile:
    """The default profile, or the default with a file's changes on top.

    Raises:
        CalibrationError: the file is missing, is not TOML, or names an unknown key or impossible number.
    """
    default = tomllib.loads((files("bridge") / "profiles" / "mediapipe.toml").read_text(encoding="utf-8"))
    if path is None:
        return _profile_from(default, {}, "mediapipe.toml")
    try:
        own = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CalibrationError(f"the profile {path} cannot be read: {error}; write it as TOML") from error
    return _profile_from(default, own, str(path))


def calibrated_expression(raw: FloatArray, rest: FloatArray, profile: CalibrationProfile) -> FloatArray:
    """Subtract rest, rescale to 0..1, and take out of the lids what looking down explains.

    Args:
        raw: (52,) the tracker's coefficients, protocol order.
        rest: (52,) this person's, from `learned_rest`.
    """
    value = raw[profile.source]
    at_rest = rest[profile.source]
    value = np.clip((value - at_rest) / (profile.full - at_rest), 0.0, 1.0)
    # A lid that follows the eye down is the gaze layer's business; a closed one stays closed.
    for side in ("Left", "Right"):
        blink = INDEX[f"eyeBlink{side}"]
        down = value[INDEX[f"eyeLookDown{side}"]]
        value[blink] -= min(profile.lids_follow_gaze * down * (1.0 - value[blink]), value[blink])
    return value


def learned_rest(samples: FloatArray, profile: CalibrationProfile) -> FloatArray:
    """This person's rest from the first samples: (N, 52) -> (52,), within what the profile allows."""
    if len(samples) == 0:
        return profile.rest
    return np.minimum(np.median(samples, axis=0), np.maximum(profile.learn, profile.rest))


def calibrated_gaze(raw: FloatArray, rest: FloatArray, profile: CalibrationProfile) -> tuple[float, float]:
    """Both eyes' yaw and pitch in radians from the eight eyeLook coefficients, relative to rest.

    While the lids close, the trackers report a glance down that is only the lid: it fades with the opening.
    """
    yaw, pitch = _eye_direction(raw[profile.source], profile)
    rest_yaw, rest_pitch = _eye_direction(rest[profile.source], profile)
    blinks = [INDEX["eyeBlinkLeft"], INDEX["eyeBlinkRight"]]
    closed = float(np.mean(np.clip(raw[blinks] / profile.full[blinks], 0.0, 1.0)))
    openness = float(np.clip((1.0 - closed) / 0.4, 0.0, 1.0))
    return (yaw - rest_yaw) * openness, (pitch - rest_pitch) * openness


def _eye_direction(value: FloatArray, profile: CalibrationProfile) -> tuple[float, float]:
    def look(name: str) -> float:
        return float(value[INDEX[name]])

    # Out is away from the nose: the left eye's Out and the right eye's In both look to the subject's left.
    to_left = look("eyeLookOutLeft") + look("eyeLookInRight")
    to_right = look("eyeLookInLeft") + look("eyeLookOutRight")
    sideways, up, down = profile.gaze_gain
    yaw = sideways * (to_left - to_right) / 2
    upwards = up * (look("eyeLookUpLeft") + look("eyeLookUpRight")) / 2
    return float(yaw), float(upwards - down * (look("eyeLookDownLeft") + look("eyeLookDownRight")) / 2)


def _profile_from(default: dict[str, Any], own: dict[str, Any], origin: str) -> CalibrationProfile:
    _refuse_unknown(own, default.keys(), origin, "")
    for part, table in own.items():
        if not isinstance(table, dict):
            raise CalibrationError(f"{origin}: {part} must be a table, written as [{part}]")
    rest, learn, full = np.zeros(52), np.zeros(52), np.ones(52)
    source = np.arange(52)
    for table in (default["expression"], own.get("expression", {})):
        for stem, settings in table.items():
            places = [
                i for i, name in enumerate(BLENDSHAPES) if name in (stem, stem + "Left", stem + "Right")
            ]
            if not places or not isinstance(settings, dict):
                raise CalibrationError(
                    f"{origin}: [expression] {stem!r} is no blendshape; write a name such as jawOpen, "
                    "or eyeBlink for both sides, with a table of " + ", ".join(SHAPE_KEYS)
                )
            _refuse_unknown(settings, SHAPE_KEYS, origin, f"expression.{stem}.")
            for array, key in ((rest, "rest"), (learn, "learn"), (full, "full")):
                if key in settings:
                    array[places] = _number(settings[key], origin, f"expression.{stem}.{key}")
            if settings.get("swap"):
                source[places] = places[::-1]
    if np.any(full <= np.maximum(rest, learn) + 0.05):
        worst = BLENDSHAPES[int(np.argmin(full - np.maximum(rest, learn)))]
        raise CalibrationError(
            f"{origin}: {worst} counts as 1 at a value that may be its rest; raise full or lower learn"
        )
    pose, gaze, lids = ({**default[part], **own.get(part, {})} for part in ("pose", "gaze", "lids"))
    _refuse_unknown(pose, (*POSE_GAINS, *POSE_LEARN), origin, "pose.")
    _refuse_unknown(gaze, GAZE_GAINS, origin, "gaze.")
    _refuse_unknown(lids, ("follow_gaze",), origin, "lids.")
    return CalibrationProfile(
        rest=rest,
        learn=learn,
        full=full,
        source=source,
        pose_gain=np.array([_number(pose[key], origin, f"pose.{key}") for key in POSE_GAINS]),
        gaze_gain=np.array([_number(gaze[key], origin, f"gaze.{key}") for key in GAZE_GAINS]),
        lids_follow_gaze=_number(lids["follow_gaze"], origin, "lids.follow_gaze"),
        learn_angle_rad=np.array([_number(pose[key], origin, f"pose.{key}") for key in POSE_LEARN]),
    )


def _refuse_unknown(table: dict[str, Any], known: Collection[str], origin: str, prefix: str) -> None:
    for key in table:
        if key not in known:
            expected = ", ".join(known)
            raise CalibrationError(f"{origin}: unknown key {prefix}{key}; expected one of {expected}")


def _number(value: Any, origin: str, key: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not np.isfinite(value):
        raise CalibrationError(f"{origin}: {key} = {value!r}, expected a number")
    return float(value)
