"""`omote-train emotion`: trains the emotion filter and the composite layer on synthetic movers; --resume goes on."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, Final

from terminal.progress import progress_bar
from training.commands.limits import check_limits
from training.errors import TrainingError

_LIMITS: Final = {
    "minutes": (0.05, 100_000),
    "movers": (2, 100_000),
    "batch": (2, 4096),
    "threads": (0, 1024),
    "seed": (0, 2**31),
}


def add_parser(subparsers: Any) -> None:
    """Options of the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "emotion",
        help="train the filter that takes the emotion out of tracked expressions",
        description="Makes takes of synthetic movers, teaches the emotion filter, the composite layer and the encoder of "
        "emotions, and judges the filter on movers it never sees. Checkpoints, a log and curves go to the run's folder. "
        "Needs torch.",
        epilog="example: omote-train emotion --minutes 20 -o runs/emotion",
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="RUN", help="the run's folder")
    parser.add_argument(
        "--movers", type=int, default=400, metavar="N", help="synthetic people to learn from (default 400)"
    )
    parser.add_argument(
        "--takes", type=Path, metavar="DIR", help="folder of their takes (default: the run's own)"
    )
    parser.add_argument(
        "--minutes", type=float, default=20.0, metavar="M", help="time of this run (default 20)"
    )
    parser.add_argument(
        "--steps", type=int, metavar="N", help="steps in all, in place of --minutes: the same weights again"
    )
    parser.add_argument("--resume", action="store_true", help="go on from the run's checkpoint")
    parser.add_argument(
        "--without",
        choices=("bottleneck", "kl", "adversary", "composite", "slow", "split", "labels"),
        default="",
        help="what an ablation leaves out; labels: learn from tracked expressions alone, as in the paper",
    )
    parser.add_argument(
        "--recorded",
        type=Path,
        metavar="DIR",
        help="ARKit takes whose calm speech a third of the movers speak",
    )
    parser.add_argument(
        "--leave-out",
        metavar="TEXT",
        help="people of --recorded whose names contain this judge and are not learned from",
    )
    parser.add_argument("--threads", type=int, default=1, metavar="N", help="of the CPU (default 1)")
    parser.add_argument("--batch", type=int, default=128, metavar="N", help="moments a step (default 128)")
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="seed of weights and batches (default 0)"
    )


def run(options: argparse.Namespace) -> int:
    """Train; returns the exit status.

    Raises:
        TrainingError: with a message for the user.
    """
    check_limits(options, _LIMITS)
    if options.steps is not None:
        check_limits(options, {"steps": (1, 10_000_000)})
    import torch

    from training.emotion.data import emotion_data
    from training.emotion.real_takes import calm_speech, read_performances
    from training.emotion.recipe import EmotionRecipe
    from training.emotion.recorded import with_recorded
    from training.emotion.train import train_emotion
    from training.loop import CHECKPOINT, TrainOptions

    torch.set_num_threads(options.threads or torch.get_num_threads())
    if not options.resume and (options.output / CHECKPOINT).exists():
        raise TrainingError(
            f"{options.output} holds a run already; go on with --resume, or choose another folder"
        )
    with progress_bar(options.movers, "takes") as bar:
        takes, unseen = emotion_data(options.takes or options.output, options.movers, progress=bar)
    if options.recorded is not None:
        pieces = [
            piece
            for piece in calm_speech(read_performances(options.recorded))
            if not options.leave_out or options.leave_out not in piece.person
        ]
        takes = with_recorded(takes, pieces, options.seed)
    with progress_bar(options.minutes, "minutes") as bar:
        found = train_emotion(
            takes,
            unseen,
            options.output,
            EmotionRecipe(options.without),
            TrainOptions(
                minutes=options.minutes,
                batch=options.batch,
                rate=1.5e-3,
                seed=options.seed,
                judge_every=4.0,
                steps=options.steps,
            ),
            resume=options.resume,
            progress=lambda minutes, note: bar(round(min(minutes, options.minutes), 1), note),
        )
    print(
        f"{options.output}: {options.movers} movers; on {len(unseen.seen)} unseen ones: "
        + ", ".join(f"{name} {value:.3f}" for name, value in found.items())
    )
    print(f"look at the newest curves in {options.output}; go on with --resume", file=sys.stderr)
    return 0
