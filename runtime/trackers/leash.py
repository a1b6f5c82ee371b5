"""A program of ours that ends with the program that started it: `python -m runtime.trackers.leash MODULE ARGUMENT...`.

It runs a module as `python -m MODULE` does, and stops it as Ctrl-C would when standard input ends: when the runtime closes
it, and also when the runtime was killed, which leaves no time to tell anyone.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading
import time
from contextlib import suppress
from typing import Final

#: How long the module has to finish after its input has ended.
GRACE_S: Final = 2.0


def main() -> None:
    """Run the module named on the command line until it ends, or until standard input does."""
    module, *arguments = sys.argv[1:]
    threading.Thread(target=_stop_with_input, name="omote-leash", daemon=True).start()
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _stop_with_input() -> None:
    with suppress(OSError, ValueError):
        while os.read(0, 4096):
            pass
    with suppress(OSError, ValueError):
        if hasattr(signal, "pthread_kill"):  # wakes the main thread from what it waits for
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)
        else:  # Windows
            signal.raise_signal(signal.SIGTERM)
    time.sleep(GRACE_S)
    os._exit(1)


if __name__ == "__main__":
    main()
