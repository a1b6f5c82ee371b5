"""`omote-bridge replay TAKE`: drives the runtime with a recorded take."""

from __future__ import annotations

import argparse
import threading
from pathlib import Path
from typing import Final, get_args

from bridge.commands.console import on_stop_signal, say
from bridge.commands.destination import runtime_address
from bridge.commands.options import (
    Subparsers,
    add_destination_option,
    client_key,
    layers_among,
    number_between,
    parts_among,
)
from bridge.errors import ReplayError
from bridge.sending.publisher import ControlPublisher
from bridge.sending.runtime_link import no_runtime
from bridge.takes.face_parts import FaceParts, parts_of_take
from bridge.takes.open_take import check_layers, open_take
from bridge.takes.replay import send_due
from protocol.codec import MAX_SOURCE
from protocol.messages import ControlMessage, LayerName
from protocol.parts import PARTS
from protocol.take import TakeReader
from protocol.take_schedule import MAX_SPEED, MIN_SPEED, ReplayPlan, schedule
from terminal.progress import progress_bar

ALL_LAYERS: Final[tuple[LayerName, ...]] = get_args(LayerName)
#: Most messages queued: a runtime that is busy for seconds still gets every message of the take.
HIGH_WATER: Final = 1000
_POLL_S: Final = 0.2


def add_parser(subparsers: Subparsers) -> None:
    """Add `replay` to the command line."""
    parser = subparsers.add_parser(
        "replay",
        help="a recorded take, with its own timing",
        description="Send a take's messages again, in their order and with the spacing they arrived with.",
        epilog="examples: omote-bridge replay take.mcap --loop --layers emotion --source-prefix take: | "
        "omote-bridge replay anna.mcap --only eyes,gaze",
    )
    parser.add_argument("take", type=Path, help="the take, such as take.mcap")
    parser.add_argument(
        "--speed",
        type=number_between(MIN_SPEED, MAX_SPEED),
        default=1.0,
        metavar="X",
        help=f"{MIN_SPEED:g} to {MAX_SPEED:g} (default %(default)s)",
    )
    parser.add_argument("--loop", action="store_true", help="start again at its end")
    parser.add_argument(
        "--from",
        dest="from_s",
        type=_seconds,
        default=0.0,
        metavar="SECONDS",
        help="start there instead of at 0",
    )
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument(
        "--layers",
        type=layers_among(ALL_LAYERS),
        default=(),
        metavar="A,B",
        help=f"layers to replay, of: {','.join(ALL_LAYERS)} (default: all that are in it)",
    )
    chosen.add_argument(
        "--only",
        type=parts_among,
        default=(),
        metavar="A,B",
        help=f"parts of the face to replay, of: {','.join(PARTS)}; each is a driver of its own, so that several takes may "
        "drive at the same time. An emotion that was not recorded is estimated from the expression",
    )
    parser.add_argument(
        "--source-prefix",
        type=_prefix,
        default="",
        metavar="TEXT",
        help="put this before the drivers' names, so that live drivers of the same name can drive at the same time",
    )
    parser.add_argument("--info", action="store_true", help="only describe the take")
    add_destination_option(parser)


def run(options: argparse.Namespace) -> int:
    """Replay until the end, or until stopped; return the exit code.

    Raises:
        ReplayError: the take cannot be read, or holds nothing to replay.
    """
    from bridge.takes.take_summary import summary_lines

    with open_take(options.take) as reader:
        if options.info:
            with progress_bar(1.0, "of the take") as bar:
                lines = summary_lines(reader, bar)
            print("\n".join(lines))
            return 0
        _play(reader, options, _checked(reader, options))
    return 0


def _checked(reader: TakeReader, options: argparse.Namespace) -> FaceParts | None:
    """Check that there is something to replay; returns the parts that are played, None = all."""
    if options.from_s > reader.duration_s:
        raise ReplayError(
            f"--from {options.from_s:g} is beyond the end: {reader.path} lasts {reader.duration_s:.2f} s"
        )
    if options.only:
        return parts_of_take(reader, options.only)
    check_layers(reader, options.layers)
    return None


def _play(reader: TakeReader, options: argparse.Namespace, parts: FaceParts | None) -> None:
    stop = threading.Event()
    on_stop_signal(stop.set)
    plan = ReplayPlan(
        speed=options.speed,
        loop=options.loop,
        from_s=options.from_s,
        layers=options.layers,
        source_prefix=options.source_prefix,
    )
    to, key = runtime_address(options, client_key(options))
    with ControlPublisher(to, high_water=HIGH_WATER, key=key) as publisher:
        # Start only when the runtime is connected, so that it does not miss the beginning.
        if not publisher.wait(_POLL_S):
            say(f"waiting: {no_runtime(to)}")
            while not stop.is_set() and not publisher.wait(_POLL_S):
                pass
        if not stop.is_set():
            rounds = " again and again" if options.loop else ""
            cut = "" if reader.is_whole else ", which is cut off at its end,"
            say(f"playing {reader.path}{cut} to {to}{rounds}, {reader.duration_s:.1f} s; Ctrl-C stops")

        def send(message: ControlMessage) -> None:
            publisher.send([message])

        with progress_bar(round(reader.duration_s, 1), "s") as bar:

            def progress(place_s: float, sent: int) -> None:
                bar(round(place_s, 1), f"{sent} messages")

            due = schedule(reader, plan)
            due = due if parts is None else parts.schedule(due)
            sent = send_due(due, send, wait=stop.wait, progress=progress)
    say(f"{sent} messages played, {publisher.sent} delivered")
    for reason, count in reader.refused.items():
        say(f"not usable, {reason}: {count}")


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0.0 <= seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"got {text!r}, expected seconds, 0 or more")
    return seconds


def _prefix(text: str) -> str:
    if not text.isprintable() or len(text) > MAX_SOURCE // 2:
        raise argparse.ArgumentTypeError(
            f"got {text!r}, expected at most {MAX_SOURCE // 2} printable characters"
        )
    return text
