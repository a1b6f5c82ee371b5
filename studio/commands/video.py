"""`omote-studio video`: draws a moving face, acted by a seed or driven by a take or a video.

omote-studio video --identity 7 --drive take.mcap --emotion angry --orbit -o clip.mp4
"""

from __future__ import annotations

import argparse
import math
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from face.emotion_argument import parse_emotion
from protocol.channels import EMOTIONS
from studio.commands.options import Subparsers, add_face_options, add_head_options
from studio.data.recipe import SIZES
from studio.errors import StudioError
from studio.factors import CameraView, Factors
from studio.head.identity import identity_weights
from studio.motion.acted import ActedMotion, StudioMotion
from terminal.old_option import add_old_option

#: Default duration of acted motion.
ACTED_S = 8.0
#: Amplitudes of the camera's azimuth and elevation in an orbit, and its period.
ORBIT_RAD = (0.75, 0.2)
ORBIT_S = 6.0


def add_parser(subparsers: Subparsers) -> None:
    """Add `omote-studio video` to the command line."""
    parser = subparsers.add_parser(
        "video",
        help="draw a moving face",
        description="Draw a moving face: acted by a seed, or driven by a take or by a video of a face.",
        epilog="example: omote-studio video --identity 7 --drive take.mcap --emotion angry --orbit -o clip.mp4",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        required=True,
        metavar="OUT",
        help="clip.mp4, clip.webm, or a folder for PNGs without background",
    )
    add_face_options(parser, identity=0)
    parser.add_argument(
        "--drive",
        type=Path,
        metavar="FILE",
        help="a take (.mcap) or a video of a face (default: acted by --seed)",
    )
    add_old_option(parser, "--driver", "--drive")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="seed of acted motion (default 0)")
    parser.add_argument(
        "--emotion",
        metavar="NAME[=0..1]",
        help=f"constant emotion instead of the driver's; one of {', '.join(EMOTIONS)}, or none",
    )
    parser.add_argument("--orbit", action="store_true", help="the camera goes around the face")
    parser.add_argument(
        "--size", type=int, default=512, metavar="PIXELS", help="side of the frames (default 512)"
    )
    parser.add_argument("--fps", type=float, default=25.0, metavar="N", help="frames a second (default 25)")
    parser.add_argument(
        "--seconds",
        type=float,
        metavar="S",
        help=f"duration (default: the driver's, or {ACTED_S:g} for acted motion)",
    )
    parser.add_argument(
        "--face-landmarker", type=Path, metavar="FILE", help="MediaPipe's face_landmarker.task"
    )
    add_head_options(parser)


def run(options: argparse.Namespace) -> int:
    """Draw the clip; returns the exit status.

    Raises:
        OmoteError: the message is for the user.
    """
    from studio.head.source import read_face_source
    from studio.head.source_path import find_face_source
    from studio.renderer import Studio
    from terminal.progress import progress_bar
    from vision.video_codecs import FORMATS
    from vision.video_writer import check_output, open_writer

    _check(options)
    check_output(options.output)
    emotion = held_emotion(options.emotion)
    source = read_face_source(find_face_source(options.ict))
    motion, seconds = _motion(options, without_emotion=emotion is not None)
    frames = max(round(seconds * options.fps), 1)
    base = Factors(
        identity=identity_weights(options.identity),
        look=options.look,
        background=options.background,
        style=options.style,
    )
    keeps_alpha = options.output.suffix.lower() not in FORMATS  # PNGs have no background
    with (
        Studio(source) as studio,
        open_writer(options.output, fps=options.fps) as writer,
        progress_bar(frames, "frames") as bar,
    ):
        for frame in range(frames):
            time_s = frame / options.fps
            face = motion.at(time_s)
            factors = replace(
                base,
                pose=face.pose,
                articulation=face.articulation,
                emotion=face.emotion if emotion is None else emotion,
                gaze=face.gaze,
                view=orbit(time_s) if options.orbit else CameraView(),
            )
            picture = studio.render(factors, options.size)
            writer.write(picture.image if keeps_alpha else opaque(picture.composed()))
            bar(frame + 1)
    print(f"{options.output}: {frames} frames at {options.fps:g} fps", file=sys.stderr)
    return 0


def held_emotion(text: str | None) -> NDArray[np.float32] | None:
    """`angry=0.8` -> (8,) intensities; None where nothing is asked for, all 0 for `none`.

    Raises:
        StudioError: an unknown emotion, or a number outside 0..1.
    """
    if text is None:
        return None
    out = np.zeros(len(EMOTIONS), np.float32)
    if text == "none":
        return out
    try:
        name, intensity = parse_emotion(text)
    except ValueError as error:
        raise StudioError(f"--emotion {error}, or none") from error
    out[EMOTIONS.index(name)] = 1.0 if intensity is None else intensity
    return out


def opaque(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(S, S, 3) uint8 RGB -> (S, S, 4) uint8 RGBA with alpha 255."""
    return np.concatenate([rgb, np.full((*rgb.shape[:2], 1), 255, np.uint8)], 2)


def orbit(time_s: float) -> CameraView:
    """The camera of an orbit at a time; it is in front at 0 s and after each period."""
    phase = 2.0 * math.pi * time_s / ORBIT_S
    return CameraView(azimuth=ORBIT_RAD[0] * math.sin(phase), elevation=ORBIT_RAD[1] * math.sin(2.0 * phase))


def _check(options: argparse.Namespace) -> None:
    for name, value, low, high in (
        ("--size", options.size, *SIZES),
        ("--fps", options.fps, 1.0, 240.0),
        ("--seconds", ACTED_S if options.seconds is None else options.seconds, 0.04, 3600.0),
    ):
        if not low <= value <= high:
            raise StudioError(f"{name} {value:g}, expected {low:g} to {high:g}")
    driver, output = options.drive, options.output
    if driver is not None and output.exists() and driver.exists() and output.samefile(driver):
        raise StudioError(f"{output} is the driver; give another name with -o")


def _motion(options: argparse.Namespace, *, without_emotion: bool) -> tuple[StudioMotion, float]:
    """The motion, and the clip's duration in seconds."""
    if options.drive is None:
        return ActedMotion(options.seed), options.seconds or ACTED_S
    from studio.motion.tracked import TrackedMotion, take_messages, video_messages
    from vision.native_logs import quiet_native_libraries

    if options.drive.suffix.lower() == ".mcap":
        messages = take_messages(options.drive)
    else:
        quiet_native_libraries()
        print(f"tracking the face in {options.drive}", file=sys.stderr)
        messages = video_messages(options.drive, options.face_landmarker)
    tracked = TrackedMotion(messages, without_emotion=without_emotion)
    return tracked, options.seconds or tracked.duration_s
