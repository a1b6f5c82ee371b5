"""Sizes of the diffusion transformer, and what an ablation leaves out; without torch, for the commands' options.

design = CONFIGS["nano"]
design = replace(design, without=frozenset({"rays"}))
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

#: Conditions that can be left out, each with its paper:
#: "reference": slot 0 (FactorPortrait, PortraitDirector); "normals": of the drawn head (FactorPortrait, ExpPortrait);
#: "portrait": the same surface's normals in the portrait (ours); "labels": parts of the head (ours); "draft": the head
#: engine's picture (ours); "rays": Plücker rays (FactorPortrait); "rts": ray maps (DeX-Portrait); "code": expression by
#: modulation (FactorPortrait); "tokens": expression by cross-attention (DeX-Portrait, PortraitDirector); "pose": the pose
#: adapter (PortraitDirector); "emotion": the semantic layer (PortraitDirector). And one that is none: "bend", the draft is
#: bent and relit before anything is added to it (ours).
PARTS: Final = (
    "reference", "normals", "portrait", "labels", "draft", "bend", "rays", "rts", "code", "tokens", "pose", "emotion",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DitDesign:
    """A design.

    Attributes:
        side: of the pictures, pixels. patch: of a token, pixels.
        width, depth, heads: of the transformer.
        flow: of `networks.flow.FLOWS`, for which it is trained.
        codec: "conv" = a convolutional stem and decoder; "patch" = one linear layer each (JiT).
        reference_scale: the portrait is reduced by this before it becomes tokens.
        adapters_every: so many blocks have one pair of adapters for expression and pose.
        chunk: frames that see each other. window: chunks that a frame sees, its own included.
        without: of PARTS.
    """

    side: int = 128
    patch: int = 16
    width: int = 192
    depth: int = 8
    heads: int = 3
    flow: str = "bridge"
    codec: str = "conv"
    reference_scale: int = 2
    adapters_every: int = 2
    chunk: int = 1
    window: int = 4
    without: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        assert self.without <= set(PARTS), self.without
        assert self.side % (self.patch * self.reference_scale) == 0
        assert self.width % self.heads == 0
        assert self.width // self.heads % 4 == 0  # for the rotation along both axes

    @property
    def grid(self) -> int:
        """Tokens along a side of a frame."""
        return self.side // self.patch

    @property
    def reference_grid(self) -> int:
        """Tokens along a side of the portrait."""
        return self.grid // self.reference_scale

    @property
    def past(self) -> int:
        """Frames before its chunk that a frame sees."""
        return (self.window - 1) * self.chunk


#: pico is for trials, of 64 pixels; nano learns on two cores; small and base are for graphics cards.
CONFIGS: Final = {
    "pico": DitDesign(side=64, patch=8, width=128, depth=6, heads=2),
    "nano": DitDesign(),
    "small": DitDesign(patch=8, width=448, depth=12, heads=7, reference_scale=1),
    "base": DitDesign(patch=8, width=768, depth=18, heads=12, reference_scale=1),
}
