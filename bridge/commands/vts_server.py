"""`omote-bridge vts-server`: emulates VTube Studio, so that its plugins drive the runtime."""

from __future__ import annotations

import argparse
import asyncio
import time
from pathlib import Path

from bridge.calibration.profile import Profiles
from bridge.commands.console import on_stop_signal, say
from bridge.commands.destination import open_destination
from bridge.commands.options import Subparsers, add_driver_options
from bridge.ports.own_addresses import own_addresses
from bridge.sending.publisher import ControlPublisher
from bridge.sending.source_messages import DRIVEN_LAYERS
from bridge.vts.approval import CHOICES, approval
from bridge.vts.beacon import BEACON_PORT
from bridge.vts.plugin_messages import TRACKER, PluginMessages
from bridge.vts.server import VTS_PORT, VtsServer
from bridge.vts.tokens import TokenStore, tokens_path
from bridge.vts.vts_state import VtsState
from protocol.addresses import LOOPBACK, url_host


def add_parser(subparsers: Subparsers) -> None:
    """Add `vts-server` to the command line."""
    parser = subparsers.add_parser(
        "vts-server",
        help="plugins of VTube Studio, by emulating it",
        description="Emulate VTube Studio: plugins that connect to it drive the avatar instead, and see the eight "
        "emotions as hotkeys and expressions. Close VTube Studio first, or use another port.",
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
        help="whether a new plugin may control the face. ask: you are asked here in the terminal. auto: every "
        "program on this machine may, without a question; plugins have no password. never: only those that were "
        "allowed before (default %(default)s). Web pages are refused whatever is chosen here",
    )
    parser.add_argument(
        "--allow-origin",
        action="append",
        default=[],
        metavar="ORIGIN",
        help="let web pages of a site connect, such as https://plugin.example, for a plugin that runs in a "
        "browser; may be given several times",
    )
    parser.add_argument(
        "--allow-other-users",
        action="store_true",
        help="let the programs of every user of this machine connect; without, only yours and root's (Linux)",
    )
    parser.add_argument(
        "--tokens", type=Path, metavar="FILE", help=f"the plugins that were allowed (default {tokens_path()})"
    )
    parser.add_argument(
        "--beacon-port",
        type=_beacon_port,
        default=BEACON_PORT,
        metavar="N",
        help="UDP port on this machine that the API's port is announced to every two seconds, or none "
        "(default %(default)s)",
    )
    add_driver_options(parser, layers=DRIVEN_LAYERS)


def run(options: argparse.Namespace) -> int:
    """Serve plugins until stopped."""
    plugin_messages = PluginMessages(
        Profiles(options.profile),
        layers=options.layers,
        mirror=options.mirror,
        source=options.source or TRACKER,
    )
    with open_destination(options) as publisher:
        asyncio.run(_serve(options, plugin_messages, publisher))
        say(f"{publisher.sent} messages sent")
    return 0


async def _serve(
    options: argparse.Namespace, plugin_messages: PluginMessages, publisher: ControlPublisher
) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    on_stop_signal(lambda: loop.call_soon_threadsafe(stop.set))
    tokens = TokenStore(options.tokens or tokens_path())
    state = VtsState(tokens, approval(options.approve, say=say), now_s=time.time())
    server = VtsServer(
        state,
        plugin_messages,
        publisher,
        say=say,
        allowed_origins=tuple(options.allow_origin),
        allow_other_users=options.allow_other_users,
    )

    def ready(port: int) -> None:
        addresses = [f"ws://{url_host(host)}:{port}" for host in _hosts(options.bind)]
        say(
            f"VTube Studio's plugins may connect to {' or '.join(addresses)}; sending "
            f"{', '.join(options.layers)} to {publisher.address}; Ctrl-C stops"
        )
        if options.approve == "auto":
            say(
                "--approve auto: every program that connects gets a token and moves the face, without a question"
            )

    await server.run(
        stop, host=options.bind, port=options.port, beacon_port=options.beacon_port, on_ready=ready
    )


def _hosts(bind: str) -> list[str]:
    """The addresses at which plugins reach a server that is bound to `bind`."""
    if bind not in ("0.0.0.0", "::"):
        return [bind]
    return [LOOPBACK, *own_addresses(), *(own_addresses(ipv6=True) if bind == "::" else [])]


def _beacon_port(text: str) -> int | None:
    if text == "none":
        return None
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"got {text!r}, expected a port from 1 to 65535, or none")
    return int(text)
