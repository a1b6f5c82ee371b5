"""`omote status`: the running avatar, its frame rate and its drivers.

omote status
omote status --watch
omote status --json
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import Final, NoReturn

from rich.text import Text

from omote.client import ControlClient, NoAnswerError
from omote.client_options import add_client_options, client_from
from protocol.errors import OmoteError
from protocol.messages import Command, DriverStatus, FaceStatus, Status
from terminal.json_line import json_line
from terminal.live_table import LiveTable, table
from terminal.printable import printable

WATCH_S: Final = 1.0
NAMES_SHOWN: Final = 6
IDLE: Final = "no driver; the face idles"
_STAGES: Final = ("stage", "p50 ms", "p95 ms", "p99 ms")
_DRIVERS: Final = ("DRIVER", "LAYER", "MODE", "WEIGHT", "PRIORITY", "SINCE S", "OWNS")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `omote status` to the command line."""
    parser = subparsers.add_parser(
        "status",
        help="the running avatar, its frame rate and its drivers",
        description="Show what the running Omote draws, at which frame rate, and which drivers move it.",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object per line, for scripts")
    parser.add_argument("--watch", action="store_true", help="repeat once a second until Ctrl-C")
    add_client_options(parser)


def run(args: argparse.Namespace) -> int:
    """Request the status and print it; returns the exit status."""
    try:
        with client_from(args) as client:
            if args.watch and not args.json and sys.stdout.isatty():
                _watch(client)
            while True:
                status = _request_status(client)
                print(json_line(status) if args.json else describe(status), flush=True)
                if not args.watch:
                    return 0
                time.sleep(WATCH_S)
    except KeyboardInterrupt:
        return 0
    except OmoteError as error:
        print(f"omote status: {error}", file=sys.stderr)
        return 1


def _watch(client: ControlClient) -> NoReturn:
    """Redraw the status once a second, until interrupted."""
    with LiveTable(sys.stdout) as live:
        while True:
            status = _request_status(client)
            live.show(
                Text(_head(status) + "\n"),
                table(_STAGES, stage_rows(status), right=(1, 2, 3)),
                Text(""),
                table(_DRIVERS, driver_rows(status), right=(3, 4, 5)) if status.drivers else Text(IDLE),
                Text(_tail(status)),
            )
            time.sleep(WATCH_S)


def _request_status(client: ControlClient) -> Status:
    reply = client.request(Command(name="status"))
    if reply.status is None:
        raise NoAnswerError(f"the runtime answered without a status: {reply.message or 'no reason given'}")
    return reply.status


def describe(status: Status) -> str:
    """Format a Status for people."""
    lines = [
        _head(status),
        "",
        "{:<10}{:>9}{:>9}{:>9}".format(*_STAGES),
        *("{:<10}{:>9}{:>9}{:>9}".format(*row) for row in stage_rows(status)),
        "",
        *([_driver_line(driver) for driver in status.drivers] or [IDLE]),
    ]
    if tail := _tail(status):
        lines += ["", tail]
    return "\n".join(lines)


def stage_rows(status: Status) -> list[tuple[str, ...]]:
    """One row per stage of a frame: its name and its p50, p95, p99 in milliseconds."""
    return [(s.name, f"{s.p50_ms:.2f}", f"{s.p95_ms:.2f}", f"{s.p99_ms:.2f}") for s in status.stages]


def driver_rows(status: Status) -> list[tuple[str, ...]]:
    """One row per driver: source, layer, mode, weight, priority, age in seconds, owned channels."""
    return [
        (d.source, d.layer, d.mode, f"{d.weight:g}", str(d.priority), f"{d.age_s:.1f}", _owned(d))
        for d in status.drivers
    ]


def _head(status: Status) -> str:
    target = f"of {status.target_fps:g}" if status.target_fps else "uncapped"
    return "\n".join(
        (
            f"avatar   {printable(status.avatar)}, {status.size} x {status.size}",
            f"engine   {status.engine} on {status.provider}",
            f"frames   {status.fps:.1f} per second ({target}), {status.frames} in {status.uptime_s:.0f} s",
            f"to       {', '.join(status.publishers) or 'no publisher'}",
        )
    )


def _tail(status: Status) -> str:
    faces = [f"face     {_face(face)}" for face in status.faces]
    refused = [f"refused  {count} x {printable(reason)}" for reason, count in sorted(status.dropped.items())]
    return "\n".join([*faces, *refused, *(f"note     {printable(note)}" for note in status.notes)])


def _face(face: FaceStatus) -> str:
    """One face of several: its rate and where it listens, or why it is not there."""
    if face.failure:
        return f"{face.name}: {printable(face.failure)}"
    ports = {"control": face.control_port, "request": face.request_port, "frames": face.publish_port}
    ports |= {"osc": face.osc_port, "vmc": face.vmc_port, "panel": face.panel_port}
    opened = ", ".join(f"{use} {port}" for use, port in ports.items() if port)
    return f"{face.name}: {face.fps:.1f} per second, {opened}, stream {face.stream}"


def _driver_line(driver: DriverStatus) -> str:
    return (
        f"driver   {printable(driver.source)}: {driver.mode} {driver.layer}, weight {driver.weight:g}, priority "
        f"{driver.priority}, since {driver.age_s:.1f} s, owns {_owned(driver)}"
    )


def _owned(driver: DriverStatus) -> str:
    owned = ", ".join(driver.owned[:NAMES_SHOWN]) or "no channel now"
    if len(driver.owned) > NAMES_SHOWN:
        owned += f" and {len(driver.owned) - NAMES_SHOWN} more"
    return owned
