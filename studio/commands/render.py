"""`omote-studio render`: a data set in WebDataset shards.

omote-studio render --count 20000 --size 256 -o data/ --workers 2
omote-studio render --count 20000 --size 256 -o data/ --workers 40 --ray auto      # on the machines of a Ray cluster
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from cluster.ray_cluster import connect
from studio.commands.options import Subparsers, add_recipe_options, recipe_from
from studio.errors import StudioError
from terminal.old_option import add_old_option


def add_parser(subparsers: Subparsers) -> None:
    """Add `omote-studio render` to the command line."""
    parser = subparsers.add_parser(
        "render",
        help="draw a data set into WebDataset shards",
        description="Draw pictures with all their labels into WebDataset shards. The same options give the same "
        "bytes for any number of workers. Continue an interrupted data set with --resume.",
        epilog="example: omote-studio render --count 2000 --sequence 16 --cameras 2 -o data/ --resume",
    )
    parser.add_argument("--count", type=int, required=True, metavar="N", help="number of moments to draw")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="DIR", help="a new or empty folder"
    )
    add_old_option(parser, "--out", "--output")
    parser.add_argument("--resume", action="store_true", help="continue the data set that is in the folder")
    parser.add_argument(
        "--ray",
        default="",
        metavar="auto|HOST:PORT",
        help="draw on the machines of this Ray cluster; each worker needs a core (docs/fleet.md)",
    )
    add_recipe_options(parser)


def run(options: argparse.Namespace) -> int:
    """Draw the missing shards; returns the exit status.

    Raises:
        StudioError, ClusterError: the message is for the user.
    """
    from studio.data.dataset import expected_bytes, render_dataset
    from studio.head.source import read_face_source
    from studio.head.source_path import find_face_source
    from terminal.progress import progress_bar

    recipe = recipe_from(options, options.count)
    source = find_face_source(options.ict)
    read_face_source(source)  # reports a damaged file once, and not once for each worker
    total = recipe.count * recipe.pictures_per_moment
    print(
        f"{total} pictures of {recipe.size} x {recipe.size} in {recipe.shards} shards, about "
        f"{expected_bytes(recipe) / 1e9:.2g} GB, with {options.workers} workers",
        file=sys.stderr,
    )
    if options.ray:
        if options.devices:
            raise StudioError("--devices names cards of this machine; leave it out with --ray")
        connect(options.ray)
    try:
        with progress_bar(total, "pictures") as bar:
            summary = render_dataset(
                recipe,
                source,
                options.output,
                workers=options.workers,
                resume=options.resume,
                devices=options.devices,
                on_ray=bool(options.ray),
                progress=bar,
            )
    except KeyboardInterrupt:
        print(
            f"stopped; finished shards are complete, continue with: {_resume_command(options)}",
            file=sys.stderr,
        )
        return 130
    existing = f" ({summary.existing} existed already)" if summary.existing else ""
    print(
        f"{options.output}: {summary.existing + summary.shards} shards{existing}, {total} pictures",
        file=sys.stderr,
    )
    print(
        "read them with: from studio.data.shards import read_shards; their contents: docs/studio.md",
        file=sys.stderr,
    )
    return 0


def _resume_command(options: argparse.Namespace) -> str:
    return f"omote-studio render --count {options.count} -o {options.output} ... --resume (the same options)"
