"""Calibration profiles: how one tracker's values map to the channels, as small TOML files.

A profile has, per blendshape, the value at rest, how far a person's own rest may lie from it, and the value that
counts as 1; signs, gains and rest of pose and gaze; and exchanged axes or sides (mirror, swap).
`profiles/neutral.toml` has the defaults and explains every key; `profiles/<tracker>.toml` overrides them for that
tracker, and a file of the user's own overrides both, for all sources or for some:

    profile = load_profile()                                    # MediaPipe's face landmarker
    profile = load_profile(Path("mine.toml"), tracker="vmc")
    profiles = Profiles(Path("mine.toml"))
    profile = profiles.of("livelink", "livelink:Anna")          # with [source."livelink:Anna"] on top
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bridge.errors import CalibrationError
from bridge.observation import GAZE_AXES, POSE_AXES
from protocol.blendshapes import BLENDSHAPES
from protocol.errors import FileError
from protocol.toml_file import parse_toml, read_toml

FloatArray = NDArray[np.float64]

GAZE_GAINS: Final = ("yaw", "up", "down")
#: Larger than any sensible setting; products of such numbers stay finite.
MAX_NUMBER: Final = 1e6
SHAPE_KEYS: Final = ("rest", "learn", "full", "swap")
#: Only angles have a rest in the file: the position at rest differs from session to session.
_ANGLES: Final = POSE_AXES[:3]
_KEYS: Final = {
    "pose": (
        *POSE_AXES,
        *(f"{kind}_{angle}_rad" for kind in ("rest", "learn") for angle in _ANGLES),
        "swap",
    ),
    "gaze": (
        *GAZE_GAINS,
        *(f"gain_{axis}" for axis in GAZE_AXES),
        *(f"{kind}_{axis}_rad" for kind in ("rest", "learn") for axis in GAZE_AXES),
    ),
    "lids": ("follow_gaze",),
}
_TOP: Final = ("mirror", "learn_s", "expression", *_KEYS)


@dataclass(frozen=True, slots=True, eq=False)
class CalibrationProfile:
    """One source's calibration.

    Attributes:
        mirror: whether the tracker reports a mirror image of the person.
        learn_s: seconds in which a person's rest is learned at the start; 0 = rest is as written here.
        rest: (52,) reported values of a face at rest, before this person was seen.
        learn: (52,) highest value that is learned as a person's rest; anything above is expression.
        full: (52,) reported value that counts as 1; above 1 it weakens a channel.
        source: (52,) index of the reported coefficient that feeds each channel (left and right swapped).
        pose_source: (6,) index of the reported axis that feeds each of `POSE_AXES`.
        pose_gain: (6,) factors of yaw, pitch, roll, x, y, z; a negative one reverses the sign.
        pose_rest: (6,) reported values at rest, radians; NaN for positions, which every session measures anew.
        pose_learn: (6,) farthest from `pose_rest` that is learned as rest; anything beyond is a pose.
        gaze_gain: (3,) radians for a full eyeLook: to either side, up, down.
        gaze_factor, gaze_rest, gaze_learn: (2,) like those of pose, for trackers that report a direction.
        lids_follow_gaze: share of a look down that is removed from the blinks, 0..1.
    """

    mirror: bool
    learn_s: float
    rest: FloatArray
    learn: FloatArray
    full: FloatArray
    source: NDArray[np.intp]
    pose_source: NDArray[np.intp]
    pose_gain: FloatArray
    pose_rest: FloatArray
    pose_learn: FloatArray
    gaze_gain: FloatArray
    gaze_factor: FloatArray
    gaze_rest: FloatArray
    gaze_learn: FloatArray
    lids_follow_gaze: float


def load_profile(path: Path | None = None, *, tracker: str = "mediapipe") -> CalibrationProfile:
    """Load a tracker's profile, with a file's changes on top.

    Args:
        path: the user's file; None = only the shipped profiles.
        tracker: its name.

    Raises:
        CalibrationError: the file is missing, is not TOML, or names an unknown key or impossible number.
    """
    return Profiles(path).of(tracker, tracker)


class Profiles:
    """The profiles of all trackers and sources, with the changes of a user's file."""

    def __init__(self, path: Path | None = None) -> None:
        """Read and check the file.

        Args:
            path: the user's file; None = only the shipped profiles.

        Raises:
            CalibrationError: the file is missing, is not TOML, or names an unknown key or impossible number.
        """
        self._origin = str(path) if path else ""
        self._made: dict[tuple[str, str], CalibrationProfile] = {}
        self._own: dict[str, Any] = {} if path is None else _read(path)
        self._by_source: dict[str, Any] = self._own.pop("source", {})
        if not isinstance(self._by_source, dict) or not all(
            isinstance(section, dict) for section in self._by_source.values()
        ):
            raise CalibrationError(f'{path}: source is expected as tables such as [source."livelink:Anna"]')
        # Build every profile now, so that an error shows at the start and not when the source first sends.
        for source in ("", *self._by_source):
            self.of(source.partition(":")[0], source)

    def of(self, tracker: str, source: str) -> CalibrationProfile:
        """Return the profile of one source: neutral, the tracker's, the user's, the user's for it, in this order.

        Args:
            tracker: its name.
            source: the source, such as "livelink:Anna".

        Raises:
            CalibrationError: the sections of this source contradict each other.
        """
        key = (tracker, source if source in self._by_source else "")
        if key not in self._made:
            self._made[key] = self._make(tracker, source)
        return self._made[key]

    def _make(self, tracker: str, source: str) -> CalibrationProfile:
        stack = [(_shipped("neutral"), "neutral.toml")]
        if (files("bridge") / "profiles" / f"{tracker}.toml").is_file():
            stack.append((_shipped(tracker), f"{tracker}.toml"))
        stack.append((self._own, self._origin))
        for name in dict.fromkeys((tracker, source)):
            if name in self._by_source:
                stack.append((self._by_source[name], f"{self._origin} [source.{name}]"))
        return _profile_from(stack)


def sections_of(path: Path) -> dict[str, dict[str, Any]]:
    """What a file says about each tracker and source: name -> its tables.

    Raises:
        CalibrationError: it cannot be used as a profile, or says something about all of them.
    """
    Profiles(path)
    tables = _read(path)
    sections: dict[str, dict[str, Any]] = tables.pop("source", {})
    if tables:
        raise CalibrationError(
            f"{path} has settings for all trackers ({', '.join(tables)}), which would be lost; choose another --output"
        )
    return sections


def _shipped(tracker: str) -> dict[str, Any]:
    return parse_toml((files("bridge") / "profiles" / f"{tracker}.toml").read_bytes(), f"{tracker}.toml")


def _read(path: Path) -> dict[str, Any]:
    try:
        return read_toml(path)
    except FileError as error:
        raise CalibrationError(f"the profile cannot be read: {error}; write it as TOML") from error


def _profile_from(stack: list[tuple[dict[str, Any], str]]) -> CalibrationProfile:
    """Merge the tables of all files, later ones over earlier ones; the first has every key."""
    top: dict[str, Any] = {}
    parts: dict[str, dict[str, Any]] = {part: {} for part in _KEYS}
    rest, learn, full = np.zeros(52), np.zeros(52), np.ones(52)
    source = np.arange(len(BLENDSHAPES))
    for tables, origin in stack:
        _refuse_unknown(tables, _TOP, origin, "")
        for part in ("expression", *_KEYS):
            if not isinstance(tables.get(part, {}), dict):
                raise CalibrationError(f"{origin}: {part} is expected as a table, [{part}]")
        for part, known in _KEYS.items():
            _refuse_unknown(tables.get(part, {}), known, origin, f"{part}.")
            for key, value in tables.get(part, {}).items():
                parts[part][key] = (
                    _swapped(value, origin) if key == "swap" else _number(value, origin, f"{part}.{key}")
                )
        _lay_shapes(
            tables.get("expression", {}), origin, {"rest": rest, "learn": learn, "full": full}, source
        )
        if not isinstance(tables.get("mirror", False), bool):
            raise CalibrationError(f"{origin}: mirror = {tables['mirror']!r}, expected true or false")
        if _number(tables.get("learn_s", 0.0), origin, "learn_s") < 0.0:
            raise CalibrationError(f"{origin}: learn_s = {tables['learn_s']!r}, expected 0 or more seconds")
        top.update({key: tables[key] for key in ("mirror", "learn_s") if key in tables})
    pose, gaze = parts["pose"], parts["gaze"]
    return CalibrationProfile(
        mirror=top["mirror"],
        learn_s=float(top["learn_s"]),
        rest=rest,
        learn=learn,
        full=full,
        source=source,
        pose_source=pose["swap"],
        pose_gain=np.array([pose[axis] for axis in POSE_AXES]),
        pose_rest=np.array([*(pose[f"rest_{angle}_rad"] for angle in _ANGLES), *[np.nan] * 3]),
        pose_learn=np.array([*(pose[f"learn_{angle}_rad"] for angle in _ANGLES), *[np.inf] * 3]),
        gaze_gain=np.array([gaze[key] for key in GAZE_GAINS]),
        gaze_factor=np.array([gaze[f"gain_{axis}"] for axis in GAZE_AXES]),
        gaze_rest=np.array([gaze[f"rest_{axis}_rad"] for axis in GAZE_AXES]),
        gaze_learn=np.array([gaze[f"learn_{axis}_rad"] for axis in GAZE_AXES]),
        lids_follow_gaze=parts["lids"]["follow_gaze"],
    )


def _lay_shapes(
    shapes: dict[str, Any], origin: str, arrays: dict[str, FloatArray], source: NDArray[np.intp]
) -> None:
    """Write one file's [expression] into the arrays, in place."""
    for stem, settings in shapes.items():
        places = [i for i, name in enumerate(BLENDSHAPES) if name in (stem, stem + "Left", stem + "Right")]
        if not places or not isinstance(settings, dict):
            raise CalibrationError(
                f"{origin}: [expression] {stem!r} is no blendshape; write a name such as jawOpen, "
                "or eyeBlink for both sides, with a table of " + ", ".join(SHAPE_KEYS)
            )
        _refuse_unknown(settings, SHAPE_KEYS, origin, f"expression.{stem}.")
        for key, array in arrays.items():
            if key in settings:
                array[places] = _number(settings[key], origin, f"expression.{stem}.{key}")
        if "swap" in settings:
            source[places] = places[::-1] if settings["swap"] else places
    highest = np.maximum(arrays["rest"], arrays["learn"])
    if np.any(arrays["full"] <= highest + 0.05):
        worst = BLENDSHAPES[int(np.argmin(arrays["full"] - highest))]
        raise CalibrationError(
            f"{origin}: {worst} has full at or below a value that can be its rest; raise full or lower learn"
        )


def _swapped(value: Any, origin: str) -> NDArray[np.intp]:
    """Read `["yaw", "pitch"]` as the index of each axis with those two exchanged; [] = all in order."""
    source = np.arange(len(POSE_AXES))
    if isinstance(value, list) and len(value) == 2 and all(axis in POSE_AXES for axis in value):
        first, second = POSE_AXES.index(value[0]), POSE_AXES.index(value[1])
        source[[first, second]] = second, first
    elif value != []:
        raise CalibrationError(
            f"{origin}: pose.swap = {value!r}, expected two of {', '.join(POSE_AXES)}, or none"
        )
    return source


# Not shared with runtime/config.py, whose check walks dataclasses and their nested tables.
def _refuse_unknown(table: dict[str, Any], known: Collection[str], origin: str, prefix: str) -> None:
    for key in table:
        if key not in known:
            expected = ", ".join(known)
            raise CalibrationError(f"{origin}: unknown key {prefix}{key}; expected one of {expected}")


def _number(value: Any, origin: str, key: str) -> float:
    # the comparison is also false for NaN, and true of whole numbers that no float can hold
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) <= MAX_NUMBER:
        shown = f"{value!r}"[:40]
        raise CalibrationError(f"{origin}: {key} = {shown}, expected a number of at most {MAX_NUMBER:g}")
    return float(value)
