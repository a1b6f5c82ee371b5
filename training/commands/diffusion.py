"""`omote-train diffusion`: trains the generative engine's transformer on pairs; goes on from a run with --resume."""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import Any

from networks.dit_design import CONFIGS, PARTS
from terminal.progress import progress_bar
from training.commands.limits import check_limits
from training.commands.ray_options import run_command_on_ray
from training.commands.run_options import add_run_options, check_run, report, train_options
from training.errors import TrainingError
from training.pairs.clips import clip_length


def add_parser(subparsers: Any) -> None:
    """Options of the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "diffusion",
        help="train the transformer of the generative engine",
        description="Trains on pairs, judges the network on people it never sees, and keeps checkpoints, a log and sheets "
        "of samples in the run's folder. Several processes or graphics cards: --ray, or torchrun -m training diffusion. "
        "Needs torch.",
        epilog="example: omote-train diffusion --data pairs/ --held-out held-out/ --config nano --minutes 120 -o runs/nano",
    )
    add_run_options(parser, batch=8, rate=6e-4)
    parser.add_argument(
        "--config",
        choices=tuple(CONFIGS),
        default="nano",
        help="the network's size: pico for trials, nano for a CPU, small and base for graphics cards (default %(default)s)",
    )
    parser.add_argument(
        "--from",
        dest="begin",
        choices=("bridge", "noise"),
        default="bridge",
        help="where the flow begins: at the draft plus a little noise, or at noise alone (default %(default)s)",
    )
    parser.add_argument(
        "--without", choices=PARTS, default="", help="the condition that an ablation leaves out"
    )
    parser.add_argument(
        "--patch",
        type=int,
        choices=(4, 8, 16),
        default=0,
        help="pixels of a token's side (default: the size's own)",
    )
    parser.add_argument(
        "--codec",
        choices=("conv", "patch"),
        default="",
        help="between pixels and tokens: small convolutions, or one linear layer (default: the size's own)",
    )
    parser.add_argument(
        "--chunk",
        type=int,
        default=0,
        metavar="N",
        help="frames that see each other; the runtime's engine draws chunks of 1 (default: the size's own, 1)",
    )
    parser.add_argument(
        "--window",
        type=int,
        default=0,
        metavar="N",
        help="chunks that a frame sees (default: the size's own, 4)",
    )
    parser.add_argument(
        "--frames",
        type=int,
        default=1,
        metavar="N",
        help="consecutive frames of an example, from pairs made with --clip; may change from run to run (default 1)",
    )
    parser.add_argument(
        "--rollout",
        type=int,
        choices=(0, 1, 2, 4),
        default=0,
        help="frames see what the network itself made before by so many steps; 0: the truth with noise (default 0)",
    )
    parser.add_argument(
        "--steps",
        type=int,
        metavar="N",
        help="steps in all, in place of --minutes: ablations of equal compute",
    )


def run(options: argparse.Namespace) -> int:
    """Train; returns the exit status.

    Raises:
        TrainingError: with a message for the user.
    """
    folders, held_out = check_run(options)
    if options.steps is not None:
        check_limits(options, {"steps": (1, 10_000_000)})
    check_limits(options, {"frames": (1, 64), "chunk": (0, 16), "window": (0, 64)})
    chunk = options.chunk or CONFIGS[options.config].chunk
    if options.frames % chunk:
        raise TrainingError(f"--frames {options.frames}, expected a multiple of the chunk's {chunk} frames")
    clip = clip_length(options.data)
    if clip % options.frames:
        raise TrainingError(
            f"--frames {options.frames}, but the clips of {options.data} have {clip}; expected a number that divides it: "
            f"omote-train pairs --clip {options.frames}"
        )
    if options.ray:
        return run_command_on_ray(__name__, options)
    from training.diffusion.recipe import DiffusionRecipe
    from training.diffusion.train import train_diffusion

    recipe = DiffusionRecipe(
        options.config,
        options.begin,
        options.without,
        options.patch,
        options.codec,
        options.chunk,
        options.window,
    )
    with progress_bar(options.minutes, "minutes") as bar:
        found = train_diffusion(
            folders,
            held_out,
            options.output,
            replace(train_options(options), steps=options.steps),
            recipe,
            frames=options.frames,
            rollout=options.rollout,
            resume=options.resume,
            progress=lambda minutes, note: bar(round(min(minutes, options.minutes), 1), note),
        )
    report(options, len(folders), len(held_out), found)
    return 0
