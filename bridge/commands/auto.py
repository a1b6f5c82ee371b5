"""`omote-bridge auto`: every tracker's port at once, and every format on each of them."""

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
        help="whatever tracker sends: all ports at once, told apart by what comes",
        description=(
            "Listen at every tracker's usual port at once, and take each datagram for what its content says, "
            "also where it comes to another tracker's port."
        ),
        epilog="example: omote-bridge auto --bind 0.0.0.0 --phone 192.168.1.20",
    )
    parser.add_argument("--phone", metavar="HOST", help="a phone to ask for frames, in every way known")
    parser.add_argument(
        "--port",
        type=int,
        action="append",
        metavar="N",
        help="listen here as well, for any format; may be given more than once",
    )
    add_hub_options(parser)
    add_driver_options(parser, layers=DRIVEN_LAYERS)


def plan_of(options: argparse.Namespace) -> HubPlan:
    """Every tracker that is installed."""
    installed = [command for command in TRACKERS if command.is_installed]
    trackers = [command.make(phone=options.phone) for command in installed]
    # Phones are asked in one way, but may have been told the other one in their settings.
    trackers += [command.make(tcp=True) for command in installed if command.stream]
    return HubPlan(
        trackers=tuple(trackers),
        any_ports=tuple(options.port or ()),
        phone=options.phone,
        is_phone=True,
        is_detecting=True,
    )


def run(options: argparse.Namespace) -> int:
    """Listen until stopped."""
    return run_hub(options, plan_of(options))
