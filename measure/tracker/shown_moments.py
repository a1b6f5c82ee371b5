"""Shown moments: seconds of clips at which people have looked at the pictures, and what the face does there.

    moments = read_moments(Path("moments.toml"))
    rows = moment_rows(reading, [one for one in moments if one.clip == "clip.mp4"])

The file, TOML: names of blendshapes, without Left or Right for both, or "gaze yaw +", "gaze yaw -" and the same of pitch.

    [[moment]]
    clip = "clip.mp4"
    at_s = 3.9
    rest_s = 1.0                 # when the face rests, against which it is compared
    seen = "puffed cheeks"
    rises = ["cheekPuff"]
    stays = ["mouthSmile"]       # what should not rise
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from measure.errors import MeasureError
from measure.tracker.clip_agreement import ClipReading, looked
from protocol.blendshapes import INDEX
from protocol.errors import FileError
from protocol.toml_file import read_toml

Doubles = NDArray[np.float64]

#: Pictures this near to a moment belong to it.
_NEAR_S: Final = 0.1
#: From this on a coefficient answers, and answers well, to what is plainly to be seen.
ANSWERS, FULLY = 0.15, 0.4


class Moment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One moment of a clip; names as in the module's description."""

    clip: str
    at_s: float
    rest_s: float
    seen: str
    rises: list[str] = []
    stays: list[str] = []


class MomentRow(msgspec.Struct, frozen=True):
    """What both trackers say at one moment, against the one at which the face rests.

    Attributes:
        name: of a coefficient. is_expected: whether it should rise; else it should stay.
        network, mediapipe: by how much it rose; the mean of both sides where the name has none. Gaze: radians of the
            network, and eyeLook coefficients of MediaPipe.
    """

    clip: str
    at_s: float
    seen: str
    name: str
    is_expected: bool
    network: float
    mediapipe: float


def read_moments(path: Path) -> list[Moment]:
    """Read a file of moments.

    Raises:
        MeasureError: it is missing, or says something else than moments.
    """
    try:
        moments = msgspec.convert(read_toml(path), dict[str, list[Moment]]).get("moment", [])
    except (FileError, msgspec.ValidationError) as error:
        raise MeasureError(
            f"{path} holds no moments: {error}; write [[moment]] with clip, at_s, rest_s and seen"
        ) from error
    for one in moments:
        for name in (*one.rises, *one.stays):
            if not _places(name) and name not in _GAZES:
                raise MeasureError(f"{path}: {one.clip} at {one.at_s:g} s: {name!r} is no blendshape; write jawOpen, or "
                                   f"mouthSmile for both sides, or one of {', '.join(_GAZES)}")  # fmt: skip
    return moments


def moment_rows(reading: ClipReading, moments: list[Moment]) -> list[MomentRow]:
    """The rows of one clip's moments; a moment at which no picture was read has none."""
    rows = []
    for one in moments:
        near, rest = (np.abs(reading.times_s - at_s) <= _NEAR_S for at_s in (one.at_s, one.rest_s))
        if not (near.any() and rest.any()):
            continue
        for name in (*one.rises, *one.stays):
            network, mediapipe = (
                float(values[near].mean() - values[rest].mean()) for values in _answers(reading, name)
            )
            rows.append(MomentRow(one.clip, one.at_s, one.seen, name, name in one.rises, network, mediapipe))
    return rows


#: Name -> axis and sign.
_GAZES: Final = {
    "gaze yaw +": (0, 1.0),
    "gaze yaw -": (0, -1.0),
    "gaze pitch +": (1, 1.0),
    "gaze pitch -": (1, -1.0),
}


def _answers(reading: ClipReading, name: str) -> tuple[Doubles, Doubles]:
    """(T,) of the network and of MediaPipe."""
    if name in _GAZES:
        axis, sign = _GAZES[name]
        return sign * reading.network_gaze[:, axis], sign * looked(reading.mediapipe, axis)
    places = _places(name)
    return reading.network[:, places].mean(1), reading.mediapipe[:, places].mean(1)


def _places(name: str) -> list[int]:
    return [INDEX[shape] for shape in (name, f"{name}Left", f"{name}Right") if shape in INDEX]
