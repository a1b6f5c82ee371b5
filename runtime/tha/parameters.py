"""The 45 parameters of a THA4 character, in the order in which its networks take them.

pose = np.zeros(PARAMETERS, np.float32)
pose[THA["mouth_aaa"]] = 0.5

"left" is the character's left, at the right of the picture.

Source: github.com/pkhungurn/talking-head-anime-4-demo, src/tha4/poser/modes/pose_parameters.py: names, order and ranges.
"""

from __future__ import annotations

from typing import Final

_PAIRS_BEFORE: Final = (
    "eyebrow_troubled", "eyebrow_angry", "eyebrow_lowered", "eyebrow_raised", "eyebrow_happy", "eyebrow_serious",
    "eye_wink", "eye_happy_wink", "eye_surprised", "eye_relaxed", "eye_unimpressed", "eye_raised_lower_eyelid",
    "iris_small",
)  # fmt: skip


def _both(name: str) -> tuple[str, str]:
    return f"{name}_left", f"{name}_right"


#: In order. Values are 0..1, those of SIGNED -1..1.
NAMES: Final[tuple[str, ...]] = (
    *(side for name in _PAIRS_BEFORE for side in _both(name)),
    "mouth_aaa", "mouth_iii", "mouth_uuu", "mouth_eee", "mouth_ooo", "mouth_delta",
    *_both("mouth_lowered_corner"), *_both("mouth_raised_corner"), "mouth_smirk",
    "iris_rotation_x", "iris_rotation_y",
    "head_x", "head_y", "neck_z", "body_y", "body_z", "breathing",
)  # fmt: skip
SIGNED: Final = ("iris_rotation_x", "iris_rotation_y", "head_x", "head_y", "neck_z", "body_y", "body_z")
PARAMETERS: Final = len(NAMES)
#: The face's network takes the first so many.
FACE_PARAMETERS: Final = NAMES.index("head_x")
#: Name -> place.
THA: Final[dict[str, int]] = {name: place for place, name in enumerate(NAMES)}
