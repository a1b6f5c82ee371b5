"""`omote-bridge vts-server`: pretends to be VTube Studio, so that its plugins move the avatar."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import time
from pathlib import Path

from bridge.calibration.profile import Profiles
from bridge.commands.destination import open_destination
from bridge.commands.options import Subparsers, add_driver_options
from bridge.sending.publisher import ControlPublisher
from bridge.sending.source_messages import DRIVEN_LAYERS
from bridge.vts.approval import CHOICES, approval
from bridge.vts.beacon import BEACON_PORT
from bridge.vts.driving import TRACKER, Driving
from bridge.vts.server import VTS_PORT, VtsServer
from bridge.vts.studio import Studio
from bridge.vts.tokens import TokenStore, tokens_path


def add_parser(subparsers: Subparsers) -> None:
    """Add `vts-server` to the command line."""
    parser = subparsers.add_parser(
        "vts-server",
        help="plugins of VTube Studio, by pretending to be it",
        description="Pretend to be VTube Studio: plugins that connect to it move the avatar instead, its eight "
        "emotions are their hotkeys and expressions. Close VTube Studio first, or take another port.",
        epilog="example: omote-bridge vts-server --approve auto",
    )
    parser.add_argument(
        "--port", type=int, default=VTS_PORT, metavar="N", help="WebSocket port (default %(default)s)"
    )
    parser.add_argument(
        "--bind", default="127.0.0.1", metavar="HOST", help="address to listen on (default %(default)s)"
    )
    parser.add_argument(
        "--approve",
        choices=CHOICES,
        default="ask",
        help="whether a new plugin may control the face: ask here in the terminal, always, or never "
        "(default %(default)s); one that was let in before needs no asking",
    )
    parser.add_argument(
        "--tokens", type=Path, metavar="FILE", help=f"who was let in (default {tokens_path()})"
    )
    parser.add_argument(
        "--beacon-port",
        type=_beacon_port,
        default=BEACON_PORT,
        metavar="N",
        help="UDP port on this machine that is told every two seconds where the API is, or none "
        "(default %(default)s)",
    )
    add_driver_options(parser, layers=DRIVEN_LAYERS)


def run(options: argparse.Namespace) -> int:
    """Serve plugins until stopped."""
    driving = Driving(
        Profiles(options.profile),
        layers=options.layers,
        mirror=options.mirror,
        source=options.source or TRACKER,
    )
    with open_destination(options) as publisher:
        asyncio.run(_serve(options, driving, publisher))
        _say(f"{publisher.sent} messages sent")
    return 0


async def _serve(options: argparse.Namespace, driving: Driving, publisher: ControlPublisher) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for kind in (signal.SIGINT, signal.SIGTERM):
        signal.signal(kind, lambda *_: loop.call_soon_threadsafe(stop.set))
    tokens = TokenStore(options.tokens or tokens_path())
    studio = Studio(tokens, approval(options.approve, say=_say), now_s=time.time())
    server = VtsServer(studio, driving, publisher, say=_say)

    def ready(port: int) -> None:
        _say(
            f"VTube Studio's plugins may connect to ws://{options.bind}:{port}; sending "
            f"{', '.join(options.layers)} to {publisher.address}; Ctrl-C stops"
        )

    await server.run(
        stop, host=options.bind, port=options.port, beacon_port=options.beacon_port, on_ready=ready
    )


def _beacon_port(text: str) -> int | None:
    if text == "none":
        return None
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"got {text!r}, expected a port from 1 to 65535, or none")
    return int(text)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
