"""`omote run`: starts the runtime and runs it until Ctrl-C.

omote run                                   # the default avatar and its performance
omote run --avatar kofi                     # another built-in avatar
omote run --avatar me --fps 60 --size 512     # one of omote avatar list, or a folder
omote run --config omote.toml --no-panel
omote run --publish shm,zeromq,browser,ndi  # any of them; one that cannot work here says why
"""

from __future__ import annotations

import argparse
import logging
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Final, get_args, get_type_hints

from face.avatar import RESTS
from inference.providers import PROVIDERS
from protocol.errors import OmoteError
from protocol.keys import keys_folder
from runtime.access.bind import EVERY_ADDRESS_AND_FAMILY
from runtime.avatars.builtin import DEFAULT
from runtime.avatars.shelf import Shelf
from runtime.backgrounds.background import HELP
from runtime.config import CHOICES, Ports, RunConfig, load_config
from runtime.engines import AUTO, ENGINES
from runtime.publishers.selection import PUBLISHERS
from runtime.publishers.settings import ZeroMqSettings
from runtime.trackers.tracker_desk import TrackerKit
from runtime.trackers.tracker_wish import Kind

logger = logging.getLogger(__name__)

#: Options of the table [neural].
NEURAL: Final = (
    "providers",
    "model",
    "weights",
    "cpu_share",
    "gpu_share",
    "steps",
    "guidance",
    "guidance_schedule",
)
#: The program that makes avatars for the panel.
MAKER: Final = (sys.executable, "-m", "authoring.making_process")
#: The trackers that the panel can start: modules with their arguments.
TRACKERS: Final[dict[Kind, tuple[str, ...]]] = {
    "webcam": ("bridge", "webcam"),
    "browser": ("bridge", "browser"),
    "microphone": ("bridge", "microphone"),
    "network": ("bridge", "auto"),
}
#: What makes a command line of a tracker one that calibrates it: after the module, before the tracker's own arguments.
CALIBRATE: Final = ("calibrate", "--json", "--add")
FAILED = 1
UNUSABLE = 2


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `run` and its options."""
    parser = subparsers.add_parser(
        "run",
        help="start the runtime",
        description="Start the runtime.",
        epilog="omote config --init writes a file with every setting; docs/config.md lists them",
        argument_default=argparse.SUPPRESS,
    )
    add_run_options(parser)


def add_run_options(parser: argparse.ArgumentParser | argparse._ArgumentGroup) -> None:
    """Add the options that override settings; options that are not given leave no attribute."""
    defaults = RunConfig()
    parser.add_argument(
        "--avatar",
        metavar="FOLDER|NAME",
        help=f"the avatar: a folder, or a name of omote avatar list (default: {DEFAULT})",
    )
    parser.add_argument(
        "--avatars",
        metavar="FOLDER",
        help=f"this project's avatars, found by name beside your own (default: {defaults.avatars})",
    )
    parser.add_argument(
        "--stream",
        metavar="NAME",
        help=f"the picture's name in shared memory, NDI, Spout, Syphon (default: {defaults.stream})",
    )
    add_face_options(parser)


def add_face_options(parser: argparse.ArgumentParser | argparse._ArgumentGroup) -> None:
    """Add the options that also each of several faces has."""
    defaults = RunConfig()
    parser.add_argument("--config", metavar="FILE", help="a TOML file; options override it")
    parser.add_argument(
        "--fps", type=float, help=f"frames per second, 0 = uncapped (default: {defaults.fps:g})"
    )
    parser.add_argument("--size", type=int, help=f"side of the picture (default: {defaults.size} pixels)")
    parser.add_argument(
        "--engine",
        choices=(AUTO, *ENGINES),
        help="default: auto, the avatar's own, retouched where that keeps the frame rate",
    )
    parser.add_argument(
        "--providers",
        type=name_list,
        metavar="A,B",
        help=f"what runs neural networks, best first: {', '.join(PROVIDERS)} (default: auto, all of them)",
    )
    parser.add_argument(
        "--model", metavar="FOLDER", help="another network for the retouch engine, or one for diffusion"
    )
    parser.add_argument(
        "--steps",
        type=int,
        metavar="N",
        help="steps of the diffusion or the retouch engine for a picture (default: 2, and 1)",
    )
    parser.add_argument(
        "--guidance",
        type=float,
        metavar="WEIGHT",
        help="how far the diffusion engine moves away from what it draws without its conditions; twice the work (default: "
        "1, not at all)",
    )
    parser.add_argument(
        "--guidance-schedule",
        choices=CHOICES["neural.guidance_schedule"],
        help="constant: through all steps; progressive: the expression comes after the pose (default: constant)",
    )
    parser.add_argument(
        "--weights",
        metavar="DIR",
        help="the folder of networks of others; omote weights says what is looked for",
    )
    for unit in ("cpu", "gpu"):
        parser.add_argument(
            f"--{unit}-share",
            type=float,
            metavar="S",
            help=f"largest share of a frame's time for drawing, 0.05 to 1, where the {unit.upper()} runs the network; "
            "the rest is left to a game (default: 1)",
        )
    parser.add_argument(
        "--background",
        metavar="KIND|COLOUR|PICTURE",
        help=f"what is behind the face: {HELP} (default: the avatar's own)",
    )
    parser.add_argument(
        "--rest",
        choices=RESTS,
        help="what a driver at rest shows: the face as in its portrait, or one without expression that looks into the "
        "camera (default: the avatar's own)",
    )
    parser.add_argument(
        "--performance",
        metavar="builtin|FILE|none",
        help="motion to play while no driver is connected (default: builtin with a built-in avatar, else none)",
    )
    parser.add_argument(
        "--takes", metavar="FOLDER", help=f"the folder where takes are recorded (default: {defaults.takes})"
    )
    parser.add_argument(
        "--publish",
        type=name_list,
        metavar="A,B",
        help=f"where frames go: {', '.join(PUBLISHERS)}, or none (default: {','.join(defaults.publish)})",
    )
    parser.add_argument(
        "--zeromq-encoding",
        choices=get_args(get_type_hints(ZeroMqSettings)["encoding"]),
        help=f"how frames are compressed for ZeroMQ (default: {defaults.zeromq.encoding})",
    )
    parser.add_argument("--no-panel", action="store_true", help="do not serve the panel")
    parser.add_argument("--strict", action="store_true", help="stop at the first failure of a publisher")
    parser.add_argument(
        "--bind",
        metavar="ADDRESS",
        help=f"the address at which other machines reach it, with keys: omote keys (default: {defaults.bind})",
    )
    parser.add_argument("--keys", metavar="FOLDER", help=f"default: {keys_folder()}")
    parser.add_argument(
        "--osc-allow", type=name_list, metavar="A,B", help="with --bind: machines that may send OSC and VMC"
    )
    parser.add_argument(
        "--allow-other-users",
        action="store_true",
        help="let the programs of every user of this machine connect; without, only yours and root's (Linux)",
    )
    parser.add_argument(
        "--panel-hosts",
        type=name_list,
        metavar="A,B",
        help="host names of this machine that browsers may use",
    )
    for one in fields(Ports):
        default = getattr(defaults.ports, one.name)
        parser.add_argument(
            f"--{one.name}-port",
            type=_port,
            metavar="PORT",
            help=f"{default}; 0 = any free port, none = closed",
        )


def run(args: argparse.Namespace) -> int:
    """Run until stopped; returns 0 after a requested stop, 1 on a failure, 2 when it could not start."""
    try:
        config = config_from(vars(args))
    except OmoteError as error:
        print(f"omote run: {error}", file=sys.stderr)
        return UNUSABLE
    return run_faces("omote run", config)


def run_faces(command: str, config: RunConfig | Mapping[str, RunConfig]) -> int:
    """Run one face or several until stopped; returns as `run`.

    Args:
        command: for messages.
        config: as of `Runtime`.
    """
    from bridge.devices.page_secret import camera_page
    from bridge.ports.own_addresses import own_addresses
    from runtime.runtime import Runtime  # imports sockets and the engine

    try:
        kit = TrackerKit(
            programs=TRACKERS,
            addresses=own_addresses,
            camera_page=camera_page,
            calibrate=CALIBRATE,
            calibrations=Shelf().user / ".calibrations",
        )
        runtime = Runtime(config, maker=MAKER, trackers=kit, exporters=EXPORTERS)
    except OmoteError as error:
        print(f"{command}: {error}", file=sys.stderr)
        return UNUSABLE
    with runtime:
        stop_on_signals(runtime.loop.stop)
        ipv6 = own_addresses(ipv6=True) if runtime.bind.host == EVERY_ADDRESS_AND_FAMILY else []
        for line in runtime.summary([*own_addresses(), *ipv6]):
            print(line, flush=True)
        try:
            runtime.run()
        except OmoteError as error:
            print(f"{command}: {error}", file=sys.stderr)
            return FAILED
    return 0


def config_from(given: dict[str, Any]) -> RunConfig:
    """The settings: the defaults, under the file of --config, under the given options.

    Raises:
        ConfigError: the file or an option cannot be used.
    """
    return load_config(Path(given["config"]) if "config" in given else None, config_overrides(given))


def config_overrides(given: dict[str, Any]) -> dict[str, Any]:
    """The given options as nested tables, like the TOML file."""
    over = {one.name: given[one.name] for one in fields(RunConfig) if one.name in given}
    ports = {one.name: given[f"{one.name}_port"] for one in fields(Ports) if f"{one.name}_port" in given}
    if given.get("no_panel"):
        ports["panel"] = "none"
    if over.get("publish") == ("none",):
        over["publish"] = ()
    if "zeromq_encoding" in given:
        over["zeromq"] = {"encoding": given["zeromq_encoding"]}
    neural = {name: given[name] for name in NEURAL if name in given}
    if neural:
        over["neural"] = neural
    return over | ({"ports": ports} if ports else {})


def name_list(text: str) -> tuple[str, ...]:
    """Read "a,b" as ("a", "b")."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _port(text: str) -> int | str:
    if text == "none":
        return text
    try:
        return int(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is neither a port nor none") from error


def stop_on_signals(stop: Callable[[], None]) -> None:
    """Ctrl-C, Ctrl-Break (Windows) and SIGTERM end the loop after the current frame; a second one ends the process."""
    names = [name for name in ("SIGINT", "SIGTERM", "SIGBREAK") if hasattr(signal, name)]
    numbers = [getattr(signal, name) for name in names]

    def on_signal(number: int, frame: object) -> None:
        for each in numbers:
            signal.signal(each, signal.SIG_DFL)
        stop()

    for number in numbers:
        signal.signal(number, on_signal)


def _export_csv(take: Path, target: Path) -> None:
    """Write a take as the CSV of Live Link Face, for the panel.

    Raises:
        OmoteError: it has no face, or cannot be read.
    """
    from bridge.takes.csv_export import export_csv

    export_csv(take, target)


def _export_bvh(take: Path, target: Path) -> None:
    """Write the head and eyes of a take as BVH, for the panel.

    Raises:
        OmoteError: nothing in it moves the head, or it cannot be read.
    """
    from bridge.takes.bvh_export import export_bvh

    export_bvh(take, target)


#: Ending of a file -> what writes a take as one, for the panel.
EXPORTERS: Final = {".csv": _export_csv, ".bvh": _export_bvh}
