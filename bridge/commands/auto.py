"""`omote-bridge auto`: listens on every tracker's port at once, for every format on each of them."""

from __future__ import annotations

import argparse

from bridge.commands.hub_run import HubPlan, add_hub_options, run_hub
from bridge.commands.network_trackers import TRACKERS
from bridge.commands.options import Subparsers, add_driver_options
from bridge.sending.source_messages import DRIVEN_LAYERS


def add_parser(subparsers: Subparsers) -> None:
    """Add `auto` to the command line."""
    parser = subparsers.add_parser(
        "auto",
        help="any tracker: all ports at once, formats told apart by their content",
        description=(
            "Listen on every tracker's usual port at once, and read each datagram by the format of its content, "
            "even on another tracker's port."
        ),
        epilog="example: omote-bridge auto --bind 0.0.0.0 --phone 192.168.1.20",
    )
    parser.add_argument("--phone", metavar="HOST", help="a phone to ask for frames, by every known protocol")
    parser.add_argument(
        "--port",
        type=int,
        action="append",
        metavar="N",
        help="also listen on this port, for any format; may be given more than once",
    )
    add_hub_options(parser)
    add_driver_options(parser, layers=DRIVEN_LAYERS)


def plan_of(options: argparse.Namespace) -> HubPlan:
    """Plan to listen for every tracker that is installed."""
    installed = [command for command in TRACKERS if command.is_installed]
    trackers = [command.make(phone=options.phone) for command in installed]
    # A phone is asked over UDP, but its own settings may say TCP.
    trackers += [command.make(tcp=True) for command in installed if command.tcp_class_path]
    return HubPlan(
        trackers=tuple(trackers),
        any_ports=tuple(options.port or ()),
        phone=options.phone,
        is_phone=True,
        is_detecting=True,
    )


def run(options: argparse.Namespace) -> int:
    """Listen until stopped; return the exit code."""
    return run_hub(options, plan_of(options))
