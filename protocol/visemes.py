"""The 15 visemes of Oculus LipSync: names and order.

    >>> VISEMES[1]
    'PP'

Source: Meta, "Viseme Reference" of Oculus Lipsync; OpenXR XR_META_face_tracking_visemes has the same order, 0 to 14, and
VRChat's parameter `Viseme` is its number.
"""

from __future__ import annotations

from typing import Final

VISEMES: Final[tuple[str, ...]] = (
    "sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR", "aa", "E", "ih", "oh", "ou",
)  # fmt: skip

VISEME_INDEX: Final[dict[str, int]] = {name: number for number, name in enumerate(VISEMES)}
