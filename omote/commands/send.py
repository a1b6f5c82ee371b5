"""`omote send`: sends values to one layer of a running avatar.

omote send expression jawOpen=0.6
omote send emotion happy=1 --weight 0.7 --for 10
omote send pose yaw=20deg pitch=-0.1
omote send view azimuth=0.4 --mode add
omote send --avatar kofi emotion happy=1     # one face of omote serve
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from typing import Final, cast

from omote.client import ControlClient
from omote.client.suggestions import did_you_mean
from omote.client_options import add_client_options, client_from
from protocol.blendshapes import find_blendshape
from protocol.channels import CHANNEL_INDEX, CHANNELS, LAYERS
from protocol.codec import MAX_TTL_S, MIN_TTL_S, Refusal, check_control
from protocol.errors import OmoteError
from protocol.messages import CONTROL_PORT, Command, ControlMessage, LayerName
from terminal.old_option import add_old_option

SOURCE: Final = "omote send"
HOLD_S: Final = 3.0  # how long values hold by default
REFRESH_S: Final = 0.1  # between two messages while values are held for longer than their time to live

_ANGLES: Final = ("yaw", "pitch", "roll", "azimuth", "elevation")


class SendError(OmoteError):
    """The command line cannot be sent as a message; the message says got, expected, what to do."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `omote send` to the command line."""
    parser = subparsers.add_parser(
        "send",
        help="send values to one layer of the running avatar",
        description="Send values to one layer. They hold for 3 seconds; then the layer returns to its other driver, "
        "or to idle. --for holds them for longer.",
        epilog="examples: omote send expression jawOpen=0.6 | omote send emotion happy=1 --weight 0.7 | "
        "omote send pose yaw=20deg | omote send view azimuth=0.4 --for 60",
    )
    parser.add_argument("layer", help=", ".join(LAYERS))
    parser.add_argument(
        "values",
        nargs="+",
        metavar="channel=value",
        help="coefficients 0 to 1, angles in radians (or 20deg), lengths in portrait heights",
    )
    parser.add_argument(
        "--for",
        dest="hold_s",
        type=float,
        metavar="SECONDS",
        help=f"how long the values hold (default {HOLD_S:g}); over 60 this keeps sending until Ctrl-C",
    )
    parser.add_argument(
        "--mode", choices=("set", "add"), default="set", help="replace the driver's values, or add to them"
    )
    parser.add_argument("--weight", type=float, default=1.0, help="0 to 1: share against lower priorities")
    parser.add_argument("--priority", type=int, default=0, help="the highest wins (default 0)")
    parser.add_argument(
        "--ttl",
        type=float,
        metavar="SECONDS",
        help="time to live of each message; with --for, it is repeated until then",
    )
    parser.add_argument(
        "--source", default=SOURCE, help="the driver's name in the status (default %(default)r)"
    )
    parser.add_argument("--control-port", type=int, default=CONTROL_PORT, help="default %(default)s")
    add_old_option(parser, "--port", "--control-port")
    add_client_options(parser)


def run(args: argparse.Namespace) -> int:
    """Send, or print why not; returns the exit status."""
    try:
        message = _message_from(args)
        with client_from(args, args.control_port) as client:
            client.request(Command(name="ping"))
            return _hold(client, message, args.hold_s or message.ttl_s)
    except OmoteError as error:
        print(f"omote send: {error}", file=sys.stderr)
        return 1


def _hold(client: ControlClient, message: ControlMessage, hold_s: float) -> int:
    """Send one message if its time to live suffices, else one every tenth of a second."""
    client.send(message)
    if message.ttl_s >= hold_s:
        return 0
    ends_s = time.monotonic() + hold_s
    try:
        while (left_s := ends_s - time.monotonic()) > 0:
            time.sleep(min(REFRESH_S, message.ttl_s / 3, left_s))
            client.send(message)
    except KeyboardInterrupt:
        pass
    client.request(Command(name="release", argument=message.source))
    return 0


def _message_from(args: argparse.Namespace) -> ControlMessage:
    if args.layer not in LAYERS:
        raise SendError(f"no layer {args.layer!r}{did_you_mean(args.layer, LAYERS)}; use {', '.join(LAYERS)}")
    if args.hold_s is not None and not 0.0 < args.hold_s < math.inf:
        raise SendError(f"--for {args.hold_s:g}: expected a number of seconds above 0")
    ttl_s = args.ttl
    if ttl_s is None:
        hold_s = HOLD_S if args.hold_s is None else args.hold_s
        ttl_s = max(hold_s, MIN_TTL_S) if hold_s <= MAX_TTL_S else 1.0
    message = ControlMessage(
        layer=cast(LayerName, args.layer),
        source=args.source,
        values=dict(_parse_value(args.layer, text) for text in args.values),
        mode=args.mode,
        weight=args.weight,
        priority=args.priority,
        ttl_s=ttl_s,
    )
    refusals = check_control(message).refusals
    if refusals:
        raise SendError("; ".join(_refusal_text(refusal, args.layer, args.values) for refusal in refusals))
    return message


def _refusal_text(refusal: Refusal, layer: str, given: list[str]) -> str:
    """What was refused; an angle in the unit in which it was given."""
    text = f"{refusal.reason}: {refusal.detail}"
    if refusal.reason != "out of range":
        return text
    for name, _, number in (value.partition("=") for value in given):
        if name in _ANGLES and refusal.detail.startswith(f"{layer} {name} = "):
            channel = CHANNELS[CHANNEL_INDEX[layer][name]]
            low, high = (math.trunc(math.degrees(limit) * 10) / 10 for limit in (channel.low, channel.high))
            if number.endswith("deg"):
                return f"{refusal.reason}: {layer} {name} = {number}, expected {low:g}deg to {high:g}deg"
            return f"{text} radians; for degrees write {name}={number}deg, {low:g}deg to {high:g}deg"
    return text


def _parse_value(layer: str, text: str) -> tuple[str, float]:
    """Parse `jawOpen=0.6` or `yaw=20deg`; blendshape names may have another program's spelling."""
    typed, equals, number = text.partition("=")
    if not equals:
        raise SendError(f"{text!r}: expected channel=value, for example {_example(layer)}")
    name = (find_blendshape(typed) or typed) if layer == "expression" else typed
    names = tuple(CHANNEL_INDEX[layer])
    if name not in names:
        known = f"; it has {', '.join(names)}" if len(names) <= 10 else "; see the list in docs/protocol.md"
        raise SendError(f"{layer} has no channel {typed!r}{did_you_mean(typed, names)}{known}")
    try:
        if number.endswith("deg") and name in _ANGLES:
            return name, math.radians(float(number.removesuffix("deg")))
        return name, float(number)
    except ValueError as error:
        raise SendError(f"{text!r}: {number!r} is not a number; try {_example(layer)}") from error


def _example(layer: str) -> str:
    channel = next(channel for channel in CHANNELS if channel.layer == layer)
    return f"{'jawOpen' if layer == 'expression' else channel.name}=0.5"
