"""What every command does on the console: print lines for the user, and stop on Ctrl-C.

stop = threading.Event()
on_stop_signal(stop.set)
say("tracking; Ctrl-C stops")
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable

from terminal.printable import printable


def say(line: str) -> None:
    """Print one line for the user on standard error; standard output is for results. Names from outside cannot drive the
    terminal or look like lines of ours."""
    print(printable(line), file=sys.stderr, flush=True)


def on_stop_signal(stop: Callable[[], object]) -> None:
    """From now on call `stop` on Ctrl-C (SIGINT) and SIGTERM, instead of interrupting the program."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop())
