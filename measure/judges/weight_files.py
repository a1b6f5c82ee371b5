"""Reads weights in TensorFlow.js's format: a manifest of JSON beside one binary file of quantised tensors.

weights = read_tfjs_weights(Path("package/model"), "face_recognition_model")

Source: TensorFlow.js, "weights manifest" (converter's documentation): value = byte * scale + min.
"""

from __future__ import annotations

from math import prod
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import torch
from torch import Tensor

from measure.errors import MeasureError

_MAX_BYTES = 64 * 1024 * 1024
_KINDS = {"uint8": "u1", "uint16": "<u2", "float32": "<f4"}


def read_tfjs_weights(folder: Path, name: str) -> dict[str, Tensor]:
    """The tensors of one model, by their names, float32.

    Args:
        folder: holds NAME-weights_manifest.json and the file that it names.

    Raises:
        MeasureError: a file is missing or is not what it says.
    """
    manifest = folder / f"{name}-weights_manifest.json"
    try:
        (group,) = msgspec.json.decode(manifest.read_bytes())
        content = (folder / Path(group["paths"][0]).name).read_bytes()
        if len(content) > _MAX_BYTES:
            raise ValueError(f"{len(content)} bytes, expected at most {_MAX_BYTES}")
        tensors, begin = {}, 0
        for entry in group["weights"]:
            values, begin = _tensor(entry, content, begin)
            tensors[entry["name"]] = values
    except (OSError, ValueError, KeyError, TypeError, IndexError, msgspec.MsgspecError) as error:
        raise MeasureError(
            f"{manifest} cannot be read ({error}); unpack the npm package @vladmandic/face-api and name its model folder"
        ) from error
    return tensors


def _tensor(entry: dict[str, Any], content: bytes, begin: int) -> tuple[Tensor, int]:
    """One tensor, and where the next begins."""
    shape = [int(side) for side in entry["shape"]]
    stored = entry.get("quantization", {"dtype": entry["dtype"], "scale": 1.0, "min": 0.0})
    kind: np.dtype[Any] = np.dtype(_KINDS[stored["dtype"]])
    end = begin + prod(shape) * kind.itemsize
    if end > len(content):
        raise ValueError(f"{entry['name']} ends at byte {end} of {len(content)}")
    values = np.frombuffer(content[begin:end], kind).astype(np.float32)
    values = values * np.float32(stored["scale"]) + np.float32(stored["min"])
    return torch.from_numpy(values.reshape(shape)), end
