"""Judges of real faces that know nothing of the studio: whose face it is, and which emotion it shows.

    judges = FaceJudges(Path("package/model"))          # of the npm package @vladmandic/face-api, MIT
    judges.embedding(picture, landmarks)                # (128,); 0.6 apart = another person, by dlib's own rule
    judges.emotion(picture, landmarks)                  # (7,) probabilities in the order of EMOTION_NAMES

For measuring alone: nothing of them ships. The recognition network is dlib's ResNet (public domain by its author), as
face-api converted it; the layers follow face-api's faceRecognitionNet and faceExpressionNet.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from measure.judges.emotion_names import EMOTION_NAMES
from measure.judges.weight_files import read_tfjs_weights

Picture = NDArray[np.uint8]
_MEAN: Final = torch.tensor([122.782, 117.001, 104.298])
_RECOGNITION_PX, _EXPRESSION_PX = 150, 112
#: MediaPipe's points of the brows' outer ends, the chin and the cheeks: they span the box of dlib's 68 points.
_BOX: Final = (70, 300, 63, 293, 105, 334, 152, 234, 454, 127, 356)
#: Margin around the box of the landmarks, as a share of its larger side.
_MARGIN: Final = 0.2


class FaceJudges:
    """Two networks on the CPU. Needs torch."""

    def __init__(self, folder: Path) -> None:
        """Read the weights.

        Raises:
            MeasureError: a file is missing or damaged.
        """
        self._recognition = read_tfjs_weights(folder, "face_recognition_model")
        self._expression = read_tfjs_weights(folder, "face_expression_model")

    def embedding(self, picture: Picture, landmarks: NDArray[np.float32]) -> NDArray[np.float32]:
        """(128,) float32; the Euclidean distance of two says how unlike two faces are.

        Args:
            picture: (H, W, 3) uint8 RGB.
            landmarks: (478, 2 or 3), MediaPipe's points in pixels.
        """
        w = self._recognition
        x = (_crop(picture, landmarks, _RECOGNITION_PX, upright=True) - _MEAN[:, None, None]) / 256.0
        with torch.no_grad():
            x = functional.max_pool2d(_convolved(x[None], w, "conv32_down", stride=2), 3, 2)
            for name in ("conv32_1", "conv32_2", "conv32_3", "conv64_down", "conv64_1", "conv64_2", "conv64_3",
                         "conv128_down", "conv128_1", "conv128_2", "conv256_down", "conv256_1", "conv256_2",
                         "conv256_down_out"):  # fmt: skip
                x = _residual(x, w, name)
            coded: Tensor = x.mean((2, 3)) @ w["fc"]
        return np.asarray(coded[0].numpy(), np.float32)

    def emotion(self, picture: Picture, landmarks: NDArray[np.float32]) -> NDArray[np.float32]:
        """(7,) float32 probabilities in the order of EMOTION_NAMES; arguments as of `embedding`."""
        w = self._expression
        x = (_crop(picture, landmarks, _EXPRESSION_PX, upright=False) - _MEAN[:, None, None])[None] / 255.0
        with torch.no_grad():
            for number in range(4):
                x = _dense_block(x, w, f"dense{number}")
            x = functional.avg_pool2d(x, 7, 2).flatten(1)
            probabilities: Tensor = torch.softmax(x @ w["fc/weights"] + w["fc/bias"], 1)
        assert probabilities.shape[1] == len(EMOTION_NAMES)
        return np.asarray(probabilities[0].numpy(), np.float32)


def _crop(picture: Picture, landmarks: NDArray[np.float32], size: int, *, upright: bool) -> Tensor:
    """The square around the face, (3, size, size) float32 0..255; `upright` turns the eyes level."""
    points = landmarks[list(_BOX), :2].astype(np.float64)
    angle = 0.0
    if upright:
        across = landmarks[263, :2] - landmarks[33, :2]
        angle = float(np.arctan2(across[1], across[0]))
    c, s = np.cos(angle), np.sin(angle)
    level = points @ np.array([[c, -s], [s, c]])
    low, high = level.min(0), level.max(0)
    side = float((high - low).max()) * (1 + 2 * _MARGIN)
    scale = size / side
    matrix = np.array([[c, s, 0.0], [-s, c, 0.0]]) * scale
    matrix[:, 2] = size / 2 - (low + high) / 2 * scale
    if scale < 1:
        picture = cv2.GaussianBlur(picture, (0, 0), 0.35 / scale)
    made = cv2.warpAffine(
        picture, matrix, (size, size), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return torch.from_numpy(np.ascontiguousarray(made.transpose(2, 0, 1))).float()


def _kernel(filters: Tensor) -> Tensor:
    """TensorFlow's (H, W, in, out) to torch's (out, in, H, W)."""
    return filters.permute(3, 2, 0, 1)


def _convolved(x: Tensor, w: dict[str, Tensor], name: str, stride: int = 1, *, relu: bool = True) -> Tensor:
    """Convolution, bias, scale and, if wanted, ReLU; a stride of 2 has no padding."""
    kernel = _kernel(w[f"{name}/conv/filters"])
    x = functional.conv2d(
        x, kernel, w[f"{name}/conv/bias"], stride, 0 if stride == 2 else kernel.shape[-1] // 2
    )
    x = x * w[f"{name}/scale/weights"][:, None, None] + w[f"{name}/scale/biases"][:, None, None]
    return functional.relu(x) if relu else x


def _residual(x: Tensor, w: dict[str, Tensor], name: str) -> Tensor:
    """A residual block; `down` halves the side, and pads sides and channels with zeros where the branches differ."""
    is_down = "down" in name
    y = _convolved(x, w, f"{name}/conv1", stride=2 if is_down else 1)
    y = _convolved(y, w, f"{name}/conv2", relu=False)
    if is_down:
        x = functional.avg_pool2d(x, 2)
        y = functional.pad(y, (0, x.shape[3] - y.shape[3], 0, x.shape[2] - y.shape[2]))
        x = functional.pad(x, (0, 0, 0, 0, 0, y.shape[1] - x.shape[1]))
    return functional.relu(x + y)


def _dense_block(x: Tensor, w: dict[str, Tensor], name: str) -> Tensor:
    first = f"{name}/conv0"
    if f"{first}/filters" in w:
        one = functional.conv2d(_same(x, 2), _kernel(w[f"{first}/filters"]), w[f"{first}/bias"], 2)
    else:
        one = _separable(x, w, first, 2)
    one = functional.relu(one)
    two = _separable(one, w, f"{name}/conv1", 1)
    three = _separable(functional.relu(one + two), w, f"{name}/conv2", 1)
    four = _separable(functional.relu(one + two + three), w, f"{name}/conv3", 1)
    return functional.relu(one + two + three + four)


def _separable(x: Tensor, w: dict[str, Tensor], name: str, stride: int) -> Tensor:
    depth = w[f"{name}/depthwise_filter"].permute(2, 3, 0, 1)  # (channels, 1, H, W)
    x = functional.conv2d(_same(x, stride), depth, stride=stride, groups=len(depth))
    return functional.conv2d(x, _kernel(w[f"{name}/pointwise_filter"]), w[f"{name}/bias"])


def _same(x: Tensor, stride: int) -> Tensor:
    """TensorFlow's padding "same" for a 3 x 3 kernel: with stride 2 on an even side only after the last pixel."""
    before = 0 if stride == 2 and x.shape[-1] % 2 == 0 else 1
    return functional.pad(x, (before, 1, before, 1))
