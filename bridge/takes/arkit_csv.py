"""The CSV that the app Live Link Face writes beside its videos: its columns.

    Timecode,BlendshapeCount,EyeBlinkRight,EyeLookDownRight,...,HeadYaw,HeadPitch,HeadRoll,LeftEyeYaw,...
    16:57:20:41.678,61,0.0423457548,0.1203457341,...

One row a frame: a timecode, how many numbers follow, the 52 coefficients of ARKit, and yaw, pitch and roll of the
head and of both eyes, radians. Signs are those of the app's stream (`bridge.trackers.livelink`): yaw + to the
subject's left, pitch + down, roll + towards the right shoulder. Columns may come in any order and in any spelling.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

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
