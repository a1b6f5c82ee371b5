"""CommandHandler: answers every command, between two frames."""

from __future__ import annotations

import logging
from collections.abc import Callable

from protocol.errors import OmoteError
from protocol.messages import Command, Reply, Status
from runtime.avatars.builtin import resolve_avatar
from runtime.avatars.slot import AvatarSlot
from runtime.control.control import Control
from runtime.intake.inbox import PendingCommand
from runtime.takes.desk import TAKE_COMMANDS, TakeDesk

logger = logging.getLogger(__name__)


class CommandHandler:
    """Belongs to the loop's thread.

    Args:
        status: makes a Status of this moment.
    """

    def __init__(
        self, control: Control, slot: AvatarSlot, takes: TakeDesk, status: Callable[[], Status]
    ) -> None:
        self._control = control
        self._slot = slot
        self._takes = takes
        self._status = status

    def answer(self, pending: PendingCommand) -> bool:
        """Do what a command asks and answer it. True: the runtime is to stop."""
        command = pending.command
        try:
            reply = self._do(command)
        except OmoteError as error:
            logger.warning("%s: %s", command.name, error)
            reply = Reply(ok=False, request_id=command.request_id, message=str(error))
        pending.answer(reply)
        return command.name == "stop"

    def _do(self, command: Command) -> Reply:
        name, argument = command.name, command.argument
        if name in TAKE_COMMANDS:
            return self._takes.do(command)
        status = None
        message = ""
        is_done = True
        if name == "status":
            status = self._status()
        elif name == "load_avatar":
            self._slot.load(resolve_avatar(argument) if argument else None)
            message = f"{self._slot.avatar.name} is worn, drawn by {self._slot.engine.name}"
            logger.info("%s", message)
        elif name == "recenter":
            count = self._control.recenter(argument)
            is_done = count > 0
            message = f"recentred {count} layers"
            if not is_done:
                who = repr(argument) if argument else "anybody"
                message = f"{who} does not drive pose or gaze now; nothing was recentred"
        elif name == "release":
            count = self._control.release(argument)
            is_done = count > 0
            message = (
                f"{argument!r} let go of {count} layers" if is_done else f"no driver is called {argument!r}"
            )
        elif name == "stop":
            message = "the runtime stops"
        else:
            assert name == "ping", f"the codec let {name!r} pass"
        return Reply(ok=is_done, request_id=command.request_id, message=message, status=status)
