"""The parts of a face that may each have a driver of their own: which layer and which channels belong to each.

Parts share no channel. Those of the expression follow the regions of PortraitDirector (arXiv 2604.19129): eyes with
brows; mouth with jaw, tongue, cheeks and nose.
"""

from __future__ import annotations

from typing import Final, Literal, get_args

from protocol.blendshapes import BLENDSHAPES, REGION
from protocol.channels import CHANNEL_INDEX
from protocol.messages import LayerName

Part = Literal["pose", "eyes", "gaze", "mouth", "emotion", "view"]
PARTS: Final[tuple[Part, ...]] = get_args(Part)

PART_LAYER: Final[dict[Part, LayerName]] = {
    "pose": "pose", "eyes": "expression", "gaze": "gaze", "mouth": "expression", "emotion": "emotion", "view": "view",
}  # fmt: skip
_EYES: Final = frozenset(name for name in BLENDSHAPES if REGION[name] in ("eyes", "brows"))
#: Part -> the channels of its layer that it has.
PART_CHANNELS: Final[dict[Part, frozenset[str]]] = {
    part: frozenset(CHANNEL_INDEX[layer]) for part, layer in PART_LAYER.items()
} | {"eyes": _EYES, "mouth": frozenset(BLENDSHAPES) - _EYES}
