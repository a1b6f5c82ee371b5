"""RuntimeProcess: `omote run` as a process of its own, which ends with this one; and the panel of one that runs already.

process = RuntimeProcess(["--fps", "30"])
process.panel_url()          # http://127.0.0.1:8770/
process.close()
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from protocol.addresses import LOOPBACK
from protocol.frames.frame_header import FRAME_TOPIC

#: `omote run` writes this before the panel's address.
_PANEL: Final = "panel "
#: Longest wait for a runtime that stops: it finishes a take and closes its ports.
CLOSE_S: Final = 5.0
ASK_S: Final = 2.0
MAX_LINES: Final = 12


class RuntimeProcess:
    """Any thread.

    Args:
        arguments: options of `omote run`.

    Raises:
        OSError: the process cannot be started.
    """

    def __init__(self, arguments: Sequence[str]) -> None:
        self._errors: deque[str] = deque(maxlen=MAX_LINES)
        self._url = ""
        self._is_said = threading.Event()  # the address is known, or there will be none
        self._process = subprocess.Popen(
            # the leash stops it when this process ends, however that ends
            [sys.executable, "-m", "runtime.trackers.leash", "omote", "run", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
            env=os.environ | {"PYTHONUTF8": "1"},
        )
        assert self._process.stdout is not None
        assert self._process.stderr is not None
        self._threads = [
            threading.Thread(target=self._read_output, args=(self._process.stdout,), daemon=True),
            threading.Thread(target=self._read_errors, args=(self._process.stderr,), daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def panel_url(self) -> str:
        """The panel's address with its token, as soon as the runtime is open; "" = it has ended, or has no panel."""
        self._is_said.wait()
        return self._url

    @property
    def is_running(self) -> bool:
        """Whether it runs."""
        return self._process.poll() is None

    @property
    def last_words(self) -> str:
        """What it said last on standard error, for its user."""
        for thread in self._threads:
            if not self.is_running:
                thread.join(CLOSE_S)
        return "\n".join(self._errors)

    def wait(self) -> int:
        """Wait until it ends; returns its exit code."""
        return self._process.wait()

    def close(self) -> None:
        """Let it finish and end; may be called twice."""
        if self._process.stdin is not None:
            with suppress(OSError):
                self._process.stdin.close()
        try:
            self._process.wait(CLOSE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for thread in self._threads:
            thread.join(CLOSE_S)
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()

    def _read_output(self, lines: Sequence[str]) -> None:
        for line in lines:
            if line.startswith(_PANEL) and not self._url:
                self._url = line.removeprefix(_PANEL).strip().partition(", ")[0]
            if line.startswith("Ctrl-C"):  # the last line of the summary
                self._is_said.set()
        self._is_said.set()

    def _read_errors(self, lines: Sequence[str]) -> None:
        for line in lines:
            self._errors.append(line.rstrip())
            print(line, end="", file=sys.stderr, flush=True)


def running_panel(port: int) -> str:
    """The address of the panel that runs on this machine already; "" = there is none that needs no token.

    Args:
        port: of the panel.
    """
    url = f"http://{LOOPBACK}:{port}/"
    direct = urllib.request.build_opener(
        urllib.request.ProxyHandler({})
    )  # a proxy does not know this machine
    try:
        with direct.open(url + "channels.json", timeout=ASK_S) as answer:
            table = json.loads(answer.read(1 << 20))
    except (OSError, ValueError, urllib.error.URLError):
        return ""
    is_omote = isinstance(table, dict) and table.get("frame_magic") == FRAME_TOPIC.decode()
    return url if is_omote else ""
