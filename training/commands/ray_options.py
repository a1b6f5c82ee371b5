"""`--ray` and `--workers` of training commands: the same command in several processes on a Ray cluster.

add_ray_options(parser)
if options.ray:
    return run_command_on_ray("training.commands.retouch", options)
"""

from __future__ import annotations

import argparse
import importlib
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

from training.errors import TrainingError


def add_ray_options(parser: argparse.ArgumentParser) -> None:
    """Options of a command whose run may have several processes."""
    parser.add_argument(
        "--ray",
        metavar="auto|local|HOST:PORT",
        help="train on the machines of a Ray cluster: that of this machine, one of its own, or by its address",
    )
    parser.add_argument(
        "--workers",
        type=int,
        metavar="N",
        help="processes, each with batches of its own; with --ray (default 1)",
    )


def run_command_on_ray(module: str, options: argparse.Namespace) -> int:
    """Run a command in `--workers` processes; returns the exit status.

    Args:
        module: of the command.
        options: checked already; folders must have the same paths on all machines.

    Raises:
        NoRayError, ClusterError, TrainingError: with a message for the user.
    """
    from cluster.ray_cluster import connect, need_ray
    from training.loop import CHECKPOINT
    from training.ray_ranks import run_on_ray

    given: dict[str, Any] = {
        name: value.resolve() if isinstance(value, Path) else value for name, value in vars(options).items()
    }
    given |= {"ray": None, "workers": None}
    is_card = options.device == "cuda"
    connect(options.ray)
    try:
        return run_on_ray(
            partial(_run, module, given, time.time()),
            workers=1 if options.workers is None else options.workers,
            cpus=float(max(1, options.threads)),
            gpus=1.0 if is_card else 0.0,
            can_resume=(options.output / CHECKPOINT).exists,
            say=lambda line: print(line, file=sys.stderr, flush=True),
        )
    finally:
        need_ray().shutdown()


def check_ray_options(options: argparse.Namespace) -> None:
    """Check that they go together.

    Raises:
        TrainingError: they do not.
    """
    if options.workers is not None and not options.ray:
        raise TrainingError(
            "--workers needs --ray; without Ray several processes are torchrun's: docs/training.md"
        )


def _run(module: str, given: dict[str, Any], began_s: float, is_resumed: bool) -> int:
    """In a process of the run: the command, without Ray; after a loss it has the time that is left.

    Args:
        began_s: when the run began, Unix seconds.
    """
    options = argparse.Namespace(**given)
    if is_resumed:
        options.resume = True
        options.begin_with = None  # the checkpoint has begun with it
        options.minutes = max(0.05, options.minutes - (time.time() - began_s) / 60)
    status: int = importlib.import_module(module).run(options)
    return status
