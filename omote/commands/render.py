"""`omote render`: a video of a face or a recorded take moves an avatar; the result is a video or PNGs.

omote render --avatar me --drive clip.mp4 -o out.mp4
omote render --avatar me --drive take.mcap -o out.mp4 --fps 60
"""

from __future__ import annotations

import argparse
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from face.emotion_argument import parse_emotion
from protocol.channels import EMOTIONS
from protocol.errors import OmoteError
from protocol.messages import ControlMessage
from runtime.config import SIZES
from runtime.errors import ConfigError
from vision.native_logs import quiet_native_libraries
from vision.video_writer import OUTPUT_HELP, check_output, open_writer

if TYPE_CHECKING:
    from bridge.trackers.face import FaceMessages
    from omote.clips.offline_runtime import OfflineRuntime
    from omote.clips.render_clip import RenderedClip
    from vision.video_file import VideoFile

MAX_FPS = 240.0
TAKE_FPS = 30.0
LATE_END_S = 0.5  # a file's header, or its sound, may say this much more than its pictures
AHEAD = 8  # frames that are tracked in advance of drawing
SOURCE = "video"  # the source id of `omote-bridge video`: the runtime smooths both alike


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `omote render` to the command line."""
    parser = subparsers.add_parser(
        "render",
        help="render a video of an avatar, driven by a video of a face or a take",
        description="Drive an avatar with every frame of a video of a face, or with a recorded take, and write the "
        "rendered pictures. The same input and avatar give the same pictures on a machine of any speed.",
        epilog="examples: omote render --avatar me --drive clip.mp4 -o out.mp4 --side-by-side | "
        "omote render --avatar me --drive take.mcap -o out.mp4",
    )
    parser.add_argument(
        "--avatar",
        default="",
        metavar="FOLDER|NAME",
        help="the avatar: a folder, or a name of omote avatar list (default: the default of omote run)",
    )
    parser.add_argument(
        "--drive", type=Path, required=True, metavar="VIDEO|TAKE", help="a video of a face, or a take (.mcap)"
    )
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="OUT", help=OUTPUT_HELP)
    parser.add_argument(
        "--layers",
        metavar="A,B",
        help="what the face drives, of: pose,expression,gaze (default: all three); of a take, any layers (default: all)",
    )
    parser.add_argument(
        "--size", type=int, default=512, metavar="PIXELS", help="side of the square picture (default 512)"
    )
    parser.add_argument(
        "--fps",
        type=float,
        metavar="N",
        help=f"pictures per second (default: the video's; {TAKE_FPS:g} for a take)",
    )
    parser.add_argument("--side-by-side", action="store_true", help="put the video on the left, to compare")
    parser.add_argument("--mirror", action="store_true", help="exchange left and right")
    parser.add_argument(
        "--emotion",
        action="append",
        default=[],
        metavar="NAME=0..1",
        help=f"an emotion held during the whole clip, one of: {', '.join(EMOTIONS)}; may be given more than once",
    )
    parser.add_argument(
        "--emotion-weight",
        type=float,
        default=1.0,
        metavar="0..1",
        help="how much the emotion replaces the tracked one (default 1)",
    )
    parser.add_argument(
        "--neutral",
        choices=("first", "median", "none"),
        default="first",
        help="the neutral face: that of the first second (default), the median of all frames (tracks the video "
        "twice), or none: use all values as measured",
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
        OmoteError: an option, the avatar or the video cannot be used.
    """
    held = held_emotion(options.emotion, options.emotion_weight)
    fps_wanted = checked_fps(options.fps)
    if not SIZES[0] <= options.size <= SIZES[1]:
        raise ConfigError(f"--size {options.size}, expected {SIZES[0]} to {SIZES[1]} pixels")
    if options.output.exists() and options.drive.exists() and options.output.samefile(options.drive):
        raise ConfigError(f"{options.output} is the driving file itself; write to another name with -o")

    from bridge.takes.open_take import is_take

    if is_take(options.drive):
        from omote.clips.from_take import render_from_take

        with _runtime(options) as runtime:
            return render_from_take(options, runtime, held, fps_wanted or TAKE_FPS)

    check_output(options.output)

    # Heavy imports follow the checks of the command line.
    from bridge.trackers.clip import tracked_clip
    from bridge.trackers.face import load_landmarker
    from bridge.trackers.prefetch import prefetched
    from omote.clips.render_clip import render_clip
    from terminal.progress import progress_bar
    from vision.video_file import VideoFile

    with VideoFile(options.drive) as video, _runtime(options) as runtime:
        face = _face(options, video)
        fps = fps_wanted or video.fps
        with (
            progress_bar(math.ceil(video.duration_s * fps - 1e-6), "frames") as bar,
            load_landmarker(options.face_landmarker) as landmarker,
            open_writer(options.output, fps=fps) as writer,
        ):
            try:
                rendered = render_clip(
                    prefetched(tracked_clip(video, landmarker, face), depth=AHEAD),
                    runtime,
                    writer,
                    fps=fps,
                    held=held,
                    side_by_side=options.side_by_side,
                    progress=bar,
                )
            except KeyboardInterrupt:
                bar.close()
                print(f"stopped; {options.output} holds the first {bar.n:.0f} frames", file=sys.stderr)
                return 1
    print(f"{options.output}: {rendered.pictures} frames at {fps:g} fps", file=sys.stderr)
    _report_gaps(options.drive, rendered, video.duration_s)
    return 0


def _runtime(options: argparse.Namespace) -> OfflineRuntime:
    """Load the avatar.

    Raises:
        OmoteError: it cannot be used.
    """
    from face.avatar import load_avatar
    from omote.clips.offline_runtime import OfflineRuntime
    from runtime.avatars.shelf import Shelf

    folder = Shelf().resolve(options.avatar)
    if folder is None:
        raise ConfigError("this installation has no built-in avatar; name your own with --avatar")
    return OfflineRuntime(load_avatar(folder), size=options.size)


def _report_gaps(path: Path, rendered: RenderedClip, duration_s: float) -> None:
    """Print how many frames of the driving video had no face, and how much of it could not be read."""
    if rendered.faces < rendered.frames:
        missing = rendered.frames - rendered.faces
        print(
            f"no face in {missing} of {rendered.frames} frames of {path}; the avatar idles during them",
            file=sys.stderr,
        )
    if rendered.end_s < duration_s - LATE_END_S:
        print(
            f"{path} ends early: {rendered.end_s:.1f} of {duration_s:.1f} seconds can be read",
            file=sys.stderr,
        )


def held_emotion(given: list[str], weight: float) -> tuple[ControlMessage, ...]:
    """Make one message for the emotion layer from `["happy=0.8"]`; none from an empty list.

    Raises:
        ConfigError: an unknown emotion, or a number outside 0..1.
    """
    if not 0.0 <= weight <= 1.0:
        raise ConfigError(f"--emotion-weight {weight:g}, expected 0 to 1")
    values = {}
    for text in given:
        try:
            name, intensity = parse_emotion(text)
        except ValueError as error:
            raise ConfigError(f"--emotion {error}") from error
        if intensity is None:
            raise ConfigError(f"--emotion {text}, expected an intensity: {name}=0..1")
        values[name] = intensity
    if not values:
        return ()
    return (ControlMessage(layer="emotion", source="render", values=values, weight=weight, ttl_s=60.0),)


def checked_fps(fps: float | None) -> float | None:
    """Return the rate as it is.

    Raises:
        ConfigError: outside 1..MAX_FPS.
    """
    if fps is not None and not 1.0 <= fps <= MAX_FPS:
        raise ConfigError(f"--fps {fps:g}, expected 1 to {MAX_FPS:g}")
    return fps


def _face(options: argparse.Namespace, video: VideoFile) -> FaceMessages:
    """Make the messages' source, with the neutral face that `--neutral` selects."""
    from bridge.calibration.clip_rest import median_rest, without_learned_rest
    from bridge.calibration.profile import load_profile
    from bridge.commands.options import FACE_LAYERS, layers_among
    from bridge.expressions.face_correction import FaceCorrection
    from bridge.trackers.face import FaceMessages, load_landmarker, ttl_between
    from vision.errors import VideoError

    try:
        layers = layers_among(FACE_LAYERS)(options.layers or ",".join(FACE_LAYERS))
    except argparse.ArgumentTypeError as error:
        raise ConfigError(f"--layers: {error}") from error
    profile = load_profile(options.profile)
    rest = None
    is_raw = options.raw_expression or options.neutral == "none"
    if options.neutral == "none":
        profile = without_learned_rest(profile)
    elif options.neutral == "median":
        with load_landmarker(options.face_landmarker) as landmarker:
            rest = median_rest(video, landmarker, profile)
        if rest is None:
            raise VideoError(f"no face can be found in {options.drive}; nothing would move")
    return FaceMessages(
        profile,
        source=SOURCE,
        layers=layers,
        mirror=options.mirror,
        rest=rest,
        ttl_s=ttl_between(video.fps),
        correction=None if is_raw else FaceCorrection(rest=rest),
    )
