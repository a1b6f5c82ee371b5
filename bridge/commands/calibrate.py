"""`omote-bridge calibrate SOURCE`: fits a calibration profile to one person and one tracker."""

from __future__ import annotations

import argparse
import asyncio
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Final

from bridge.calibration.changes import changes
from bridge.calibration.fit import fit, fit_video
from bridge.calibration.fitted import Fitted
from bridge.calibration.json_guide import JsonGuide
from bridge.calibration.lines_guide import LinesGuide
from bridge.calibration.observation_buffer import ObservationBuffer
from bridge.calibration.profile import CalibrationProfile, Profiles, sections_of
from bridge.calibration.profile_text import profile_text
from bridge.calibration.session import Guide, StoppedError, run_steps
from bridge.calibration.steps import REST, STEPS
from bridge.commands.console import on_stop_signal, say
from bridge.commands.options import Subparsers
from bridge.commands.picture_run import face_observer
from bridge.errors import BridgeError, CalibrationError
from bridge.observation import Observation
from protocol.file_names import check_new_file
from terminal.old_option import add_old_option

PICTURE_TRACKERS: Final = ("webcam", "video")
#: Fewest pictures with a face that a video needs.
MIN_FACES: Final = 30
_POLL_S: Final = 0.2
#: A hint is printed when no face has come for this long.
_HINT_S: Final = 5.0


def add_parser(subparsers: Subparsers) -> None:
    """Add `calibrate` to the command line."""
    parser = subparsers.add_parser(
        "calibrate",
        help="fit a tracker to a person: rest, ranges, signs, left and right",
        description=(
            "Ask for a few expressions and head turns, about a minute, measure what the tracker reports, and save "
            "a profile for --profile. Nothing is sent to the runtime meanwhile. Of several senders the first one is "
            "measured, or the one of --source. A video gives rest and ranges only."
        ),
        epilog="example: omote-bridge calibrate --output anna.toml livelink --bind 0.0.0.0",
    )
    parser.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="the profile's file (default: SOURCE.toml)"
    )
    parser.add_argument("--force", action="store_true", help="replace an existing file")
    add_old_option(parser, "--replace", "--force")
    parser.add_argument(
        "--add",
        action="store_true",
        help="keep what an existing file says about other trackers, and replace what it says about this one",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="the steps as lines of JSON on standard output, for programs that guide the person themselves",
    )
    parser.add_argument(
        "--speed", type=float, default=1.0, metavar="X", help="2 = half the time for every step"
    )
    parser.add_argument("tracker", metavar="SOURCE", help="webcam, video, auto, livelink, vmc, ...")
    parser.add_argument("options", nargs=argparse.REMAINDER, metavar="...", help="its command's own options")


def run(options: argparse.Namespace) -> int:
    """Measure, fit, save; return the exit code.

    Raises:
        BridgeError: the source cannot be used, or the profile cannot be written.
    """
    output = options.output or Path(f"{options.tracker}.toml")
    if output.exists() and not (options.force or options.add):
        raise CalibrationError(
            f"{output} exists already; choose another --output, or add --force, or --add for another tracker"
        )
    check_new_file(output)
    others = sections_of(output) if options.add and output.exists() else {}
    if not 0.1 <= options.speed <= 100.0:
        raise CalibrationError(f"--speed {options.speed:g}: expected 0.1 to 100")
    source = _source_options(options)
    guide: Guide = JsonGuide(sys.stdout) if options.json else LinesGuide(say)
    told: list[str] = []
    if options.tracker == "video":
        tracker, fitted = source.tracker, _watch(source)
    else:
        stop = threading.Event()
        on_stop_signal(stop.set)
        try:
            tracker, fitted, told = _guided(options, source, guide, stop)
        except StoppedError:
            say("stopped; nothing is written")
            return 0
    for finding in fitted.findings:
        say(f"  {finding}")
    comment = f"Made by omote-bridge calibrate {options.tracker}, {date.today().isoformat()}."
    text = profile_text(fitted.tables, section=tracker, comment=comment)
    kept = [profile_text(tables, section=name) for name, tables in others.items() if name != tracker]
    part = output.with_name(f".{output.name}.part")  # a cancel at this moment leaves the old profile
    try:
        part.write_text("\n".join([text, *kept]), "utf-8")
        part.replace(output)
    except OSError as error:
        raise CalibrationError(f"{output} cannot be written ({error.strerror})") from error
    Profiles(output)  # checks that the file can be read back
    guide.finish(told)
    say(f"saved as {output}; use it with: omote-bridge {options.tracker} --profile {output}")
    return 0


def _source_options(options: argparse.Namespace) -> argparse.Namespace:
    """Parse the options of the source's own command."""
    from bridge.__main__ import COMMANDS, build_parser

    modules = ("bridge.commands.network_trackers", "bridge.commands.auto")
    if options.tracker not in PICTURE_TRACKERS and COMMANDS.get(options.tracker) not in modules:
        raise CalibrationError(
            f"got {options.tracker!r}, expected a tracker such as webcam, auto or livelink"
        )
    return build_parser(options.tracker).parse_args([options.tracker, *options.options])


def _guided(
    options: argparse.Namespace, source: argparse.Namespace, guide: Guide, stop: threading.Event
) -> tuple[str, Fitted, list[str]]:
    """Lead the person through all steps, and fit; return the tracker's name, the fit, and what it changes in words."""
    # A picture tracker sees one person; of several network senders --source chooses one, else the first is used.
    chosen = "" if source.command in PICTURE_TRACKERS else source.source or ""
    observing = ObservationBuffer(chosen)
    with _observed(source, observing, stop):
        _wait_for_face(observing, options.tracker, guide, stop)
        guide.begin(observing.source)
        try:
            steps = run_steps(observing.drain, guide=guide, wait=stop.wait, speed=options.speed)
        except StoppedError:
            if observing.failure:
                raise BridgeError(observing.failure) from None
            raise
    if REST not in steps:
        raise CalibrationError(
            "no face was seen in the first step (at rest), which all others need; make sure it is in view, and try again"
        )
    say(f"{len(steps)} of {len(STEPS)} steps measured:")
    base = _base(observing.tracker)
    fitted = fit(steps, base)
    return observing.tracker, fitted, changes(fitted, measured=steps, base=base)


def _base(tracker: str) -> CalibrationProfile:
    return Profiles(None).of(tracker, tracker)


def _wait_for_face(observing: ObservationBuffer, tracker: str, guide: Guide, stop: threading.Event) -> None:
    guide.wait_for_face(tracker)
    hint_s = time.monotonic() + _HINT_S
    while not observing.drain():
        if stop.wait(_POLL_S):
            raise BridgeError(observing.failure) if observing.failure else StoppedError
        if time.monotonic() > hint_s:
            hint_s = float("inf")
            refused = "; ".join(f"{reason} x{count}" for reason, count in observing.refused.items())
            guide.wait_for_face(
                tracker,
                f"no face yet{refused and f' (refused: {refused})'}: is the tracker running, does it send here, "
                "and does it see your face?",
            )


@contextmanager
def _observed(
    source: argparse.Namespace, observing: ObservationBuffer, stop: threading.Event
) -> Iterator[None]:
    """Context in which a thread fills `observing`; sets `stop` when the tracker fails."""
    ended = threading.Event()
    track = (
        _webcam(source, observing, ended)
        if source.command in PICTURE_TRACKERS
        else _hub(source, observing, ended)
    )

    def serve() -> None:
        try:
            track()
        except BridgeError as error:
            observing.failure = str(error)
            stop.set()

    thread = threading.Thread(target=serve, name="omote-observing", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(5.0)


def _webcam(
    source: argparse.Namespace, observing: ObservationBuffer, ended: threading.Event
) -> Callable[[], None]:
    from vision.native_logs import quiet_native_libraries

    quiet_native_libraries()
    from bridge.trackers.webcam import WebcamTracker, open_webcam

    tracker = WebcamTracker(open_webcam(source.device), face_observer(source), stop=ended)

    def track() -> None:
        try:
            for tracked in tracker:
                observing.receive(source.tracker, tracked.observation, time.monotonic_ns())
        finally:
            tracker.close()

    return track


def _hub(
    source: argparse.Namespace, observing: ObservationBuffer, ended: threading.Event
) -> Callable[[], None]:
    from bridge.commands import auto
    from bridge.commands import network_trackers as network
    from bridge.commands.hub_run import allowed_hosts, make_hub

    plan = auto.plan_of(source) if source.command == "auto" else network.plan_of(source)
    hub = make_hub(source, plan, observing, say=say, allowed=allowed_hosts(source, plan))

    async def serve() -> None:
        stop = asyncio.Event()
        serving = asyncio.get_running_loop().create_task(hub.run(stop))
        while not ended.is_set() and not serving.done():
            await asyncio.sleep(_POLL_S / 2)
        stop.set()
        await serving

    def track() -> None:
        with (
            network.announced(source),
            asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner,
        ):
            runner.run(serve())

    return track


def _watch(source: argparse.Namespace) -> Fitted:
    """Track every picture of a video, as fast as possible, and fit to all faces."""
    from vision.native_logs import quiet_native_libraries

    quiet_native_libraries()
    from terminal.progress import progress_bar
    from vision.video_file import VideoFile

    seen: list[Observation] = []
    with VideoFile(source.file) as video, progress_bar(video.frame_count, "pictures") as bar:
        observer = face_observer(source)
        try:
            frames = 0
            while (picture := video.read()) is not None:
                tracked = observer.measure(picture, time_s=video.time_s, capture_time_ns=0)
                frames += 1
                if tracked.is_face:
                    seen.append(tracked.observation)
                bar(frames, f"{len(seen)} with a face")
        finally:
            observer.close()
    if len(seen) < MIN_FACES:
        raise CalibrationError(
            f"{source.file} shows a face in {len(seen)} of {frames} pictures, expected {MIN_FACES} or more; "
            "use a longer video of one person"
        )
    return fit_video(seen, _base(source.tracker))
