"""Networks of finished runs.

form = trained_form(Path("runs/retouch") / WEIGHTS)
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import torch
from torch import nn

from networks.regions import RegionNets
from networks.retouch import FormNet
from training.errors import TrainingError
from training.loop import DAMAGES

Net = TypeVar("Net", bound=nn.Module)


def trained_form(path: Path) -> FormNet:
    """The form network of a run's weights.

    Raises:
        TrainingError: the file is missing, damaged or of another network.
    """
    return with_weights(FormNet(), path, "omote-train retouch")


def trained_regions(path: Path) -> RegionNets:
    """The region networks of a run's weights; as `trained_form`."""
    return with_weights(RegionNets(), path, "omote-train regions")


def with_weights(net: Net, path: Path, command: str) -> Net:
    """A network with the weights of a run.

    Args:
        command: that trains it, for the message.

    Raises:
        TrainingError: the file is missing, damaged or of another network.
    """
    try:
        net.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    except DAMAGES as error:
        why = str(error).partition("\n")[0]
        raise TrainingError(
            f"{path} holds no weights of this network ({why}); expected the folder of a run of {command}"
        ) from error
    return net
