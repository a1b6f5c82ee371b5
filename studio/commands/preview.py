"""`omote-studio preview`: draws a contact sheet, one factor in each row.

omote-studio preview -o sheet.png --style clay
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from protocol.blendshapes import BLENDSHAPES, INDEX
from protocol.channels import EMOTIONS
from studio.commands.options import Subparsers, add_head_options, checked_output
from studio.errors import StudioError
from studio.factors import CameraView, Factors, Pose
from studio.head.identity import identity_weights
from studio.head.source import PARTS, read_face_source
from studio.head.source_path import find_face_source
from studio.motion.acted import ActedMotion
from studio.renderer import Studio, StudioPicture

COLUMNS: Final = 8
_CAPTION_PX: Final = 18
_SOUNDS: Final = (
    {"jawOpen": 0.55, "mouthLowerDownLeft": 0.15, "mouthLowerDownRight": 0.15},
    {"jawOpen": 0.12, "mouthPucker": 0.75, "mouthFunnel": 0.25},
    {"jawOpen": 0.13, "mouthStretchLeft": 0.46, "mouthStretchRight": 0.46, "mouthUpperUpLeft": 0.1},
    {"mouthPressLeft": 0.4, "mouthPressRight": 0.4, "mouthRollLower": 0.3, "mouthRollUpper": 0.2},
    {"jawOpen": 0.5, "tongueOut": 1.0},
    {"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0},
    {"browInnerUp": 0.8, "browOuterUpLeft": 0.8, "browOuterUpRight": 0.8, "eyeWideLeft": 0.6, "eyeWideRight": 0.6},
    {"cheekPuff": 1.0},
)  # fmt: skip


def add_parser(subparsers: Subparsers) -> None:
    """Add `omote-studio preview` to the command line."""
    parser = subparsers.add_parser(
        "preview",
        help="draw a contact sheet, one factor at a time",
        description="Draw a contact sheet: each row changes one factor and holds all others.",
        epilog="example: omote-studio preview -o sheet.png --style clay --identity 7",
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="PNG", help="sheet.png")
    parser.add_argument(
        "--identity",
        type=int,
        default=7,
        metavar="N",
        help="identity of the rows that do not vary it (default 7)",
    )
    parser.add_argument(
        "--look", type=int, default=0, metavar="N", help="look of the rows that do not vary it (default 0)"
    )
    parser.add_argument(
        "--size", type=int, default=192, metavar="PIXELS", help="of each picture (default 192)"
    )
    add_head_options(parser)


def run(options: argparse.Namespace) -> int:
    """Draw the sheet; returns the exit status.

    Raises:
        StudioError: the message is for the user.
    """
    from PIL import Image

    if not 32 <= options.size <= 1024:
        raise StudioError(f"--size {options.size}, expected 32 to 1024")
    if options.output.suffix.lower() not in (".png", ".jpg", ".webp"):
        raise StudioError(
            f"{options.output.name} is not a PNG, JPEG or WebP; expected a name such as sheet.png"
        )
    checked_output(options.output)
    held = Factors(
        identity=identity_weights(options.identity), look=options.look, background=0, style=options.style
    )
    rows = []
    with Studio(read_face_source(find_face_source(options.ict))) as studio:
        for caption, row in factor_rows(held):
            pictures = [studio.render(factors, options.size).composed() for factors in row]
            rows += [_caption(caption, options.size), np.concatenate(pictures, 1)]
        labels = label_pictures(studio.render(replace(held, pose=Pose(yaw=0.35)), options.size))
        rows += [_caption(" | ".join(labels), options.size), np.concatenate(list(labels.values()), 1)]
    width = max(row.shape[1] for row in rows)
    sheet = np.concatenate([np.pad(row, ((0, 0), (0, width - row.shape[1]), (0, 0))) for row in rows], 0)
    try:
        Image.fromarray(sheet).save(options.output)
    except OSError as error:
        raise StudioError(f"{options.output} cannot be written: {error}") from error
    print(f"{options.output}: {sheet.shape[1]} x {sheet.shape[0]}, one factor in each row", file=sys.stderr)
    print("next: omote-studio render --count 1000 -o data/", file=sys.stderr)
    return 0


def factor_rows(held: Factors) -> Iterator[tuple[str, list[Factors]]]:
    """The rows of the sheet: (caption, COLUMNS factors that differ from `held` only in what the caption says)."""
    columns = range(COLUMNS)
    turns = [-1.0, -0.5, 0.5, 1.0]
    yield "identity", [replace(held, identity=identity_weights(n)) for n in columns]
    yield "look", [replace(held, look=n) for n in columns]
    yield "background and light", [replace(held, background=n) for n in columns]
    poses = [Pose(yaw=0.6 * t) for t in turns] + [Pose(pitch=-0.35), Pose(pitch=0.35), Pose(roll=0.3)]
    yield "head pose", [replace(held, pose=pose) for pose in (*poses, Pose(x=3.0, y=2.0, scale=1.15))]
    sounds = []
    for shapes in _SOUNDS:
        articulation = np.zeros(len(BLENDSHAPES), np.float32)
        for name, value in shapes.items():
            articulation[INDEX[name]] = value
        sounds.append(replace(held, articulation=articulation))
    yield "articulation", sounds
    moods = [replace(held, emotion=np.eye(len(EMOTIONS), dtype=np.float32)[n]) for n in columns]
    yield f"emotion: {', '.join(EMOTIONS)}", moods
    speech = ActedMotion(3).at(2.4).articulation
    yield "emotion over one sound of speech", [replace(mood, articulation=speech) for mood in moods]
    gazes = [(0.45 * t, 0.0) for t in turns] + [(0.0, 0.35), (0.0, -0.35), (0.35, 0.25), (-0.35, -0.25)]
    yield "gaze", [replace(held, gaze=gaze) for gaze in gazes]
    views = [CameraView(azimuth=1.1 * t) for t in turns] + [
        CameraView(elevation=-0.4), CameraView(elevation=0.4), CameraView(distance=60.0, focal=1.5),
        CameraView(distance=150.0, focal=3.9),
    ]  # fmt: skip
    yield "camera", [replace(held, view=view) for view in views]


def label_pictures(picture: StudioPicture) -> dict[str, NDArray[np.uint8]]:
    """Visualisations (S, S, 3) uint8 RGB of a picture's labels, by caption."""
    image = picture.composed()
    seen = picture.depth > 0
    near = picture.depth[seen].min() if seen.any() else 0.0
    depth = np.where(seen, np.clip(255.0 - (picture.depth - near) * 9.0, 20.0, 255.0), 0.0).astype(np.uint8)
    rays = picture.camera.plucker_rays(len(image))
    palette = np.random.default_rng(5).integers(60, 255, (len(PARTS), 3)).astype(np.uint8)
    palette[0] = 0
    marked = image.copy()
    _mark(marked, picture.mediapipe_landmarks, (60, 230, 90), reach=0)
    _mark(marked, picture.landmarks, (255, 40, 40), reach=1)
    return {
        "picture": image,
        "person alone": picture.image[..., :3],
        "alpha": np.repeat(picture.image[..., 3:], 3, 2),
        "parts": palette[picture.part],
        "normals": np.where(seen[..., None], (picture.normal * 0.5 + 0.5) * 255.0, 0.0).astype(np.uint8),
        "depth": np.repeat(depth[..., None], 3, 2),
        "ray directions": ((rays[..., :3] * (2.0, 2.0, 1.0) * 0.5 + 0.5) * 255.0)
        .clip(0, 255)
        .astype(np.uint8),
        "landmarks": marked,
    }


def _mark(
    image: NDArray[np.uint8], landmarks: NDArray[np.float32], colour: tuple[int, int, int], *, reach: int
) -> None:
    for x, y, _ in landmarks:
        row, column = int(y), int(x)
        if reach <= row < len(image) - reach and reach <= column < len(image) - reach:
            image[row - reach : row + reach + 1, column - reach : column + reach + 1] = colour


def _caption(text: str, size: int) -> NDArray[np.uint8]:
    from PIL import Image, ImageDraw

    strip = Image.new("RGB", (COLUMNS * size, _CAPTION_PX), (25, 28, 33))
    ImageDraw.Draw(strip).text((6, 3), text, fill=(220, 225, 232))
    return np.asarray(strip)
