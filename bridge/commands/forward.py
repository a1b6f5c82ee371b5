"""`omote-bridge forward`: sends the runtime's composed motion to the avatars of other programs."""

from __future__ import annotations

import argparse
import threading
from contextlib import ExitStack
from typing import Final

from bridge.commands.console import on_stop_signal, say
from bridge.commands.options import Subparsers, add_key_option, client_key, number_between
from bridge.errors import ForwardError
from bridge.forwarders.forward import Destination, forward
from bridge.forwarders.forwarder import Forwarder
from bridge.forwarders.livelink import LiveLinkForwarder
from bridge.forwarders.motion_reader import DEFAULT_ADDRESS, MotionReader
from bridge.forwarders.osc import OscForwarder
from bridge.forwarders.vmc import VmcForwarder

KINDS: Final = ("vmc", "livelink", "osc")
MAX_FPS: Final = 240.0


def add_parser(subparsers: Subparsers) -> None:
    """Add `forward` to the command line."""
    parser = subparsers.add_parser(
        "forward",
        help="the runtime's motion to VMC programs, Unreal's Live Link, or OSC",
        description=(
            "Read the motion that the runtime composes of all its drivers, and send it on with every frame, so "
            "that 3D avatars follow the same face. Never send to the runtime that is read: it receives VMC and OSC "
            "itself, and would follow itself; such a feedback loop is detected, and ends the command."
        ),
        epilog="example: omote-bridge forward --to vmc 127.0.0.1:39540 --to livelink 192.168.1.30",
    )
    parser.add_argument(
        "--to",
        nargs=2,
        action="append",
        required=True,
        metavar=("KIND", "HOST:PORT"),
        help="vmc (default port 39539, which is also the runtime's own), livelink (11111) or osc (9570, also the "
        "runtime's own); may be given more than once",
    )
    parser.add_argument(
        "--from",
        dest="address",
        default=DEFAULT_ADDRESS,
        metavar="ADDRESS",
        help="address that the runtime publishes on (default %(default)s)",
    )
    add_key_option(parser)
    parser.add_argument(
        "--clips",
        choices=("both", "arkit", "presets"),
        default="both",
        help="vmc: the 52 ARKit clips, VRM's presets, or both (default). Models with perfect sync want arkit: "
        "otherwise they show emotions and blinks twice",
    )
    parser.add_argument(
        "--subject",
        default="Omote",
        metavar="NAME",
        help="livelink: the subject's name in Unreal (default %(default)s)",
    )
    parser.add_argument(
        "--right-first",
        action="store_true",
        help="livelink: send jawRight and mouthRight before jawLeft and mouthLeft, for programs that follow Apple's list",
    )
    parser.add_argument(
        "--fps",
        type=number_between(1.0, MAX_FPS),
        default=60.0,
        metavar="N",
        help="highest frame rate (default 60)",
    )


def run(options: argparse.Namespace) -> int:
    """Forward until stopped; return the exit code.

    Raises:
        ForwardError: an impossible destination, or one that leads back to the runtime.
    """
    stop = threading.Event()
    on_stop_signal(stop.set)
    with ExitStack() as opened:
        destinations = [
            opened.enter_context(_destination(kind, place, options)) for kind, place in options.to
        ]
        reader = opened.enter_context(MotionReader(options.address, key=client_key(options)))
        names = ", ".join(destination.name for destination in destinations)
        say(f"sending the motion of {options.address} to {names}; Ctrl-C stops")
        if options.clips == "both" and any(kind == "vmc" for kind, _ in options.to):
            say("for VRM models with perfect sync add --clips arkit")
        frames = forward(reader, destinations, stop=stop, say=say, max_fps=options.fps)
        say(f"{frames} frames sent")
    return 0


def _destination(kind: str, place: str, options: argparse.Namespace) -> Destination:
    forwarder: Forwarder
    if kind == "vmc":
        forwarder = VmcForwarder(options.clips)
    elif kind == "livelink":
        forwarder = LiveLinkForwarder(options.subject, right_first=options.right_first)
    elif kind == "osc":
        forwarder = OscForwarder()
    else:
        raise ForwardError(f"--to {kind}: got {kind!r}, expected one of {', '.join(KINDS)}")
    # An IPv6 address has colons of its own: with a port it stands in brackets.
    has_port = place.count(":") == 1 or (place.startswith("[") and not place.endswith("]"))
    host, _, port = place.rpartition(":") if has_port else (place, "", "")
    if port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
        raise ForwardError(f"--to {kind} {place}: got port {port!r}, expected 1 to 65535")
    return Destination(forwarder, host.strip("[]"), int(port) if port else forwarder.default_port)
