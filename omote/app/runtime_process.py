"""RuntimeProcess: `omote run` as a process of its own, which ends with this one; and the panel of one that runs already.

process = RuntimeProcess(["--fps", "30"])
process.panel_url()          # http://127.0.0.1:8770/
process.close()
"""

from __future__ import annotations

import json
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Final

from omote.leashed_process import LeashedProcess
from protocol.addresses import LOOPBACK
from protocol.frames.frame_header import FRAME_TOPIC

#: `omote run` writes this before the panel's address.
_PANEL: Final = "panel "
ASK_S: Final = 2.0


class RuntimeProcess:
    """Any thread.

    Args:
        arguments: options of `omote run`.

    Raises:
        OSError: the process cannot be started.
    """

    def __init__(self, arguments: Sequence[str]) -> None:
        self._url = ""
        self._is_said = threading.Event()  # the address is known, or there will be none
        self._leashed = LeashedProcess(
            ["omote", "run", *arguments],
            on_output=self._find_url,
            on_error=lambda line: print(line, end="", file=sys.stderr, flush=True),
            on_end=self._is_said.set,
        )
        self._process = self._leashed.process

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
        return self._leashed.last_words

    def wait(self) -> int:
        """Wait until it ends; returns its exit code."""
        return self._process.wait()

    def close(self) -> None:
        """Let it finish and end; may be called twice."""
        self._leashed.close()

    def _find_url(self, line: str) -> None:
        if line.startswith(_PANEL) and not self._url:
            self._url = line.removeprefix(_PANEL).strip().partition(", ")[0]
        if line.startswith("Ctrl-C"):  # the last line of the summary
            self._is_said.set()


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
