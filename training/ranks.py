"""Ranks: the processes of one training run, each with its own batches; their gradients are averaged.

    torchrun --nproc-per-node 2 -m training retouch ...

One process without torchrun is a single rank. Two single-threaded processes also train faster than one of two threads on a
machine that does other work: threads wait for each other in every operation, ranks once a step.
"""

from __future__ import annotations

import os
from typing import Self

import torch
from torch import distributed, nn


class Ranks:
    """Opens torch's process group if torchrun started this process; a context manager.

    Attributes:
        rank: number of this process. count: how many there are.
    """

    def __init__(self, device: torch.device) -> None:
        self.count = int(os.environ.get("WORLD_SIZE", "1"))
        self.rank = int(os.environ.get("RANK", "0"))
        if self.count > 1:
            distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")

    def average_gradients(self, net: nn.Module) -> None:
        """Replace every gradient by its mean over all ranks."""
        if self.count == 1:
            return
        gradients = [parameter.grad for parameter in net.parameters() if parameter.grad is not None]
        flat = torch.cat([gradient.flatten() for gradient in gradients])
        distributed.all_reduce(flat)
        flat /= self.count
        begin = 0
        for gradient in gradients:
            gradient.copy_(flat[begin : begin + gradient.numel()].view_as(gradient))
            begin += gradient.numel()

    def first(self, value: float, device: torch.device) -> float:
        """The first rank's value, on every rank: all end at the same step."""
        if self.count == 1:
            return value
        shared = torch.tensor([value], dtype=torch.float64, device=device)
        distributed.broadcast(shared, 0)
        return float(shared)

    def close(self) -> None:
        """Leave the process group."""
        if self.count > 1:
            distributed.destroy_process_group()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
