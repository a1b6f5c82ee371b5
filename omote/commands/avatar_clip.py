"""Which options of `omote avatar make` go with a clip, and which with a picture."""

from __future__ import annotations

import argparse
from typing import Final

from authoring.avatar_engines import AVATAR_ENGINES
from authoring.errors import AuthoringError
from authoring.paint_from import PAINT_FROM
from inference.providers import why_not

MOST_FIT_MINUTES: Final = 60.0


def check_clip_options(args: argparse.Namespace, is_clip: bool) -> None:
    """Refuse options of `omote avatar make` that do not go together.

    Args:
        args: of the command line. is_clip: whether a clip was given, and not a picture.

    Raises:
        AuthoringError: --at, --paint-from or --fit-minutes for a picture, --landmarks for a clip, or a fit that is not
            possible here.
    """
    if args.at is not None and not is_clip:
        raise AuthoringError(f"--at is for clips, and {args.photo.name} is a picture; leave it out")
    if args.paint_from != PAINT_FROM[0] and not is_clip:
        raise AuthoringError(
            f"--paint-from {args.paint_from} is for clips, and {args.photo.name} is a picture; leave it out"
        )
    if args.landmarks is not None and is_clip:
        raise AuthoringError("--landmarks is for pictures; give a picture, or leave it out for a clip")
    if args.fit_minutes == 0.0:
        return
    if not 0.0 < args.fit_minutes <= MOST_FIT_MINUTES:
        raise AuthoringError(
            f"--fit-minutes {args.fit_minutes:g}, expected more than 0 and at most {MOST_FIT_MINUTES:g}; 1 is usual"
        )
    if not is_clip:
        raise AuthoringError(
            f"--fit-minutes needs a clip, and {args.photo.name} is a picture: whether a fit helps can only be measured on "
            "other frames of the same person; film ten seconds, or leave it out"
        )
    if args.engine != AVATAR_ENGINES[0]:
        raise AuthoringError(
            f"--fit-minutes is for Omote's own engines, and --engine is {args.engine}; leave it out"
        )
    if reason := why_not("cpu"):
        raise AuthoringError(f"--fit-minutes needs a network that runs on the CPU: {reason}")
