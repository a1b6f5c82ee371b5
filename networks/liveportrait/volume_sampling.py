"""Reading a volume at places that are no grid points, trilinearly, zero outside.

    read_shifted(volume, offset)         # the whole grid, shifted: three small matrix products
    read_at(volume, places)              # any places: torch's own grid_sample
    read_at_gathered(volume, places)     # the same of operators that every ONNX provider has

Places are x, y, z in -1..1 where -1 and 1 are the *outer edges* of the first and last cell (align_corners=False), although
`axis_places` puts grid points at -1 and 1 themselves: the checkpoints were trained with this mismatch of half a cell at the
edges. Networks of fewer cells are better `centred`: grid points lie in the cells' middles.

Source: onnxruntime.ai, "GridSample": the CUDA kernel has four dimensions only.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def axis_places(count: int, like: Tensor, *, centred: bool = False) -> Tensor:
    """(N,) the grid's points on one axis, -1..1, first and last included; or the middles of N equal cells."""
    # A constant: tracing linspace or arange leaves double numbers in an ONNX graph.
    if centred:
        places = [(2.0 * number + 1.0) / count - 1.0 for number in range(count)]
    else:
        places = [2.0 * number / (count - 1) - 1.0 for number in range(count)]
    return torch.tensor(places, dtype=like.dtype, device=like.device)


def grid_places(depth: int, height: int, width: int, like: Tensor, *, centred: bool = False) -> Tensor:
    """(D, H, W, 3) the grid's points x, y, z."""
    z, y, x = (axis_places(count, like, centred=centred) for count in (depth, height, width))
    shape = (depth, height, width)
    return torch.stack([x.expand(shape), y[:, None].expand(shape), z[:, None, None].expand(shape)], dim=-1)


def _hats(count: int, offset: Tensor, *, centred: bool) -> Tensor:
    """(..., N, N) weights with which N cells are read at their grid points moved by an offset (...,), on one axis."""
    cell = (axis_places(count, offset, centred=centred) + offset[..., None] + 1.0) * (count / 2) - 0.5
    cells = torch.tensor([float(number) for number in range(count)], dtype=offset.dtype, device=offset.device)
    return functional.relu(1.0 - (cell[..., None] - cells).abs())


def read_shifted(volume: Tensor, offset: Tensor, *, centred: bool = False) -> Tensor:
    """Read the grid at its own points moved by offsets. Linear in each axis, so one matrix an axis does it.

    Args:
        volume: (B, C, D, H, W).
        offset: (B, K, 3) x, y, z in the units of the places.

    Returns:
        (B, K, C, D, H, W).
    """
    depth, height, width = volume.shape[2:]
    along_x, along_y, along_z = (
        _hats(count, offset[..., axis], centred=centred) for axis, count in enumerate((width, height, depth))
    )
    x = volume[:, None]  # (B, 1, C, D, H, W)
    x = torch.matmul(x, along_x.transpose(-1, -2)[:, :, None, None])  # (B, K, C, D, H, W)
    x = torch.matmul(along_y[:, :, None, None], x)
    flat = x.flatten(4)  # (B, K, C, D, H W)
    return torch.matmul(along_z[:, :, None], flat).unflatten(4, (height, width))


def read_at(volume: Tensor, places: Tensor) -> Tensor:
    """Read a volume (B, C, D, H, W) at places (B, D', H', W', 3); gives (B, C, D', H', W')."""
    return functional.grid_sample(volume, places, align_corners=False)


def read_at_gathered(volume: Tensor, places: Tensor) -> Tensor:
    """What `read_at` gives, of gathers whose indices are int32; all volumes of a batch are rows of one table."""
    batch, channels, depth, height, width = volume.shape
    shape = places.shape[1:4]
    cells = depth * height * width
    rows = volume.flatten(2).transpose(1, 2).reshape(-1, channels)  # (B D H W, C): one row a cell
    first = torch.arange(batch, dtype=torch.int32, device=volume.device)[:, None] * cells  # of each volume
    floors, parts, counts = [], [], (width, height, depth)
    for axis, count in enumerate(counts):
        cell = (places[..., axis].flatten(1) + 1.0) * (count / 2) - 0.5  # (B, D' H' W')
        cell = cell.clamp(-2.0, count + 1.0)  # beyond it everything is zero; int32 must hold it
        floor = cell.floor()
        floors.append(floor)
        parts.append(cell - floor)
    made: Tensor | None = None
    for corner in range(8):
        steps = [(corner >> axis) & 1 for axis in range(3)]
        index: Tensor | None = None
        weight: Tensor | None = None
        for axis in (2, 1, 0):  # z is the slowest
            at = floors[axis] + float(steps[axis])
            share = parts[axis] if steps[axis] else 1.0 - parts[axis]
            inside = ((at >= 0.0) & (at <= counts[axis] - 1.0)).to(share.dtype)
            share = share * inside
            whole = at.clamp(0.0, counts[axis] - 1.0).to(torch.int32)
            index = whole if index is None else index * counts[axis] + whole
            weight = share if weight is None else weight * share
        assert index is not None
        assert weight is not None
        part = rows.index_select(0, (index + first).flatten()) * weight.reshape(-1, 1)
        made = part if made is None else made + part
    assert made is not None
    return made.unflatten(0, (-1, places.shape[1:4].numel())).transpose(1, 2).unflatten(2, shape)
