"""Bones that are called as head and eyes usually are: Rigify, VRM, Mixamo, Reallusion, MakeHuman, MetaHuman.

likely_bones(["Hips", "mixamorig:Head", "eye.L", "eye.R"])    # ("mixamorig:Head", "eye.L", "eye.R")
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

#: Best first: exporters' prefixes are cut off, and separators do not count.
_HEAD: Final = ("head", "jbipchead", "ccbasehead", "defhead")
_EYES: Final = ("eye", "faceeye", "eyeball", "defeye")
_SEPARATORS: Final = re.compile(r"[\s_.\-]+")
_PREFIX: Final = re.compile(r"^.*:")


def likely_bones(names: Sequence[str]) -> tuple[str, str, str]:
    """Names of the head's, the left eye's and the right eye's bone; "" where none looks like it."""
    plain = {name: _SEPARATORS.sub("", _PREFIX.sub("", name)).lower() for name in names}
    head = next((name for want in _HEAD for name, one in plain.items() if one == want), "")
    return head, _eye(plain, "left", "l"), _eye(plain, "right", "r")


def _eye(plain: dict[str, str], side: str, letter: str) -> str:
    wanted = [name for part in _EYES for name in (side + part, part + side, letter + part, part + letter)]
    wanted += [f"jadj{letter}faceeye", f"ccbase{letter}eye"]  # VRM, Reallusion
    return next((name for want in wanted for name, one in plain.items() if one == want), "")
