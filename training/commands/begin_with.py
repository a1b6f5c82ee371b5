"""`--begin-with`: a training that goes on from an exported network, for when no checkpoint is left.

add_begin_with(parser, installed_voice())
model = model_to_begin_with(options, load_voice_model)        # None without the option
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Final

from inference.model_folder import ModelFolder
from training.errors import TrainingError

#: In place of a folder: the network that comes with Omote.
SHIPPED: Final = "shipped"


def add_begin_with(parser: argparse.ArgumentParser, installed: Path) -> None:
    """The option.

    Args:
        installed: folder of the network that comes with Omote.
    """
    parser.add_argument(
        "--begin-with",
        type=lambda word: installed if word == SHIPPED else Path(word),
        metavar="DIR",
        help="model folder whose weights are the first ones, as an export wrote it; shipped = the one that comes with "
        "Omote (default: random weights)",
    )


def model_to_begin_with(
    options: argparse.Namespace, load: Callable[[Path], ModelFolder]
) -> ModelFolder | None:
    """The network that the option names; None = it was not given.

    Args:
        load: reads and checks a folder.

    Raises:
        TrainingError: the option contradicts --resume.
        ModelError: the folder holds no such network.
    """
    if options.begin_with is None:
        return None
    if options.resume:
        raise TrainingError(
            "--begin-with and --resume exclude each other: a checkpoint has weights of its own; leave one of them out"
        )
    return load(options.begin_with)
