"""CommandHandler: executes every command and answers it, between two frames."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Final

import msgspec

from protocol.errors import OmoteError
from protocol.messages import Command, Reply, Status
from runtime.avatars.shelf import Shelf
from runtime.avatars.slot import AvatarSlot
from runtime.control.control import Control
from runtime.intake.inbox import PendingCommand
from runtime.takes.desk import TAKE_COMMANDS, TakeDesk

logger = logging.getLogger(__name__)


class CommandHandler:
    """Belongs to the loop's thread.

    Args:
        control: the drivers, for "recenter" and "release".
        slot: for "load_avatar".
        takes: for `TAKE_COMMANDS`.
        status: returns the Status now.
        shelf: the avatars by name, for "load_avatar"; None = `Shelf()`.
    """

    def __init__(
        self,
        control: Control,
        slot: AvatarSlot,
        takes: TakeDesk,
        status: Callable[[], Status],
        shelf: Shelf | None = None,
    ) -> None:
        self._control = control
        self._slot = slot
        self._takes = takes
        self._status = status
        self._shelf = shelf or Shelf()
        self._handlers: Final[dict[str, Callable[[str], Reply]]] = {
            "ping": lambda _: Reply(ok=True),
            "status": lambda _: Reply(ok=True, status=self._status()),
            "load_avatar": self._load_avatar,
            "recenter": self._recenter,
            "release": self._release,
            "stop": lambda _: Reply(ok=True, message="the runtime stops"),
        }

    def answer(self, pending: PendingCommand) -> bool:
        """Execute a command and answer it. True: the command was "stop"."""
        command = pending.command
        try:
            reply = self._execute(command)
        except OmoteError as error:
            logger.warning("%s: %s", command.name, error)
            reply = Reply(ok=False, request_id=command.request_id, message=str(error))
        pending.answer(reply)
        return command.name == "stop"

    def _execute(self, command: Command) -> Reply:
        if command.name in TAKE_COMMANDS:
            return self._takes.do(command)
        reply = self._handlers[command.name](command.argument)
        return msgspec.structs.replace(reply, request_id=command.request_id)

    def _load_avatar(self, name: str) -> Reply:
        self._slot.load(self._shelf.resolve(name) if name else None)
        message = f"{self._slot.avatar.name} is loaded; the {self._slot.engine.name} engine draws it"
        logger.info("%s", message)
        return Reply(ok=True, message=message)

    def _recenter(self, source: str) -> Reply:
        count = self._control.recenter(source)
        if count == 0:
            who = f"{source!r} drives neither pose nor gaze" if source else "no source drives pose or gaze"
            return Reply(ok=False, message=f"{who} now; nothing was recentred")
        return Reply(ok=True, message=f"recentred {count} layers")

    def _release(self, source: str) -> Reply:
        count = self._control.release(source)
        if count == 0:
            return Reply(ok=False, message=f"no driver is called {source!r}")
        return Reply(ok=True, message=f"{source!r} released {count} layers")
