"""Checkpoints: LivePortrait's weights as people have them, .pth or safetensors, into the networks of this package.

    networks = load_networks({"appearance_feature_extractor": path, ...})
    networks.warping(volume, driving, source)

A .pth file is read with `weights_only`, so that it cannot run code; a safetensors file is read here. Every name and shape
must be the one that the network has; what differs is named with its file.

Source: github.com/huggingface/safetensors, README, "Format": 8 bytes little-endian length N, N bytes of JSON, the numbers.
"""

from __future__ import annotations

import json
import pickle
import struct
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any, Final, TypeVar

import torch
from torch import Tensor, nn

from networks.errors import CheckpointError
from networks.liveportrait.appearance import AppearanceExtractor
from networks.liveportrait.generator import SpadeGenerator
from networks.liveportrait.motion import MotionExtractor
from networks.liveportrait.retargeting import (
    Retargeter,
    eye_retargeting,
    lip_retargeting,
    stitching,
)
from networks.liveportrait.sizes import PUBLISHED, NetworkSizes
from networks.liveportrait.warping import WarpingNetwork

#: Files by their names without ending.
FILES: Final = (
    "appearance_feature_extractor",
    "motion_extractor",
    "warping_module",
    "spade_generator",
    "stitching_retargeting_module",
)
ENDINGS: Final = (".pth", ".safetensors")
MAX_BYTES: Final = 1 << 30
_MAX_HEADER: Final = 16 << 20
_SHOWN: Final = 4
_KINDS: Final = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16, "I64": torch.int64}
#: Parts of the stitching file: network -> name in it.
_RETARGETERS: Final = {"stitching": "retarget_shoulder", "lip": "retarget_mouth", "eye": "retarget_eye"}
State = dict[str, Tensor]
_Network = TypeVar("_Network", bound=nn.Module)


@dataclass(frozen=True, slots=True, eq=False)
class LivePortraitNetworks:
    """All networks, loaded and ready to compute: `eval`, float32, without gradients."""

    appearance: AppearanceExtractor
    motion: MotionExtractor
    warping: WarpingNetwork
    generator: SpadeGenerator
    stitching: Retargeter
    eye: Retargeter
    lip: Retargeter


def load_networks(files: Mapping[str, Path], sizes: NetworkSizes = PUBLISHED) -> LivePortraitNetworks:
    """Load all networks.

    Args:
        files: each name of FILES -> its file.

    Raises:
        CheckpointError: a file is missing or unreadable, or holds other names or shapes.
    """
    absent = [name for name in FILES if name not in files]
    if absent:
        raise CheckpointError(
            f"LivePortrait needs {', '.join(FILES)}; not given: {', '.join(absent)}; omote weights says where they are"
        )
    retargeters: dict[str, Retargeter] = {}
    path = files["stitching_retargeting_module"]
    state = read_state(path)
    for name, make in (("stitching", stitching), ("lip", lip_retargeting), ("eye", eye_retargeting)):
        retargeters[name] = filled(make(), part_of(state, _RETARGETERS[name], path), path)

    def read(name: str, network: Any, prepare: Callable[[State], State] = dict) -> Any:
        return filled(network, prepare(read_state(files[name])), files[name])

    return LivePortraitNetworks(
        appearance=read("appearance_feature_extractor", AppearanceExtractor(sizes)),
        motion=read("motion_extractor", MotionExtractor(sizes)),
        warping=read("warping_module", WarpingNetwork(sizes)),
        generator=read("spade_generator", SpadeGenerator(sizes), without_spectral_norm),
        **retargeters,
    )


def filled(network: _Network, state: Mapping[str, Tensor], path: Path) -> _Network:
    """The network with these weights, ready to compute; names and shapes must all be its own.

    Raises:
        CheckpointError: a name is missing or unknown, or a shape or a kind of number is another.
    """
    own = network.state_dict()
    counters = {name for name in own if name.endswith("num_batches_tracked")}  # needed for training only
    given = {name: value for name, value in state.items() if name not in counters}
    trouble = [f"{name} is missing" for name in own if name not in given and name not in counters]
    trouble += [f"{name} is unknown" for name in given if name not in own]
    trouble += [
        f"{name} has the shape {tuple(value.shape)}, expected {tuple(own[name].shape)}"
        for name, value in given.items()
        if name in own and value.shape != own[name].shape
    ]
    trouble += [
        f"{name} holds numbers that are not finite"
        for name, value in given.items()
        if value.is_floating_point() and not bool(torch.isfinite(value).all())
    ]
    if trouble:
        more = f", and {len(trouble) - _SHOWN} more" if len(trouble) > _SHOWN else ""
        raise CheckpointError(
            f"{path} does not fit {type(network).__name__}: {'; '.join(trouble[:_SHOWN])}{more}; "
            "is it LivePortrait's file for human faces?"
        )
    network.load_state_dict({name: value.float() for name, value in given.items()}, strict=False)
    network.eval().requires_grad_(False)
    return network


def without_spectral_norm(state: State) -> State:
    """Weights under spectral normalisation (weight_orig, weight_u, weight_v) as plain ones: orig / (u . orig v).

    Source: T. Miyato et al., "Spectral Normalization for GANs", ICLR 2018, eq. 8; the vectors are those of the last step.
    """
    made: State = {}
    for name, value in state.items():
        layer, _, kind = name.rpartition(".")
        if kind in ("weight_u", "weight_v"):
            continue
        u, v = state.get(f"{layer}.weight_u"), state.get(f"{layer}.weight_v")
        if kind != "weight_orig" or u is None or v is None or not _fit(value, u, v):
            made[name] = value
            continue
        flat = value.float().flatten(1)
        made[f"{layer}.weight"] = value.float() / torch.dot(u.float(), flat @ v.float())
    return made


def _fit(weight: Tensor, u: Tensor, v: Tensor) -> bool:
    return weight.dim() > 1 and [*u.shape, *v.shape] == [len(weight), weight[0].numel()]


def part_of(state: Mapping[str, Any], name: str, path: Path) -> State:
    """The weights of one retargeter: a table inside a .pth file, or those with a prefix in a safetensors file.

    Raises:
        CheckpointError: there are none.
    """
    found = state.get(name)
    if not isinstance(found, dict):
        found = {key: value for key, value in state.items() if key.startswith(f"{name}_module.")}
        found = {key.removeprefix(f"{name}_module."): value for key, value in found.items()}
    found = {key.replace("module.", ""): value for key, value in found.items() if isinstance(value, Tensor)}
    if not found:
        raise CheckpointError(f"{path} holds no {name}; expected LivePortrait's stitching_retargeting_module")
    return found


def read_state(path: Path) -> State:
    """The tensors of a file by their names, on the CPU; of a .pth file also tables of such.

    Raises:
        CheckpointError: it cannot be read, is too large, or is no such file.
    """
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise CheckpointError(
                f"{path} has {size:,} bytes, expected at most {MAX_BYTES:,}; is it the right file?"
            )
        if path.suffix == ".safetensors":
            return _read_safetensors(path.read_bytes())
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of pickles that it goes on to refuse
            found = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise CheckpointError(f"{path} cannot be read ({error.strerror or error})") from error
    except (ValueError, RuntimeError, EOFError, KeyError, TypeError, pickle.UnpicklingError) as error:
        reason = " ".join(str(error).split())[:200]
        raise CheckpointError(
            f"{path} is no checkpoint that can be read safely ({reason}); download it again"
        ) from error
    if not isinstance(found, dict):
        raise CheckpointError(f"{path} holds a {type(found).__name__}, expected a table of tensors")
    return found


def _read_safetensors(data: bytes) -> State:
    """Raises ValueError, KeyError or TypeError for bytes that do not keep the format."""
    (length,) = struct.unpack_from("<Q", data) if len(data) >= 8 else (0,)
    if not 2 <= length <= min(_MAX_HEADER, len(data) - 8):
        raise ValueError(f"its header has {length} bytes")
    header = json.loads(data[8 : 8 + length])
    if not isinstance(header, dict):
        raise ValueError("its header is no table")
    numbers = memoryview(data)[8 + length :]
    made: State = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        kind, shape = _KINDS[entry["dtype"]], [int(side) for side in entry["shape"]]
        begin, end = (int(at) for at in entry["data_offsets"])
        if not 0 <= begin <= end <= len(numbers) or min(shape, default=0) < 0:
            raise ValueError(f"{name} lies outside of the file")
        if end - begin != prod(shape) * kind.itemsize:
            raise ValueError(
                f"{name} has {end - begin} bytes, its shape {shape} says {prod(shape) * kind.itemsize}"
            )
        if begin == end:
            made[name] = torch.zeros(shape, dtype=kind)
            continue
        made[name] = torch.frombuffer(bytearray(numbers[begin:end]), dtype=kind).reshape(shape)
    return made
