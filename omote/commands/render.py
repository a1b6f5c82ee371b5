"""`omote render`: videos of faces, recorded takes or a voice move an avatar; the result is a video or PNGs.

omote render --avatar me --drive clip.mp4 -o out.mp4
omote render --avatar me --drive take.mcap -o out.mp4 --fps 60
omote render --avatar me --voice talk.mp3 -o out.mp4
omote render --avatar me --pose a.mp4 --eyes b.mp4 --mouth c.mp4 --emotion d.mp4 -o out.mp4
omote render --avatar me --drive clip.mp4 --only gaze -o out.mp4
omote render --avatar me --drive clip.mp4 --freeze 2 --orbit 25 -o out.mp4
omote render --avatar me --drive clip.mp4 --engine diffusion --model models/diffusion --steps 20 --guidance 2.5 -o out.mp4
"""

from __future__ import annotations

import argparse
import sys
from contextlib import ExitStack
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bridge.commands.options import TRACKERS, add_told_options
from bridge.devices.mouths import KINDS
from omote.clips.camera_path import camera_path
from omote.clips.emotion_option import example_of, held_emotion
from omote.clips.kept_parts import NAMES, held_gaze, kept_parts
from omote.clips.network_options import add_network_options, neural_settings, refuse_unused
from protocol.channels import EMOTIONS
from protocol.errors import OmoteError
from runtime.backgrounds.background import HELP
from runtime.config import SIZES
from runtime.engines import ENGINES
from runtime.errors import ConfigError
from runtime.inference.settings import NeuralSettings
from runtime.layers.emotion_composites import EMOTION_COMPOSITES
from runtime.layers.emotion_filters import EMOTION_FILTERS
from vision.native_logs import quiet_native_libraries
from vision.video_codecs import OUTPUT_HELP
from vision.video_writer import carries_sound, check_output, open_writer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from omote.clips.offline_runtime import OfflineRuntime

MAX_FPS = 240.0
#: Option -> what its file moves.
PART_HELP: Final = {
    "pose": "the head",
    "eyes": "eyes and brows, and the gaze unless --gaze is given",
    "gaze": "the gaze",
    "mouth": "mouth, jaw, tongue, cheeks and nose",
}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `omote render` to the command line."""
    parser = subparsers.add_parser(
        "render",
        help="render a video of an avatar, driven by a video of a face, a take or a voice",
        description="Drive an avatar with every frame of a video of a face, with a recorded take or with a voice, and "
        "write the rendered pictures with the sound. The same input and avatar give the same pictures on a machine of "
        "any speed.",
        epilog="examples: omote render --avatar me --drive clip.mp4 -o out.mp4 --side-by-side | "
        "omote render --avatar me --voice talk.mp3 -o out.mp4 | "
        "omote render --avatar me --pose a.mp4 --eyes b.mcap --mouth c.mp4 --emotion angry -o out.mp4 | "
        "omote render --avatar me --drive take.mcap --background transparent -o out.webm",
    )
    parser.add_argument(
        "--avatar",
        default="",
        metavar="FOLDER|NAME",
        help="the avatar: a folder, or a name of omote avatar list (default: the default of omote run)",
    )
    parser.add_argument(
        "--drive",
        type=Path,
        metavar="VIDEO|TAKE",
        help="a video of a face, a take (.mcap), or a CSV of Live Link Face; it moves all that no other option moves",
    )
    for part, moved in PART_HELP.items():
        parser.add_argument(
            f"--{part}", type=Path, metavar="VIDEO|TAKE", help=f"a file of its own that moves {moved}"
        )
    parser.add_argument(
        "--voice",
        type=Path,
        metavar="FILE",
        help="a recorded voice that moves the mouth and is heard: mp3, m4a, ogg, flac, wav, or a video's sound",
    )
    parser.add_argument(
        "--lips",
        choices=KINDS,
        default="auto",
        help="what hears the voice: the network, five vowels by their formants, or auto: the network where it can run "
        "(default %(default)s)",
    )
    add_told_options(parser)
    parser.add_argument(
        "--sound",
        metavar="FILE|none",
        help="what is heard instead: any file with sound, or none (default: the voice, or the video's own sound)",
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT", help=OUTPUT_HELP)
    parser.add_argument(
        "--layers",
        metavar="A,B",
        help="what the face drives, of: pose,expression,gaze (default: all three); of a take, any layers (default: all)",
    )
    parser.add_argument(
        "--only",
        default="",
        metavar="A,B",
        help=f"only these parts of the face in --drive move, and all else is still: {', '.join(NAMES)}",
    )
    parser.add_argument(
        "--freeze",
        type=float,
        metavar="SECONDS",
        help="the face stays as it is at this moment of its file, and nothing idles",
    )
    parser.add_argument(
        "--view",
        default="",
        metavar="AZIMUTH[,ELEVATION]",
        help="where the camera stands, degrees to the subject's left and upwards (default: in front)",
    )
    parser.add_argument(
        "--orbit",
        type=float,
        default=0.0,
        metavar="DEGREES",
        help="the camera swings so far to both sides, once in four seconds",
    )
    parser.add_argument(
        "--engine", choices=tuple(ENGINES), default="", help="what draws (default: the avatar's own engine)"
    )
    add_network_options(parser)
    parser.add_argument(
        "--size", type=int, default=512, metavar="PIXELS", help="side of the square picture (default 512)"
    )
    parser.add_argument(
        "--fps",
        type=float,
        metavar="N",
        help="pictures per second (default: the video's; 30 for a take or a voice)",
    )
    parser.add_argument(
        "--background",
        default="",
        metavar="KIND|COLOUR|PICTURE",
        help=f"what is behind the face: {HELP} (default: the avatar's own)",
    )
    parser.add_argument("--side-by-side", action="store_true", help="put the video on the left, to compare")
    parser.add_argument("--mirror", action="store_true", help="exchange left and right")
    parser.add_argument(
        "--emotion",
        action="append",
        default=[],
        metavar="NAME[=0..1]|VIDEO|TAKE",
        help=f"an emotion held during the whole clip, one of: {', '.join(EMOTIONS)}; may be given more than once. Or a "
        "file whose mood is shown",
    )
    parser.add_argument(
        "--emotion-weight",
        type=float,
        default=1.0,
        metavar="0..1",
        help="how much the emotion replaces the tracked one (default 1)",
    )
    parser.add_argument(
        "--emotion-filter",
        choices=EMOTION_FILTERS,
        default=EMOTION_FILTERS[0],
        help="what takes the tracked emotion away under --emotion (default %(default)s; learned needs onnxruntime)",
    )
    parser.add_argument(
        "--emotion-composite",
        choices=EMOTION_COMPOSITES,
        default=EMOTION_COMPOSITES[0],
        help="what adds the emotion of --emotion (default %(default)s; learned needs onnxruntime)",
    )
    parser.add_argument(
        "--neutral",
        choices=("first", "median", "none"),
        default="first",
        help="the neutral face: that of the first second (default), the median of all frames (tracks the video "
        "twice), or none: use all values as measured",
    )
    parser.add_argument(
        "--tracker",
        choices=TRACKERS,
        default=TRACKERS[0],
        help="what measures the face in a video: MediaPipe, or Omote's own network (default %(default)s)",
    )
    parser.add_argument("--profile", type=Path, metavar="FILE", help="your own calibration, as TOML")
    parser.add_argument(
        "--raw-expression",
        action="store_true",
        help="use coefficients and gaze as MediaPipe reports them, without Omote's correction; implied by "
        "--neutral none",
    )
    parser.add_argument(
        "--face-landmarker", type=Path, metavar="FILE", help="MediaPipe's face_landmarker.task"
    )


def run(options: argparse.Namespace) -> int:
    """Render, or print why not; returns the exit status. Ctrl-C keeps the frames written so far."""
    quiet_native_libraries()
    try:
        return render(options)
    except KeyboardInterrupt:
        print("omote render: stopped before the first frame", file=sys.stderr)
        return 1
    except OmoteError as error:
        print(f"omote render: {error}", file=sys.stderr)
        return 1


def render(options: argparse.Namespace) -> int:
    """Render; returns the exit status.

    Raises:
        OmoteError: an option, the avatar or a file cannot be used.
    """
    held = held_emotion(options.emotion, options.emotion_weight) + held_gaze(kept_parts(options.only))
    camera = camera_path(options.view, options.orbit)
    neural = neural_settings(options)
    fps_wanted = checked_fps(options.fps)
    if not SIZES[0] <= options.size <= SIZES[1]:
        raise ConfigError(f"--size {options.size}, expected {SIZES[0]} to {SIZES[1]} pixels")
    _refuse_own_input(options)
    check_output(options.output)

    # Heavy imports follow the checks of the command line.
    from omote.clips.open_sources import open_sources
    from omote.clips.render_moments import render_moments
    from omote.clips.side_by_side import beside
    from terminal.progress import progress_bar

    with ExitStack() as stack:
        sources = open_sources(options, stack)
        runtime = stack.enter_context(_runtime(options, neural))
        fps = fps_wanted or sources.fps
        bar = stack.enter_context(progress_bar(ceil(sources.expected_s * fps - 1e-6), "frames"))
        writer = stack.enter_context(open_writer(options.output, fps=fps, sound=sources.sound))

        def composed(time_s: float, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
            if sources.video is None or not options.side_by_side:
                return pixels
            return beside(sources.video.picture_at(time_s), pixels)

        try:
            pictures = render_moments(
                sources.moments(),
                runtime,
                writer,
                fps=fps,
                end_s=sources.end_s,
                held=held,
                camera=camera.messages,
                compose_picture=composed,
                progress=bar,
            )
        except KeyboardInterrupt:
            bar.close()
            print(f"stopped; {options.output} holds the first {bar.n:.0f} frames", file=sys.stderr)
            return 1
    print(f"{options.output}: {pictures} frames at {fps:g} fps", file=sys.stderr)
    for line in sources.remarks():
        print(line, file=sys.stderr)
    if sources.sound is not None and not carries_sound(options.output):
        print(f"PNGs carry no sound; put it beside them from {sources.sound.path}", file=sys.stderr)
    return 0


def _refuse_own_input(options: argparse.Namespace) -> None:
    """Check that the output is none of the files that are read.

    Raises:
        ConfigError: it is.
    """
    sound = None if options.sound is None else Path(options.sound)
    files = {"driving file": options.drive, "voice": options.voice, "sound": sound}
    files |= {f"{part}'s file": getattr(options, part) for part in PART_HELP}
    files["emotion's file"] = example_of(options.emotion)
    for what, read in files.items():
        if read is not None and options.output.exists() and read.exists() and options.output.samefile(read):
            raise ConfigError(f"{options.output} is the {what} itself; write to another name with -o")


def _runtime(options: argparse.Namespace, neural: NeuralSettings) -> OfflineRuntime:
    """Load the avatar.

    Raises:
        OmoteError: it cannot be used.
    """
    from face.avatar import load_avatar
    from omote.clips.offline_runtime import OfflineRuntime
    from runtime.avatars.shelf import Shelf
    from runtime.backgrounds.background import parse_background
    from runtime.backgrounds.picture_folder import PictureFolder

    shelf = Shelf()
    background = parse_background(options.background, PictureFolder(shelf.user))
    folder = shelf.resolve(options.avatar)
    if folder is None:
        raise ConfigError("this installation has no built-in avatar; name your own with --avatar")
    avatar = load_avatar(folder)
    refuse_unused(options, options.engine or avatar.engine)
    return OfflineRuntime(
        avatar,
        size=options.size,
        emotion_filter=options.emotion_filter,
        emotion_composite=options.emotion_composite,
        background=background,
        engine=options.engine,
        neural=neural,
        is_still=bool(options.only) or options.freeze is not None,
    )


def checked_fps(fps: float | None) -> float | None:
    """Return the rate as it is.

    Raises:
        ConfigError: outside 1..MAX_FPS.
    """
    if fps is not None and not 1.0 <= fps <= MAX_FPS:
        raise ConfigError(f"--fps {fps:g}, expected 1 to {MAX_FPS:g}")
    return fps
