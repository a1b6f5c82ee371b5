"""`omote-studio portrait`: draws a face to make an avatar from: from the front, at rest, without background.

omote-studio portrait --identity 35 --look 35 -o her.png
omote avatar make her.png -o avatars/her --at-rest

For style anime, in which MediaPipe finds few landmarks, write the true ones and use them:

omote-studio portrait --style anime --identity 6 --look 30 -o him.png --landmarks him.json
omote avatar make him.png -o avatars/him --at-rest --landmarks him.json
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from studio.commands.options import Subparsers, add_face_options, add_head_options, checked_output
from studio.errors import StudioError
from studio.factors import CameraView, Factors
from studio.head.identity import identity_weights
from studio.head.source import read_face_source
from studio.head.source_path import find_face_source
from studio.renderer import Studio, StudioPicture
from vision.landmark_file import write_landmarks

#: Head and shoulders with the margin that a moving avatar shows, and the focal length that avatars are fitted with.
PORTRAIT_VIEW: Final = CameraView(distance=94.0, focal=1.76)
#: Side in pixels; an avatar's pictures use all of them.
PORTRAIT_PX: Final = 1280


def add_parser(subparsers: Subparsers) -> None:
    """Add `omote-studio portrait` to the command line."""
    parser = subparsers.add_parser(
        "portrait",
        help="draw one face to make an avatar from",
        description="Draw one face from the front and at rest, head and shoulders, cut out of its background.",
        epilog="example: omote-studio portrait --identity 35 --look 35 -o her.png, "
        "then: omote avatar make her.png -o avatars/her --at-rest",
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="PNG", help="portrait.png")
    add_face_options(parser, identity=7)
    parser.add_argument(
        "--size", type=int, default=PORTRAIT_PX, metavar="PIXELS", help="of a side (default %(default)s)"
    )
    parser.add_argument(
        "--landmarks",
        type=Path,
        metavar="JSON",
        help="also write the true positions of MediaPipe's landmarks, for omote avatar make --landmarks",
    )
    parser.add_argument("--opaque", action="store_true", help="over its background instead of cut out")
    add_head_options(parser)


def run(options: argparse.Namespace) -> int:
    """Draw the portrait; returns the exit status.

    Raises:
        StudioError: the message is for the user.
    """
    from PIL import Image

    if not 96 <= options.size <= 2048:
        raise StudioError(f"--size {options.size}, expected 96 to 2048")
    if options.output.suffix.lower() != ".png":
        raise StudioError(f"{options.output.name} is not a PNG; expected a name such as portrait.png")
    checked_output(options.output)
    if options.landmarks is not None:
        checked_output(options.landmarks)
    with Studio(read_face_source(find_face_source(options.ict))) as studio:
        picture = draw_portrait(
            studio, options.identity, options.look, options.background, options.style, options.size
        )
    pixels = picture.composed() if options.opaque else cut_out(picture)
    try:
        Image.fromarray(pixels).save(options.output)
        if options.landmarks is not None:
            write_landmarks(options.landmarks, picture.mediapipe_landmarks[:, :2])
    except OSError as error:
        raise StudioError(f"{options.output} cannot be written: {error}") from error
    print(f"{options.output}: {options.size} x {options.size}, identity {options.identity}", file=sys.stderr)
    folder = Path("avatars") / options.output.stem
    landmarks = f" --landmarks {options.landmarks}" if options.landmarks else ""
    print(f"next: omote avatar make {options.output} -o {folder} --at-rest{landmarks}", file=sys.stderr)
    return 0


def draw_portrait(
    studio: Studio, identity: int, look: int, background: int, style: str, size: int
) -> StudioPicture:
    """Draw a face at rest and from the front.

    Args:
        identity: its number. look, background: seeds. style: one of STYLES. size: side of the picture in pixels.
    """
    return studio.render(
        Factors(
            identity=identity_weights(identity),
            look=look,
            background=background,
            style=style,
            view=PORTRAIT_VIEW,
        ),
        size,
    )


def cut_out(picture: StudioPicture) -> NDArray[np.uint8]:
    """(S, S, 4) uint8 RGBA, straight alpha, without the background.

    Pixels with alpha 0 have the background's colours, so that an avatar's backdrop can have its tone.
    """
    image = picture.image.copy()
    behind = image[..., 3] == 0
    image[behind, :3] = picture.background[behind]
    return image
