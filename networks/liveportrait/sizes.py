"""NetworkSizes: the widths of LivePortrait's networks; the defaults are those of the published checkpoints.

Narrower ones have the same layers, for tests and for small networks of one's own.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NetworkSizes:
    """Channels and counts.

    Attributes:
        keypoints: implicit keypoints K.
        first: channels of the first layer of F; doubled twice.
        volume, depth: channels and planes of the appearance volume.
        compressed: channels of the volume that the dense motion sees.
        hourglass: channels after each of its levels.
        spade_hidden: channels between a SPADE layer's input and its scale and shift.
        stages: channels of M's four stages. blocks: blocks in each.
        bins: of each angle.
        centred: whether W takes a volume's cells to lie at their middles; the checkpoints, not quite (`volume_sampling`).
    """

    keypoints: int = 21
    first: int = 64
    volume: int = 32
    depth: int = 16
    compressed: int = 4
    hourglass: tuple[int, ...] = (64, 128, 256, 512, 1024)
    spade_hidden: int = 128
    stages: tuple[int, int, int, int] = (96, 192, 384, 768)
    blocks: tuple[int, int, int, int] = (3, 3, 9, 3)
    bins: int = 66
    centred: bool = False

    @property
    def features(self) -> int:
        """Channels of a volume that is seen as a picture."""
        return self.volume * self.depth

    @property
    def warped(self) -> int:
        """Channels of the picture that W gives to G."""
        return 4 * self.first


PUBLISHED = NetworkSizes()
