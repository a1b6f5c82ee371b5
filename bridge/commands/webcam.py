"""`omote-bridge webcam`: tracks the face in front of a camera."""

from __future__ import annotations

import argparse
import threading

from bridge.commands.options import Subparsers
from bridge.commands.picture_run import add_picture_options, run_picture_tracker
from bridge.trackers.picture_tracker import PictureTracker
from terminal.old_option import add_old_option
from vision.native_logs import quiet_native_libraries


def add_parser(subparsers: Subparsers) -> None:
    """Add `webcam` to the command line."""
    parser = subparsers.add_parser(
        "webcam",
        help="a face in front of a camera",
        description="Track the face in front of a camera. Look straight ahead, at rest, for the first second.",
        epilog="example: omote-bridge webcam --device 1 --mirror",
    )
    parser.add_argument("--device", type=int, default=0, metavar="N", help="the camera's number (default 0)")
    add_old_option(parser, "--camera", "--device")
    add_picture_options(parser)


def run(options: argparse.Namespace) -> int:
    """Track until stopped or until the camera fails; return the exit code."""
    quiet_native_libraries()
    # Imported after the command line is parsed: loading MediaPipe takes seconds.
    from bridge.commands.picture_run import face_observer
    from bridge.trackers.webcam import WebcamTracker, open_webcam

    def open_tracker(stop: threading.Event) -> PictureTracker:
        return WebcamTracker(open_webcam(options.device), face_observer(options), stop=stop)

    return run_picture_tracker(options, open_tracker)
