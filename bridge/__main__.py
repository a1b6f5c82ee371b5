"""Trackers to the runtime, from the command line.

omote-bridge webcam
omote-bridge video clip.mp4 --loop --layers pose,expression
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import time
from pathlib import Path
from typing import get_args

from bridge.errors import BridgeError
from bridge.quiet import quiet_native_libraries
from protocol.codec import MAX_SOURCE
from protocol.messages import LayerName

EXIT_ERROR = 1


def main(arguments: list[str] | None = None) -> int:
    """Parse, build, run; 0 when the source ended or was stopped, 1 when it could not be used."""
    options = build_parser().parse_args(arguments)
    quiet_native_libraries()
    # Until the tracker runs, a stop simply interrupts: loading a model cannot be asked to end.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return _run(options)
    except KeyboardInterrupt:
        return 0
    except BridgeError as error:
        print(f"omote-bridge: {error}", file=sys.stderr)
        return EXIT_ERROR


def build_parser() -> argparse.ArgumentParser:
    """The command line, one sub-command a tracker."""
    parser = argparse.ArgumentParser(
        prog="omote-bridge",
        description="Track a face and let it drive the runtime that `omote run` starts.",
    )
    trackers = parser.add_subparsers(dest="tracker", required=True, metavar="TRACKER")

    video = trackers.add_parser(
        "video",
        help="a face in a video file, at the video's own pace",
        description="Track a face in a video file, at the video's own pace.",
        epilog="example: omote-bridge video clip.mp4 --loop --layers pose,expression",
    )
    video.add_argument("file", type=Path, help="the video")
    video.add_argument("--loop", action="store_true", help="begin again at its end")

    webcam = trackers.add_parser(
        "webcam",
        help="a face before a camera",
        description="Track the face before a camera. Look straight ahead, at rest, for the first second.",
        epilog="example: omote-bridge webcam --camera 1 --mirror",
    )
    webcam.add_argument("--camera", type=int, default=0, metavar="N", help="which camera (default 0)")

    for tracker in (video, webcam):
        tracker.add_argument(
            "--mirror", action="store_true", help="move like a mirror picture: left and right change places"
        )
        tracker.add_argument(
            "--layers",
            type=face_layers,
            default="pose,expression,gaze",
            metavar="A,B",
            help="what to drive, of: pose,expression,gaze (default: all three)",
        )
        tracker.add_argument(
            "--source",
            type=_source,
            metavar="ID",
            help="this driver's name in the runtime (default: TRACKER)",
        )
        tracker.add_argument(
            "--to",
            default="tcp://127.0.0.1:5570",
            metavar="ADDRESS",
            help="where the runtime listens (default %(default)s)",
        )
        tracker.add_argument(
            "--profile", type=Path, metavar="FILE", help="a calibration of your own, as TOML"
        )
        tracker.add_argument(
            "--face-landmarker", type=Path, metavar="FILE", help="MediaPipe's face_landmarker.task"
        )
    return parser


def face_layers(text: str) -> tuple[LayerName, ...]:
    """`pose,gaze` -> ("pose", "gaze"); for argparse, which words the error."""
    from bridge.trackers.face import FACE_LAYERS

    chosen = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in chosen if name not in FACE_LAYERS]
    if unknown or not chosen:
        got = ", ".join(unknown) or "none"
        hint = " (not driven by a tracked face)" if set(unknown) & set(get_args(LayerName)) else ""
        raise argparse.ArgumentTypeError(
            f"got {got}{hint}; expected some of {','.join(FACE_LAYERS)}, separated by commas"
        )
    return tuple(name for name in FACE_LAYERS if name in chosen)


def _source(text: str) -> str:
    if not 1 <= len(text) <= MAX_SOURCE or not text.isprintable() or text.isspace():
        raise argparse.ArgumentTypeError(f"got {text!r}, expected 1 to {MAX_SOURCE} printable characters")
    return text


def _run(options: argparse.Namespace) -> int:
    # Heavy imports wait until the command line is known to be good.
    from bridge.calibration import load_profile
    from bridge.publisher import ControlPublisher
    from bridge.session import run_session
    from bridge.trackers.face import TTL_S, FaceMessages, load_landmarker, ttl_between
    from bridge.trackers.tracker import Tracker
    from bridge.trackers.video import VideoTracker
    from bridge.trackers.webcam import WebcamTracker, open_webcam
    from bridge.video_file import VideoFile

    source = options.source or options.tracker
    profile = load_profile(options.profile)
    stop = threading.Event()

    def face(ttl_s: float) -> FaceMessages:
        return FaceMessages(
            profile,
            source=source,
            layers=options.layers,
            mirror=options.mirror,
            ttl_s=ttl_s,
            # Milliseconds rise faster than pictures come, so a restarted driver is above its last number.
            first_sequence=time.time_ns() // 1_000_000,
        )

    tracker: Tracker
    with ControlPublisher(options.to) as publisher:
        if options.tracker == "video":
            video = VideoFile(options.file)
            messages = face(ttl_between(video.fps))
            landmarker = load_landmarker(options.face_landmarker)
            tracker = VideoTracker(video, landmarker, messages, source=source, loop=options.loop, stop=stop)
        else:
            webcam = open_webcam(options.camera)
            landmarker = load_landmarker(options.face_landmarker)
            tracker = WebcamTracker(webcam, landmarker, face(TTL_S), source=source, stop=stop)
        for kind in (signal.SIGINT, signal.SIGTERM):
            signal.signal(kind, lambda *_: stop.set())
        _say(f"tracking {source}, sending {', '.join(options.layers)} to {publisher.address}; Ctrl-C stops")
        try:
            counts = run_session(tracker, publisher, report=_say)
        finally:
            tracker.close()
        _say(f"{counts.frames} pictures tracked, {counts.faces} with a face, {publisher.sent} messages sent")
    return 0


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
