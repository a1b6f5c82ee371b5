"""The CSV that the app Live Link Face writes beside its videos: its columns, and its cells from a face's values.

    Timecode,BlendshapeCount,EyeBlinkRight,EyeLookDownRight,...,HeadYaw,HeadPitch,HeadRoll,LeftEyeYaw,...
    16:57:20:41.678,61,0.0423457548,0.1203457341,...

One row a frame: a timecode, how many numbers follow, the 52 coefficients of ARKit, and yaw, pitch and roll of the
head and of both eyes, radians. Signs are those of the app's stream (`bridge.trackers.livelink`): yaw + to the
subject's left, pitch + down, roll + towards the right shoulder. Columns may come in any order and in any spelling.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bridge.forwarders.livelink import looks_of_gaze
from protocol.blendshapes import BLENDSHAPES, find_blendshape

TIMECODE: Final = "timecode"
COUNT: Final = "blendshapecount"
#: Column, folded -> layer, channel and sign of the value. Both eyes have the one gaze; eyes do not roll.
ANGLES: Final[dict[str, tuple[str, str, float]]] = {
    "headyaw": ("pose", "yaw", 1.0),
    "headpitch": ("pose", "pitch", -1.0),
    "headroll": ("pose", "roll", 1.0),
    "lefteyeyaw": ("gaze", "yaw", 1.0),
    "lefteyepitch": ("gaze", "pitch", -1.0),
    "lefteyeroll": ("gaze", "roll", 1.0),
    "righteyeyaw": ("gaze", "yaw", 1.0),
    "righteyepitch": ("gaze", "pitch", -1.0),
    "righteyeroll": ("gaze", "roll", 1.0),
}


def _right_first() -> tuple[str, ...]:
    """The coefficients in the app's order: that of `BLENDSHAPES`, but the right one of a pair first."""
    left_eye = [name for name in BLENDSHAPES if name.startswith("eye") and name.endswith("Left")]
    ordered = [name.removesuffix("Left") + "Right" for name in left_eye] + left_eye
    rest = [name for name in BLENDSHAPES if not name.startswith("eye")]
    while rest:
        name = rest.pop(0)
        if name.endswith("Left"):
            ordered.append(rest.pop(0))
        ordered.append(name)
    return tuple(ordered)


#: The columns as the app writes them.
HEADER: Final[tuple[str, ...]] = (
    "Timecode", "BlendshapeCount", *(name[0].upper() + name[1:] for name in _right_first()),
    "HeadYaw", "HeadPitch", "HeadRoll",
    "LeftEyeYaw", "LeftEyePitch", "LeftEyeRoll", "RightEyeYaw", "RightEyePitch", "RightEyeRoll",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        title: as the file writes it.
        shape: the coefficient it holds; "" = none.
        angle: layer, channel and sign of the angle it holds; None = none.
        is_timecode, is_count: whether it holds these.
    """

    title: str
    shape: str = ""
    angle: tuple[str, str, float] | None = None
    is_timecode: bool = False
    is_count: bool = False

    @property
    def is_value(self) -> bool:
        """Whether it holds a coefficient or an angle."""
        return bool(self.shape) or self.angle is not None


def column_of(title: str) -> Column:
    """What a column holds, by its title in any spelling."""
    folded = title.strip().replace("_", "").replace(" ", "").lower()
    return Column(
        title,
        shape=find_blendshape(title.strip()) or "",
        angle=ANGLES.get(folded),
        is_timecode=folded == TIMECODE,
        is_count=folded == COUNT,
    )


def row_values(columns: tuple[Column, ...], face: Mapping[str, Mapping[str, float]]) -> list[float]:
    """The number of every column for a face; 0 for columns without one.

    Args:
        columns: of the file.
        face: layer -> channel -> value, with Omote's signs.
    """
    gaze = face.get("gaze", {})
    expression = face.get("expression", {})
    looks = looks_of_gaze(gaze.get("yaw", 0.0), gaze.get("pitch", 0.0))
    count = float(sum(column.is_value for column in columns))
    values = []
    for column in columns:
        if column.shape:
            values.append(expression.get(column.shape, looks.get(column.shape, 0.0)))
        elif column.angle is not None:
            layer, channel, sign = column.angle
            values.append(sign * face.get(layer, {}).get(channel, 0.0))
        else:
            values.append(count if column.is_count else 0.0)
    return values


def number_text(value: float, decimals: int | None) -> str:
    """A number with so many digits behind the point; None = as few as hold it exactly."""
    return repr(value) if decimals is None else f"{value:.{decimals}f}"
