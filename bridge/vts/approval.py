"""Approval: decides whether a plugin may control the face, in place of VTube Studio's popup.

approve = approval("ask", say=print)
is_allowed = await approve(Plugin("My plugin", "Me"))
"""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable
from typing import Final

from bridge.vts.parameters import Plugin
from bridge.vts.vts_state import Approve

CHOICES: Final = ("ask", "auto", "never")
#: Without an answer the plugin is refused after this long; plugins themselves wait up to five minutes.
ASK_S: Final = 120.0
_YES: Final = ("y", "yes")


def approval(choice: str, *, say: Callable[[str], None]) -> Approve:
    """Return the function that decides about new plugins.

    Args:
        choice: one of `CHOICES`.
        say: called with a line of text for the user.
    """
    if choice == "ask" and sys.stdin is not None and sys.stdin.isatty():
        return TerminalApproval(say)

    async def decide(plugin: Plugin) -> bool:
        if choice == "auto":
            say(f"{plugin.name} by {plugin.developer}: may control the face from now on (--approve auto)")
            return True
        why = (
            "--approve never"
            if choice == "never"
            else "no user can be asked: standard input is not a terminal"
        )
        say(
            f"{plugin.name} by {plugin.developer}: refused ({why}); to allow it, start this again with "
            "--approve auto"
        )
        return False

    return decide


class TerminalApproval:
    """Asks the user in the terminal. A thread of its own reads the answers, so the server never blocks."""

    def __init__(self, say: Callable[[str], None], *, ask_s: float = ASK_S) -> None:
        self._say = say
        self._ask_s = ask_s
        self._answers: asyncio.Queue[str] | None = None

    async def __call__(self, plugin: Plugin) -> bool:
        """Ask whether the plugin may control the face; no answer within `ask_s` means no."""
        if self._answers is None:
            self._answers = asyncio.Queue()
            loop = asyncio.get_running_loop()
            threading.Thread(target=self._read, args=(loop, self._answers), daemon=True).start()
        while not self._answers.empty():
            self._answers.get_nowait()  # lines typed before the question was asked
        self._say(f"{plugin.name} by {plugin.developer} wants to control the face. Allow it? [y/N]")
        try:
            answer = await asyncio.wait_for(self._answers.get(), self._ask_s)
        except TimeoutError:
            answer = ""
        is_allowed = answer.strip().lower() in _YES
        self._say(f"{plugin.name}: {'allowed' if is_allowed else 'refused; it may ask again'}")
        return is_allowed

    @staticmethod
    def _read(loop: asyncio.AbstractEventLoop, answers: asyncio.Queue[str]) -> None:
        for line in sys.stdin:
            try:
                loop.call_soon_threadsafe(answers.put_nowait, line)
            except RuntimeError:
                return  # the loop has ended
