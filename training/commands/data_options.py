"""Options that every command shares which makes data of the studio's people."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from studio.head.identity import identities_of
from training.commands.limits import check_limits
from training.data_settings import keep_settings

#: The test split is for measuring alone.
SPLITS: Final = ("train", "validation")
_LIMITS: Final = {"people": (1, 100_000), "motions": (1, 1000), "workers": (1, 256), "seed": (0, 2**31)}


def add_data_options(
    parser: argparse.ArgumentParser, what: str, *, people: int, motions: int | None = None
) -> None:
    """Folder, people, split, seed, workers and the studio's head.

    Args:
        what: is made, in the plural, for the help.
        people: how many by default.
        motions: moments of each person by default; None = the command has no such option.
    """
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="DIR", help=f"folder of the {what}"
    )
    parser.add_argument(
        "--people", type=int, default=people, metavar="N", help="people of the split (default %(default)s)"
    )
    if motions is not None:
        parser.add_argument(
            "--motions",
            type=int,
            default=motions,
            metavar="N",
            help="moments of each person (default %(default)s)",
        )
    parser.add_argument("--split", choices=SPLITS, default="train", help="which people (default %(default)s)")
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="seed of all random choices (default 0)"
    )
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="processes (default 2)")
    parser.add_argument("--ict", type=Path, metavar="FILE", help="ICT-FaceKit's arrays, as for omote-studio")


def check_data_options(options: argparse.Namespace) -> None:
    """Check the options before anything is looked for or made.

    Raises:
        TrainingError: an option is out of range.
    """
    check_limits(options, {name: limit for name, limit in _LIMITS.items() if hasattr(options, name)})


def begin_data(options: argparse.Namespace, settings_file: str) -> list[int]:
    """Keep the options in the folder of the data, and list the people's identities.

    Args:
        settings_file: name of the file in which a folder keeps what it was begun with.

    Raises:
        TrainingError: the folder was begun with other settings.
    """
    kept = {name: getattr(options, name) for name in ("split", "motions", "seed") if hasattr(options, name)}
    if getattr(options, "clip", 1) != 1:  # folders of single moments do not say so
        kept["clip"] = options.clip
    keep_settings(options.output / settings_file, kept)
    return list(identities_of(options.split, options.people))
