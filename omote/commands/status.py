"""omote status: what the running face is doing, and who moves it.

omote status
omote status --watch
omote status --json
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import Final

import msgspec

from omote.client import ControlClient, NoAnswerError
from omote.reach import add_reach_options, client_for
from protocol.messages import Command, DriverStatus, Status

WATCH_S: Final = 1.0
NAMES_SHOWN: Final = 6

_CLEAR: Final = "\x1b[H\x1b[2J"


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `omote status` to the command line."""
    parser = subparsers.add_parser(
        "status",
        help="what the running face is doing, and who moves it",
        description="Ask the running Omote what it draws, how fast, and who moves it.",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line, for scripts")
    parser.add_argument("--watch", action="store_true", help="once a second until Ctrl-C")
    add_reach_options(parser)


def run(args: argparse.Namespace) -> int:
    """Ask and print; returns the exit status."""
    try:
        with client_for(args) as client:
            while True:
                status = _ask(client)
                text = msgspec.json.encode(status).decode() if args.json else describe(status)
                print((_CLEAR if args.watch and sys.stdout.isatty() else "") + text, flush=True)
                if not args.watch:
                    return 0
                time.sleep(WATCH_S)
    except KeyboardInterrupt:
        return 0
    except NoAnswerError as error:
        print(f"omote status: {error}", file=sys.stderr)
        return 1


def _ask(client: ControlClient) -> Status:
    reply = client.request(Command(name="status"))
    if reply.status is None:
        raise NoAnswerError(f"the runtime answered without a status: {reply.message or 'no reason given'}")
    return reply.status


def describe(status: Status) -> str:
    """A Status as lines for people."""
    target = f"of {status.target_fps:g}" if status.target_fps else "uncapped"
    lines = [
        f"avatar   {status.avatar}, {status.size} x {status.size}",
        f"engine   {status.engine} on {status.provider}",
        f"frames   {status.fps:.1f} a second ({target}), {status.frames} in {status.uptime_s:.0f} s",
        f"to       {', '.join(status.publishers) or 'nobody'}",
        "",
        f"{'stage':<10}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}",
        *(f"{s.name:<10}{s.p50_ms:>9.2f}{s.p95_ms:>9.2f}{s.p99_ms:>9.2f}" for s in status.stages),
        "",
        *([_driver_line(driver) for driver in status.drivers] or ["nobody drives; the face idles"]),
    ]
    if status.dropped:
        lines += ["", *(f"refused  {count} x {reason}" for reason, count in sorted(status.dropped.items()))]
    lines += [f"note     {note}" for note in status.notes]
    return "\n".join(lines)


def _driver_line(driver: DriverStatus) -> str:
    owned = ", ".join(driver.owned[:NAMES_SHOWN]) or "nothing now"
    if len(driver.owned) > NAMES_SHOWN:
        owned += f" and {len(driver.owned) - NAMES_SHOWN} more"
    return (
        f"driver   {driver.source}: {driver.mode} {driver.layer}, weight {driver.weight:g}, priority "
        f"{driver.priority}, since {driver.age_s:.1f} s, owns {owned}"
    )
