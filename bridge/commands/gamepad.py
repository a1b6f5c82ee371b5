"""`omote-bridge gamepad`: a game controller's sticks and buttons."""

from __future__ import annotations

import argparse

from bridge.commands.device_run import add_binding_options, add_device_options, learn_device, run_device
from bridge.commands.options import Subparsers
from bridge.devices.bindings import load_bindings


def add_parser(subparsers: Subparsers) -> None:
    """Add `gamepad` to the command line."""
    parser = subparsers.add_parser(
        "gamepad",
        help="a game controller: sticks turn head and eyes, buttons hold emotions",
        description="Let a game controller drive: its sticks turn head and eyes, its buttons hold emotions.",
        epilog="example: omote-bridge gamepad --map my_pad.toml",
    )
    add_binding_options(parser)
    add_device_options(parser)


def run(options: argparse.Namespace) -> int:
    """Learn, or drive until stopped; return the exit code."""
    bindings = load_bindings(options.map, "gamepad")
    from bridge.devices.gamepad import Gamepad, SdlPads

    pad = Gamepad(SdlPads(), bindings, source=options.source or "gamepad")
    return learn_device(pad) if options.learn else run_device(options, pad)
