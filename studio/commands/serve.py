"""`omote-studio serve`: draws endless batches without a disk, to measure the speed or as a tar in a pipe.

omote-studio serve --batches 20
omote-studio serve --tar | python train.py
"""

from __future__ import annotations

import argparse
import sys
import time

from studio.commands.options import Subparsers, add_recipe_options, recipe_from
from studio.errors import StudioError


def add_parser(subparsers: Subparsers) -> None:
    """Add `omote-studio serve` to the command line."""
    parser = subparsers.add_parser(
        "serve",
        help="draw endless batches without a disk",
        description="Draw endless batches and print the speed. A training loop in Python uses "
        "studio.data.stream.StudioStream itself; other programs read samples as a tar from a pipe.",
        epilog="example: omote-studio serve --batches 20 --size 256",
    )
    parser.add_argument("--batch", type=int, default=16, metavar="B", help="pictures in a batch (default 16)")
    parser.add_argument("--batches", type=int, metavar="N", help="number of batches (default: endless)")
    parser.add_argument(
        "--first", type=int, default=0, metavar="N", help="number of the first batch (default 0)"
    )
    parser.add_argument(
        "--tar", action="store_true", help="write the samples to standard output as a WebDataset tar"
    )
    add_recipe_options(parser)


def run(options: argparse.Namespace) -> int:
    """Draw batches until the number is reached or the reader closes the pipe; returns the exit status.

    Raises:
        StudioError: the message is for the user.
    """
    from studio.data.sample import encode_sample
    from studio.data.shards import TAR_END, tar_bytes
    from studio.data.stream import StudioStream
    from studio.head.source_path import find_face_source

    if options.tar and sys.stdout.isatty():
        raise StudioError(
            "--tar writes binary data; pipe it to a program: omote-studio serve --tar | python train.py"
        )
    if options.first < 0 or (options.batches is not None and options.batches < 1):
        raise StudioError("--first is 0 or more, --batches 1 or more")
    recipe = recipe_from(options, 1)
    out = sys.stdout.buffer
    with StudioStream(
        recipe,
        source=find_face_source(options.ict),
        batch=options.batch,
        workers=options.workers,
        first=options.first,
        devices=options.devices,
    ) as stream:
        begin_s = time.monotonic()
        try:
            for number in range(options.batches if options.batches is not None else sys.maxsize):
                batch = stream.take()
                if options.tar:
                    for index in range(options.batch):
                        sample = batch.sample(index)
                        out.write(tar_bytes(sample.key, encode_sample(sample)))
                    out.flush()
                else:
                    rate = (number + 1) * options.batch / (time.monotonic() - begin_s)
                    faces = len(set(batch.labels.identity.tolist()))
                    print(
                        f"batch {batch.number}: image {batch.image.shape} {batch.image.dtype}, {faces} faces, "
                        f"{rate:.1f} pictures/s",
                        flush=True,
                    )
            if options.tar:
                out.write(TAR_END)
                out.flush()
        except BrokenPipeError:
            _close_quietly()
    return 0


def _close_quietly() -> None:
    """Redirect standard output, so that Python's flush at exit does not report the closed pipe."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
