"""`omote-train personal`: trains the network of personal heads on heads of the studio; --resume goes on."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, Final

from studio.head.source_path import find_face_source
from terminal.progress import progress_bar
from training.commands.limits import check_limits
from training.errors import TrainingError

_LIMITS: Final = {
    "minutes": (0.05, 100_000),
    "people": (2, 100_000),
    "batch": (12, 1_000_000),
    "threads": (0, 1024),
    "seed": (0, 2**31),
}
#: Heads of the test split that judge.
UNSEEN: Final = 50


def add_parser(subparsers: Any) -> None:
    """Options of the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "personal",
        help="train how the skin of any head bulges and folds in expressions",
        description="Makes heads of the studio's people with skin that follows their proportions, bulges and folds, "
        "teaches a network to tell it from the head at rest, and judges it on people of the test split. Needs torch and "
        "ICT-FaceKit.",
        epilog="example: omote-train personal --minutes 20 -o runs/personal",
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="RUN", help="the run's folder")
    parser.add_argument(
        "--people", type=int, default=240, metavar="N", help="people to learn from (default 240)"
    )
    parser.add_argument(
        "--heads", type=Path, metavar="DIR", help="folder of their heads (default: the run's own)"
    )
    parser.add_argument(
        "--minutes", type=float, default=20.0, metavar="M", help="time of this run (default 20)"
    )
    parser.add_argument(
        "--steps", type=int, metavar="N", help="steps in all, in place of --minutes: the same weights again"
    )
    parser.add_argument("--resume", action="store_true", help="go on from the run's checkpoint")
    parser.add_argument("--threads", type=int, default=1, metavar="N", help="of the CPU (default 1)")
    parser.add_argument("--batch", type=int, default=2400, metavar="N", help="vertices a step (default 2400)")
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="seed of weights and batches (default 0)"
    )
    parser.add_argument("--ict", type=Path, metavar="FILE", help="ict_facekit.npz, see docs/studio.md")


def run(options: argparse.Namespace) -> int:
    """Train; returns the exit status.

    Raises:
        TrainingError, StudioError: with a message for the user.
    """
    check_limits(options, _LIMITS)
    if options.steps is not None:
        check_limits(options, {"steps": (1, 10_000_000)})
    import torch

    from face.head_model import load_head_model
    from face.vertex_features import VertexFeatures
    from studio.head.identity import identities_of
    from studio.head.source import read_face_source
    from training.loop import CHECKPOINT, TrainOptions
    from training.personal.heads import load_heads
    from training.personal.train import train_personal

    torch.set_num_threads(options.threads or torch.get_num_threads())
    if not options.resume and (options.output / CHECKPOINT).exists():
        raise TrainingError(
            f"{options.output} holds a run already; go on with --resume, or choose another folder"
        )
    source, model = read_face_source(find_face_source(options.ict)), load_head_model()
    folder = options.heads or options.output
    with progress_bar(options.people, "heads") as bar:
        heads = load_heads(
            folder / "heads.npz", model, source, identities_of("train", options.people), progress=bar
        )
        unseen = load_heads(folder / "unseen.npz", model, source, identities_of("test", UNSEEN))
    with progress_bar(options.minutes, "minutes") as bar:
        found = train_personal(
            heads,
            unseen,
            VertexFeatures(model).triangles,
            options.output,
            TrainOptions(
                minutes=options.minutes,
                batch=options.batch,
                rate=2e-3,
                seed=options.seed,
                judge_every=4.0,
                steps=options.steps,
            ),
            resume=options.resume,
            progress=lambda minutes, note: bar(round(min(minutes, options.minutes), 1), note),
        )
    print(
        f"{options.output}: {options.people} people; on {len(unseen.ages)} unseen ones, millimetres: "
        + ", ".join(f"{name} {value:.3f}" for name, value in found.items())
    )
    print(f"look at the newest sheet in {options.output}; go on with --resume", file=sys.stderr)
    return 0
