"""What the commands of camera and video trackers share: options, the tracking loop, and the preview.

return run_picture_tracker(options, open_tracker)
"""

from __future__ import annotations

import argparse
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from bridge.calibration.profile import Profiles
from bridge.commands.console import on_stop_signal, say
from bridge.commands.destination import open_destination
from bridge.commands.options import FINDERS, TRACKERS, add_driver_options
from bridge.errors import BridgeError
from bridge.expressions.emotion_estimate import EmotionEstimator
from bridge.expressions.face_correction import FaceCorrection
from bridge.preview.preview import Preview
from bridge.preview.window import open_view
from bridge.sending.runtime_link import RuntimeLink
from bridge.sending.sequence import first_sequence
from bridge.sending.source_messages import SourceMessages
from bridge.sending.source_sender import SourceSender
from bridge.sending.tracking_loop import run_tracking_loop
from bridge.trackers.face import FaceObserver, load_landmarker
from bridge.trackers.open_observer import open_network_observer
from bridge.trackers.picture_tracker import PictureObserver, PictureTracker


def add_picture_options(parser: argparse.ArgumentParser) -> None:
    """Add the options of a command that tracks a face in pictures."""
    add_driver_options(parser)
    parser.add_argument(
        "--emotion",
        action="store_true",
        help="also estimate which emotion the face shows, and send that to the emotion layer",
    )
    parser.add_argument(
        "--preview",
        action="store_true",
        help="show the picture, the landmarks and the main numbers: in a window where possible, else on "
        "a web page of this machine",
    )
    parser.add_argument(
        "--preview-port",
        type=int,
        metavar="N",
        help="show the preview on a web page at this port; 0 = any free one",
    )
    parser.add_argument(
        "--raw-expression",
        action="store_true",
        help="use coefficients and gaze as MediaPipe reports them, without Omote's correction",
    )
    parser.add_argument(
        "--face-landmarker", type=Path, metavar="FILE", help="MediaPipe's face_landmarker.task"
    )
    parser.add_argument(
        "--tracker",
        choices=TRACKERS,
        default="mediapipe",
        help="what measures the face: MediaPipe, or Omote's own network, which is still in trial (default %(default)s)",
    )
    parser.add_argument(
        "--model",
        type=Path,
        metavar="FOLDER",
        help="another network for --tracker omote than the one that comes with it",
    )
    parser.add_argument(
        "--finder",
        choices=FINDERS,
        help="what tells --tracker omote where the face is: a network of its own, or MediaPipe (default omote)",
    )
    parser.add_argument(
        "--look-twice",
        action="store_true",
        help="--tracker omote reads each picture in a mirror as well: a truer and steadier face, some milliseconds later",
    )


def face_observer(options: argparse.Namespace) -> PictureObserver:
    """Build the face tracker with the model and the correction that the options describe.

    Raises:
        BridgeError: an option is for another tracker. LandmarkerError, InferenceError: a network cannot be loaded.
    """
    source = options.source or options.command
    _refuse_of_others(options)
    if options.tracker == "mediapipe":
        landmarker = load_landmarker(options.face_landmarker)
        return FaceObserver(landmarker, source=source, correction=face_correction(options))
    return open_network_observer(
        source,
        model=options.model,
        finder=options.finder or FINDERS[0],
        face_landmarker=options.face_landmarker,
        looks_twice=options.look_twice,
    )


def _refuse_of_others(options: argparse.Namespace) -> None:
    """Refuse options that the chosen tracker would not read."""
    unread: tuple[str, ...]
    if options.tracker == "mediapipe":
        unread, reader = ("model", "finder", "look_twice"), "--tracker omote"
    elif options.finder == "mediapipe":
        unread, reader = ("raw_expression",), "--tracker mediapipe"
    else:
        unread, reader = ("raw_expression", "face_landmarker"), "--tracker mediapipe, or --finder mediapipe"
    for name in unread:
        if getattr(options, name):
            option = f"--{name.replace('_', '-')}"
            raise BridgeError(f"{option} is for {reader}; leave it out with --tracker {options.tracker}")


def face_correction(options: argparse.Namespace) -> FaceCorrection | None:
    """Build the correction of MediaPipe's expressions; None with --raw-expression."""
    return None if options.raw_expression else FaceCorrection()


def run_picture_tracker(
    options: argparse.Namespace, open_tracker: Callable[[threading.Event], PictureTracker]
) -> int:
    """Track until the source ends or a signal stops it; return the exit code.

    Args:
        options: of `add_picture_options`.
        open_tracker: makes the tracker, which ends soon after the event is set; it is closed here.
    """
    stop = threading.Event()
    source = options.source or options.command
    profile = Profiles(options.profile).of(options.tracker, source)
    layers = (*options.layers, "emotion") if options.emotion else options.layers
    with open_destination(options) as publisher:
        tracker = open_tracker(stop)
        on_stop_signal(stop.set)
        say(f"tracking {source}, sending {', '.join(layers)} to {publisher.address}; Ctrl-C stops")
        link = RuntimeLink(publisher, say=say)
        messages = SourceMessages(
            profile,
            source=source,
            layers=layers,
            mirror=options.mirror,
            ttl_s=tracker.ttl_s,
            first_sequence=first_sequence(),
            estimator=EmotionEstimator() if options.emotion else None,
        )
        try:
            with _preview(options) as preview:
                watch = None if preview is None else preview.offer
                counts = run_tracking_loop(tracker, SourceSender(messages, link), link, say=say, watch=watch)
        finally:
            tracker.close()
        say(f"{counts.pictures} pictures tracked, {counts.faces} with a face, {publisher.sent} messages sent")
    return 0


def _preview(options: argparse.Namespace) -> AbstractContextManager[Preview | None]:
    if not options.preview and options.preview_port is None:
        return nullcontext()
    return Preview(open_view(page_port=options.preview_port, say=say))
