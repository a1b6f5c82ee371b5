"""CSV files as the app Live Link Face writes them, from the published column list."""

from __future__ import annotations

import random

HEADER_LINE = (
    "Timecode,BlendshapeCount,EyeBlinkRight,EyeLookDownRight,EyeLookInRight,EyeLookOutRight,EyeLookUpRight,"
    "EyeSquintRight,EyeWideRight,EyeBlinkLeft,EyeLookDownLeft,EyeLookInLeft,EyeLookOutLeft,EyeLookUpLeft,"
    "EyeSquintLeft,EyeWideLeft,JawForward,JawRight,JawLeft,JawOpen,MouthClose,MouthFunnel,MouthPucker,MouthRight,"
    "MouthLeft,MouthSmileRight,MouthSmileLeft,MouthFrownRight,MouthFrownLeft,MouthDimpleRight,MouthDimpleLeft,"
    "MouthStretchRight,MouthStretchLeft,MouthRollLower,MouthRollUpper,MouthShrugLower,MouthShrugUpper,"
    "MouthPressRight,MouthPressLeft,MouthLowerDownRight,MouthLowerDownLeft,MouthUpperUpRight,MouthUpperUpLeft,"
    "BrowDownRight,BrowDownLeft,BrowInnerUp,BrowOuterUpRight,BrowOuterUpLeft,CheekPuff,CheekSquintRight,"
    "CheekSquintLeft,NoseSneerRight,NoseSneerLeft,TongueOut,HeadYaw,HeadPitch,HeadRoll,LeftEyeYaw,LeftEyePitch,"
    "LeftEyeRoll,RightEyeYaw,RightEyePitch,RightEyeRoll"
)
COLUMNS = HEADER_LINE.split(",")


def row(code: str, **values: float | str) -> str:
    """A row with these values, and 0 elsewhere."""
    cells = [code, "61"] + ["0.0"] * 61
    for name, value in values.items():
        cells[COLUMNS.index(name)] = str(value)
    return ",".join(cells)


def table(*rows: str) -> str:
    return "\n".join((",".join(COLUMNS), *rows)) + "\n"


def random_table(codes: list[str], *, decimals: int | None, seed: int = 0) -> str:
    """Random values; with None each number has as many digits as it needs, like a float of Swift."""
    chance = random.Random(seed)

    def number(low: float, high: float) -> str:
        value = chance.uniform(low, high)
        return repr(round(value, chance.randint(3, 12))) if decimals is None else f"{value:.{decimals}f}"

    rows = []
    for code in codes:
        face = [number(-0.01, 1.01) for _ in range(52)] + [number(-1.5, 1.5) for _ in range(9)]
        rows.append(",".join([code, "61", *face]))
    return table(*rows)


#: Six frames of a drop-frame timecode about the ninth and tenth minute.
CODES = ["00:08:59;28", "00:08:59;29", "00:09:00;02", "00:09:59;29", "00:10:00;00", "00:10:00;01"]
