"""What `omote render` does with a take: checks the options, renders, and reports.

code = render_from_take(options, runtime, held, fps=30.0)
"""

from __future__ import annotations

import argparse
import sys
from typing import Final, get_args

from bridge.commands.options import layers_among
from bridge.takes.open_take import check_layers, open_take
from omote.clips.offline_runtime import OfflineRuntime
from omote.clips.render_take import pictures_in, render_take
from protocol.messages import ControlMessage, LayerName
from protocol.take_schedule import ReplayPlan, schedule
from runtime.errors import ConfigError
from terminal.progress import progress_bar
from vision.video_writer import open_writer

ALL_LAYERS: Final[tuple[LayerName, ...]] = get_args(LayerName)
#: Options that need a picture of a face: attribute -> its value when it is not given.
VIDEO_ONLY: Final[dict[str, object]] = {
    "side_by_side": False,
    "mirror": False,
    "neutral": "first",
    "profile": None,
    "raw_expression": False,
    "face_landmarker": None,
}


def render_from_take(
    options: argparse.Namespace, runtime: OfflineRuntime, held: tuple[ControlMessage, ...], fps: float
) -> int:
    """Render a take and report what of it could not be used; returns the exit status.

    Args:
        options: those of `omote render`.
        runtime: draws the avatar.
        held: an emotion that is held during the whole take.
        fps: pictures per second.

    Raises:
        OmoteError: an option or the take cannot be used, or the output cannot be written.
    """
    for name, absent in VIDEO_ONLY.items():
        if getattr(options, name) != absent:
            raise ConfigError(
                f"--{name.replace('_', '-')} needs a video of a face; {options.drive} is a take, which has no pictures"
            )
    try:
        layers = layers_among(ALL_LAYERS)(options.layers) if options.layers else ()
    except argparse.ArgumentTypeError as error:
        raise ConfigError(f"--layers: {error}") from error
    with open_take(options.drive) as take:
        check_layers(take, layers)
        with (
            progress_bar(pictures_in(take.duration_s, fps), "frames") as bar,
            open_writer(options.output, fps=fps) as writer,
        ):
            try:
                pictures = render_take(
                    schedule(take, ReplayPlan(layers=layers)),
                    runtime,
                    writer,
                    fps=fps,
                    duration_s=take.duration_s,
                    held=held,
                    progress=bar,
                )
            except KeyboardInterrupt:
                bar.close()
                print(f"stopped; {options.output} holds the first {bar.n:.0f} frames", file=sys.stderr)
                return 1
        print(f"{options.output}: {pictures} frames at {fps:g} fps", file=sys.stderr)
        for reason, count in take.refused.items():
            print(f"{options.drive}: {count} not usable, {reason}", file=sys.stderr)
        if not take.is_whole:
            print(
                f"{options.drive} is cut off at its end; what was recorded until then is shown",
                file=sys.stderr,
            )
    return 0
