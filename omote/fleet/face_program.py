"""One face of a fleet as a process: `python -m omote.fleet.face_program SETTINGS`.

SETTINGS is a table of the runtime's settings in JSON. The first line of the output is a `FaceStatus` in JSON: where it
listens. SIGTERM ends it after the current frame.
"""

from __future__ import annotations

import json
import logging
import sys

from omote.commands.run import FAILED, UNUSABLE, stop_on_signals
from protocol.errors import OmoteError
from runtime.config import load_config
from runtime.runtime import Runtime
from terminal.console import prepare_console
from terminal.json_line import json_line


def main() -> int:
    """Run until stopped; returns as `omote run`."""
    prepare_console(level=logging.WARNING, log_format="%(levelname)s %(message)s")
    try:
        runtime = Runtime(load_config(None, json.loads(sys.argv[1])))
    except OmoteError as error:
        print(error, file=sys.stderr)
        return UNUSABLE
    with runtime:
        stop_on_signals(runtime.loop.stop)
        print(json_line(runtime.hosted[0].status()), flush=True)
        try:
            runtime.run()
        except OmoteError as error:
            print(error, file=sys.stderr)
            return FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main())
