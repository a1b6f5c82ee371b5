"""`omote-bridge video`: tracks a face in a video file, in the video's own time."""

from __future__ import annotations

import argparse
import threading
from pathlib import Path

from bridge.commands.options import Subparsers
from bridge.commands.picture_run import add_picture_options, run_picture_tracker
from bridge.trackers.picture_tracker import PictureTracker
from vision.native_logs import quiet_native_libraries


def add_parser(subparsers: Subparsers) -> None:
    """Add `video` to the command line."""
    parser = subparsers.add_parser(
        "video",
        help="a face in a video file, in the video's own time",
        description="Track a face in a video file, in the video's own time.",
        epilog="example: omote-bridge video clip.mp4 --loop --layers pose,expression",
    )
    parser.add_argument("file", type=Path, help="the video")
    parser.add_argument("--loop", action="store_true", help="start again at its end")
    add_picture_options(parser)


def run(options: argparse.Namespace) -> int:
    """Track until the video ends, or until stopped; return the exit code."""
    quiet_native_libraries()
    # Imported after the command line is parsed: loading MediaPipe takes seconds.
    from bridge.commands.picture_run import face_observer
    from bridge.trackers.video import VideoTracker
    from vision.video_file import VideoFile

    def open_tracker(stop: threading.Event) -> PictureTracker:
        return VideoTracker(VideoFile(options.file), face_observer(options), loop=options.loop, stop=stop)

    return run_picture_tracker(options, open_tracker)
