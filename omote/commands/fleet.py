"""`omote fleet`: many faces on many machines, placed and kept alive by Ray.

omote fleet up kofi mio                            # one face of each, on the Ray that runs (ray start --head)
omote fleet up avatars/*.omote --count 20 --fps 30 --cpus 0.5
omote fleet up kofi --ray local                    # a Ray of its own on this machine, until Ctrl-C
omote fleet list
omote fleet status --watch
omote fleet where kofi
omote fleet wear kofi mio
omote fleet move kofi                              # the new process draws before readers are told
omote fleet page                                   # a page with all faces, for browsers on this machine
omote fleet stop kofi
omote fleet down

omote send --avatar kofi emotion happy=1           # and: omote watch --avatar kofi, omote-bridge webcam --to-avatar kofi
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from rich.text import Text

from cluster.ray_cluster import AUTO, LOCAL, need_ray
from omote.client import ControlClient, NoAnswerError
from omote.commands.run import add_face_options, config_overrides
from omote.fleet.errors import FleetError
from omote.fleet.face_spec import face_specs
from protocol.addresses import LOOPBACK
from protocol.errors import OmoteError
from protocol.fleet_place import DIRECTORY_PORT, read_fleet_place
from protocol.keys import read_client_key, read_token
from protocol.messages import Command, FaceStatus
from runtime.access.local_users import local_peers
from runtime.access.ports import bind_tcp
from runtime.config import load_config
from terminal.json_line import json_line
from terminal.live_table import LiveTable, table
from terminal.printable import printable

if TYPE_CHECKING:
    from omote.fleet.fleet import Fleet

FAILED: Final = 1
NO_FLEET: Final = "this user has no fleet; start one: omote fleet up kofi"
PAGE_PORT: Final = 8760
#: How long `up` waits until all faces draw: Ray starts a process of Python for each.
UP_S: Final = 120.0
WATCH_S: Final = 1.0
#: Settings that the fleet chooses itself, or that make no sense for a face on another machine.
OWN: Final = ("bind", "keys", "osc_allow", "panel_hosts", "ports", "allow_other_users", "hotkeys", "takes")
_HEAD: Final = ("FACE", "WEARS", "FPS", "LATENCY MS", "SENT MB/S", "AT", "NODE", "DRIVEN BY")


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `fleet` and its sub-commands."""
    parser = subparsers.add_parser(
        "fleet",
        help="many faces on many machines, by Ray",
        description="Many faces on many machines: Ray places them, and starts them again where one is lost.",
        epilog="docs/fleet.md says how a cluster is made, and what it costs",
    )
    verbs = parser.add_subparsers(
        dest="verb", required=True, metavar="up|list|status|page|where|wear|move|stop|down"
    )
    up = verbs.add_parser(
        "up", help="start faces", argument_default=argparse.SUPPRESS,
        description="Start faces, each in a process of its own. Returns when all draw; with --ray local it runs until "
        "Ctrl-C, because that Ray ends with it.",
    )  # fmt: skip
    up.add_argument(
        "wanted", nargs="+", metavar="AVATAR", help="a name, folder or .omote file, or NAME=AVATAR"
    )
    up.add_argument(
        "--count", type=int, default=None, metavar="N", help="faces in all (default: one of each)"
    )
    up.add_argument(
        "--ray", default=AUTO, metavar="auto|local|HOST:PORT",
        help="the Ray that runs on this machine, one of its own, or by its address (default: auto)",
    )  # fmt: skip
    up.add_argument("--cpus", type=float, default=0.5, help="cores set aside for a face (default: 0.5)")
    up.add_argument("--gpus", type=float, default=0.0, help="share of a graphics card (default: 0)")
    up.add_argument(
        "--together", action="store_true", default=False, help="on as few machines as they fit on"
    )
    up.add_argument(
        "--directory-port",
        type=int,
        default=DIRECTORY_PORT,
        help=f"of the directory (default: {DIRECTORY_PORT})",
    )
    add_face_options(up.add_argument_group("options of omote run, for every face"))
    listed = verbs.add_parser("list", help="the faces, a line each")
    status = verbs.add_parser("status", help="how the faces are")
    status.add_argument("--watch", action="store_true", help="repeat once a second until Ctrl-C")
    for each in (listed, status):
        each.add_argument("--json", action="store_true", help="for scripts")
    page = verbs.add_parser("page", help="a page with all faces, for browsers on this machine")
    page.add_argument(
        "--page-port", type=int, default=PAGE_PORT, help=f"0 = any free one (default: {PAGE_PORT})"
    )
    for verb, text in (("where", "where a face listens"), ("stop", "end a face")):
        verbs.add_parser(verb, help=text).add_argument("name")
    wear = verbs.add_parser("wear", help="let a face wear another avatar")
    wear.add_argument("name")
    wear.add_argument("avatar", help="a name, a folder or an .omote file")
    move = verbs.add_parser("move", help="move a face to another machine")
    move.add_argument("name")
    move.add_argument(
        "--node", default="", help="address, name or id of a node (default: where there is room)"
    )
    verbs.add_parser("down", help="end the fleet")


def run(args: argparse.Namespace) -> int:
    """Run the sub-command; returns 0 when done, 1 on failure."""
    verbs: dict[str, Callable[[argparse.Namespace], int]] = {
        "up": _up, "list": _list, "status": _status, "page": _page, "where": _where, "wear": _wear, "move": _move,
        "stop": _stop, "down": _down,
    }  # fmt: skip
    try:
        return verbs[args.verb](args)
    except KeyboardInterrupt:
        return 0
    except (OmoteError, OSError) as error:
        print(f"omote fleet {args.verb}: {error}", file=sys.stderr)
        return FAILED


def _up(args: argparse.Namespace) -> int:
    specs = face_specs(
        args.wanted, count=args.count, settings=_settings(vars(args)), cpus=args.cpus, gpus=args.gpus
    )
    is_local = args.ray == LOCAL
    need_ray(is_begun=is_local)
    from omote.fleet.fleet import Fleet
    from omote.fleet.keeper_actor import FleetPlan

    plan = FleetPlan(is_local=is_local, port=args.directory_port)
    with Fleet.begin(args.ray, plan, cpus=None) as fleet:
        fleet.up(specs, together=args.together)
        faces = fleet.wait(UP_S, progress=_Progress(len(specs)))
        for face in faces:
            print(_line(face))
        lost = [face for face in faces if face.failure]
        if lost:
            print(f"omote fleet up: {len(lost)} of {len(faces)} faces do not draw yet", file=sys.stderr)
        for note in _notes(specs[0].settings, fleet.niceness()):
            print(note)
        name = faces[0].name
        print(
            f"Drive one: omote send --avatar {name} emotion happy=1, omote-bridge webcam --to-avatar {name}"
        )
        print("Ctrl-C ends all." if is_local else "They go on: omote fleet status --watch, omote fleet down")
        sys.stdout.flush()
        if is_local:
            _stay(fleet)
        return FAILED if lost else 0


def _notes(settings: dict[str, Any], niceness: int) -> list[str]:
    """What the user of a fleet should know."""
    notes = []
    if niceness > 0:
        notes.append(
            f"Ray gives its programs, and so each face, niceness {niceness}: a busy machine serves others first. To change "
            "that, start Ray with the --system-config of docs/fleet.md"
        )
    if "ndi" in settings.get("publish", ()):
        notes.append("NDI has no password: anyone in the local network of these machines can see the faces")
    return notes


def _stay(fleet: Fleet) -> None:
    """Until Ctrl-C, or until `omote fleet down` has ended the fleet."""
    try:
        while read_fleet_place() is not None:
            time.sleep(WATCH_S)
    except KeyboardInterrupt:
        fleet.down()


def _settings(given: dict[str, Any]) -> dict[str, Any]:
    """The settings of every face, checked here, where their user sees what is wrong.

    Raises:
        ConfigError: one cannot be used.
        FleetError: one is not for a fleet.
    """
    if "config" in given:
        raise FleetError("--config: a fleet has no file of settings yet; give its settings as options")
    over = config_overrides(given)
    if given.get("no_panel"):
        over["publish"] = tuple(one for one in over.get("publish", ("shm", "zeromq")) if one != "browser")
        del over["ports"]
    if wrong := [name for name in OWN if name in over]:
        raise FleetError(f"--{wrong[0].replace('_', '-')} is the fleet's own affair; leave it out")
    load_config(None, over)
    return over


def _list(args: argparse.Namespace) -> int:
    for face in directory_faces():
        print(json_line(face) if args.json else _line(face))
    return 0


def _status(args: argparse.Namespace) -> int:
    if args.watch and not args.json and sys.stdout.isatty():
        with LiveTable(sys.stdout) as live:
            while True:
                faces = directory_faces()
                live.show(table(_HEAD, [_row(face) for face in faces], right=(2, 3, 4)), Text(_sum(faces)))
                time.sleep(WATCH_S)
    while True:
        faces = directory_faces()
        if args.json:
            print(json_line(faces), flush=True)
        else:
            for face in faces:
                print(_line(face))
            print(_sum(faces), flush=True)
        if not args.watch:
            return 0
        time.sleep(WATCH_S)


def _page(args: argparse.Namespace) -> int:
    place = read_fleet_place()
    if place is None:
        raise FleetError(NO_FLEET)
    from omote.fleet_page.page_server import PageServer

    server = PageServer(
        directory_faces,
        key=None if place.key is None else read_client_key(place.key),
        token="" if place.key is None else read_token(place.key.parent) or "",
        peers=local_peers(),
    )
    bound = bind_tcp(args.page_port, "page", LOOPBACK)
    print(f"http://{LOOPBACK}:{bound.getsockname()[1]}/  (Ctrl-C ends it)", flush=True)

    async def serve() -> None:
        await server.start(bound)
        try:
            await asyncio.Event().wait()
        finally:
            await server.stop()

    asyncio.run(serve())
    return 0


def _where(args: argparse.Namespace) -> int:
    faces = directory_faces()
    face = next((face for face in faces if face.name == args.name), None)
    if face is None:
        known = ", ".join(one.name for one in faces) or "none"
        raise FleetError(f"the fleet has no face {args.name!r:.80}; there are: {known}")
    print(_line(face))
    return FAILED if face.failure else 0


def _wear(args: argparse.Namespace) -> int:
    with _found() as fleet:
        reply = fleet.wear(args.name, args.avatar)
    print(reply.message, file=sys.stdout if reply.ok else sys.stderr)
    return 0 if reply.ok else FAILED


def _move(args: argparse.Namespace) -> int:
    with _found() as fleet:
        print(_line(fleet.move(args.name, args.node)))
    return 0


def _stop(args: argparse.Namespace) -> int:
    with _found() as fleet:
        fleet.stop(args.name)
    return 0


def _down(args: argparse.Namespace) -> int:
    with _found() as fleet:
        fleet.down()
    return 0


def _found() -> Fleet:
    place = read_fleet_place()
    need_ray(is_begun=place is not None and place.is_of_own_ray)
    from omote.fleet.fleet import Fleet

    return Fleet.found()


def directory_faces() -> list[FaceStatus]:
    """What the directory of this user's fleet says; needs no Ray.

    Raises:
        FleetError: there is no fleet, or it does not answer.
    """
    place = read_fleet_place()
    if place is None:
        raise FleetError(NO_FLEET)
    key = None if place.key is None else read_client_key(place.key)
    try:
        with ControlClient(host=place.host, request_port=place.port, key=key) as client:
            status = client.request(Command(name="status")).status
    except NoAnswerError as error:
        raise FleetError(
            f"the fleet's directory does not answer at {place.host}:{place.port}; is Ray there (ray status)? Otherwise "
            "start the fleet again: omote fleet up"
        ) from error
    return [] if status is None else status.faces


class _Progress:
    """Says how many faces draw, when that changes."""

    def __init__(self, count: int) -> None:
        self._count, self._said = count, -1

    def __call__(self, faces: list[FaceStatus]) -> None:
        drawn = sum(not face.failure for face in faces)
        if drawn != self._said:
            self._said = drawn
            print(f"{drawn} of {len(faces)} faces draw", file=sys.stderr, flush=True)


def _line(face: FaceStatus) -> str:
    """One face, for people."""
    if face.failure:
        return f"{face.name}: NOT HERE: {printable(face.failure)}"
    driven = f", driven by {printable(', '.join(face.drivers))}" if face.drivers else ""
    ports = {"control": face.control_port, "request": face.request_port, "frames": face.publish_port}
    opened = ", ".join(f"{use} {port}" for use, port in (ports | {"panel": face.panel_port}).items() if port)
    rates = f"{face.fps:.1f} per second, {face.latency_ms:.1f} ms, {face.sent_bytes_s / 1e6:.1f} MB/s"
    return f"{face.name}: {printable(face.worn)}, {rates}, {_at(face)} {opened}{driven}"


def _row(face: FaceStatus) -> tuple[str, ...]:
    if face.failure:
        return face.name, "NOT HERE", "", "", "", "", face.node[:8], printable(face.failure)
    return (
        face.name, printable(face.worn), f"{face.fps:.1f}", f"{face.latency_ms:.1f}",
        f"{face.sent_bytes_s / 1e6:.1f}", f"{_at(face)}:{face.request_port}", face.node[:8],
        printable(", ".join(face.drivers)),
    )  # fmt: skip


def _at(face: FaceStatus) -> str:
    return face.host or "this machine"


def _sum(faces: list[FaceStatus]) -> str:
    there = [face for face in faces if not face.failure]
    sent = sum(face.sent_bytes_s for face in there) / 1e6
    nodes = len({face.node for face in there})
    on = f"{nodes} node{'s' if nodes != 1 else ''}"
    return f"{len(there)} of {len(faces)} faces draw on {on}, {sent:.1f} MB sent a second"
