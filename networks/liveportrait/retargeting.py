"""Retargeter: the small networks that correct keypoints: stitching to the shoulders, eyes, lips.

    stitching()(torch.cat([source, driving], 1))     # (B, 126) -> (B, 65)

Outputs are added to the frame's keypoints: 63 numbers, (K, 3) in a row; stitching adds a shift x, y for all of them.
"""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn

KEYPOINT_NUMBERS = 63


class Retargeter(nn.Module):
    """Linear layers with ReLU between.

    Args:
        widths: of the input, of each hidden layer, of the output.
    """

    def __init__(self, *widths: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inner, outer in pairwise(widths):
            layers += [nn.Linear(inner, outer), nn.ReLU()]
        self.mlp = nn.Sequential(*layers[:-1])

    def forward(self, input: Tensor) -> Tensor:
        """(B, N) -> (B, M)."""
        made: Tensor = self.mlp(input)
        return made


def stitching() -> Retargeter:
    """Keypoints of the portrait and of the frame -> the frame's correction, and a shift x, y."""
    return Retargeter(2 * KEYPOINT_NUMBERS, 128, 128, 64, KEYPOINT_NUMBERS + 2)


def eye_retargeting() -> Retargeter:
    """The portrait's keypoints, how open its left and right eye are, and how open they shall be -> the correction."""
    return Retargeter(KEYPOINT_NUMBERS + 3, 256, 256, 128, 128, 64, KEYPOINT_NUMBERS)


def lip_retargeting() -> Retargeter:
    """The portrait's keypoints, how open its lips are, and how open they shall be -> the correction."""
    return Retargeter(KEYPOINT_NUMBERS + 2, 128, 128, 64, KEYPOINT_NUMBERS)
