"""`omote-studio serve`: endless batches without a disk, to look at how fast they come, or as a tar in a pipe.

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
        help="draw batches without end, without a disk",
        description="Draw batches without end, and say how fast. A training loop in Python uses "
        "studio.data.stream.StudioStream itself; others read samples as a tar from a pipe.",
        epilog="example: omote-studio serve --batches 20 --size 256",
    )
    parser.add_argument("--batch", type=int, default=16, metavar="B", help="pictures in a batch (default 16)")
    parser.add_argument("--batches", type=int, metavar="N", help="stop after so many (default: never)")
    parser.add_argument("--first", type=int, default=0, metavar="N", help="begin with this batch (default 0)")
    parser.add_argument(
        "--tar", action="store_true", help="write the samples to standard output as WebDataset's tar"
    )
    add_recipe_options(parser)


def run(options: argparse.Namespace) -> int:
    """Serve until told to stop; returns the exit status.

    Raises:
        StudioError: with words for the user.
    """
    from studio.data.sample import encode_sample
    from studio.data.shards import TAR_END, tar_bytes
    from studio.data.stream import StudioStream
    from studio.head.source_path import find_face_source

    if options.tar and sys.stdout.isatty():
        raise StudioError("--tar writes binary data; send it on: omote-studio serve --tar | python train.py")
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
                    for place in range(options.batch):
                        sample = batch.sample(place)
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
    """Whoever read has what they wanted; Python is not to complain about it when it ends."""
    import os

    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
