"""`omote-bridge`: sends a tracker's measurements to the runtime.

omote-bridge webcam
omote-bridge video clip.mp4 --loop --layers pose,expression
omote-bridge auto
omote-bridge ifacialmocap --phone 192.168.1.20 --bind 0.0.0.0
"""

from __future__ import annotations

import argparse
import signal
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import Final

from protocol.errors import OmoteError
from terminal.console import prepare_console
from terminal.version import add_version

EXIT_ERROR = 1

#: Sub-command -> module with `add_parser(subparsers)` and `run(options) -> int`, imported only when it is used.
#: A module may add several sub-commands; a module that is not installed is left out.
COMMANDS: Final = {
    "webcam": "bridge.commands.webcam",
    "browser": "bridge.commands.browser",
    "video": "bridge.commands.video",
    "auto": "bridge.commands.auto",
    "vmc": "bridge.commands.network_trackers",
    "ifacialmocap": "bridge.commands.network_trackers",
    "facemotion3d": "bridge.commands.network_trackers",
    "vts-phone": "bridge.commands.network_trackers",
    "meowface": "bridge.commands.network_trackers",
    "livelink": "bridge.commands.network_trackers",
    "openseeface": "bridge.commands.network_trackers",
    "vrcft": "bridge.commands.network_trackers",
    "facecap": "bridge.commands.network_trackers",
    "audio2face": "bridge.commands.network_trackers",
    "vts-server": "bridge.commands.vts_server",
    "calibrate": "bridge.commands.calibrate",
    "record": "bridge.commands.record",
    "replay": "bridge.commands.replay",
    "import": "bridge.commands.import_take",
    "export": "bridge.commands.export_take",
    "forward": "bridge.commands.forward",
    "midi": "bridge.commands.midi",
    "gamepad": "bridge.commands.gamepad",
    "microphone": "bridge.commands.microphone",
    "voice": "bridge.commands.voice",
}


def main(arguments: list[str] | None = None) -> int:
    """Parse and run one command.

    Args:
        arguments: without the program's name; None = those of the command line.

    Returns:
        The exit code: 0 when the source ended or was stopped, 1 when it could not be used.
    """
    prepare_console()
    given = sys.argv[1:] if arguments is None else arguments
    options = build_parser(given[0] if given else "").parse_args(given)
    # SIGTERM interrupts until a command installs its own handler: loading a model cannot be stopped otherwise.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        code: int = import_module(COMMANDS[options.command]).run(options)
    except KeyboardInterrupt:
        return 0
    except OmoteError as error:
        print(f"omote-bridge: {error}", file=sys.stderr)
        return EXIT_ERROR
    return code


def build_parser(named: str = "") -> argparse.ArgumentParser:
    """Build the command line's parser.

    Args:
        named: the sub-command that will be parsed; only its module is imported. "" or an unknown one imports all.
    """
    parser = argparse.ArgumentParser(
        prog="omote-bridge",
        description="Let a tracker drive the runtime that `omote run` starts.",
    )
    add_version(parser)
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="TRACKER")
    modules = [COMMANDS[named]] if named in COMMANDS else list(dict.fromkeys(COMMANDS.values()))
    for module in modules:
        if find_spec(module) is not None:
            import_module(module).add_parser(subparsers)
    return parser


if __name__ == "__main__":
    sys.exit(main())
