"""The program that the installer packs: `omote`, as one folder without Python.

    omote                    the window, as `omote app`
    omote run --fps 30       any command of omote
    omote -m bridge webcam   a module of ours, as `python -m` runs it

The runtime starts processes of its own as `python -m MODULE` (loading and making avatars, trackers); in a packed program
sys.executable is this file, so it does what Python does there.
"""

from __future__ import annotations

import multiprocessing
import runpy
import sys


def main() -> None:
    """Run a module, a line of Python, or a command of omote."""
    multiprocessing.freeze_support()
    arguments = sys.argv[1:]
    if len(arguments) >= 2 and arguments[0] == "-m":
        sys.argv = arguments[1:]
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
        return
    if len(arguments) >= 2 and arguments[0] == "-c":
        sys.argv = ["-c", *arguments[2:]]
        exec(compile(arguments[1], "<string>", "exec"), {"__name__": "__main__"})
        return
    from omote.__main__ import main as omote

    sys.exit(omote(arguments or ["app"]))


if __name__ == "__main__":
    main()
