"""CommandHandler: executes every command and answers it, between two frames.

Commands that touch files are executed elsewhere (`AvatarSlot.request`, `TakeDesk.request`) and answered when they are done.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from typing import Final

import msgspec

from face.avatar import RESTS
from protocol.errors import OmoteError
from protocol.messages import Command, Reply, Snapshot, Status
from runtime.avatars.shelf import Shelf
from runtime.avatars.slot import AvatarSlot
from runtime.backgrounds.background import parse_background
from runtime.backgrounds.picture_folder import PictureFolder
from runtime.control.control import Control
from runtime.errors import BackgroundError, SupersededError
from runtime.intake.inbox import MAX_DETAIL, PendingCommand
from runtime.takes.desk import TAKE_COMMANDS, TakeDesk
from runtime.triggers.held_values import EMOTION, LOOK, HeldValues

logger = logging.getLogger(__name__)


class CommandHandler:
    """Belongs to the loop's thread.

    Args:
        control: the drivers, for "recenter" and "release".
        slot: for "load_avatar", "background" and "rest".
        takes: for `TAKE_COMMANDS`.
        status: returns the Status now.
        shelf: the avatars by name, for "load_avatar"; None = `Shelf()`.
        count_drop: counts one command that failed unexpectedly, by its reason and a detail (`Inbox.count_drop`).
        held: for "emotion" and "look"; None = what they switch on reaches no driver.
        what: what "stop" ends, such as "the face kofi"; "" = the runtime.
    """

    def __init__(
        self,
        control: Control,
        slot: AvatarSlot,
        takes: TakeDesk,
        status: Callable[[], Status],
        shelf: Shelf | None = None,
        count_drop: Callable[[str, str], None] = lambda reason, detail: None,
        held: HeldValues | None = None,
        *,
        what: str = "",
    ) -> None:
        self._control = control
        self._slot = slot
        self._takes = takes
        self._status = status
        self._shelf = shelf or Shelf()
        self._count_drop = count_drop
        self._held = held or HeldValues(lambda message: None, control.release)
        self._handlers: Final[dict[str, Callable[[str], Reply]]] = {
            "ping": lambda _: Reply(ok=True),
            "status": lambda _: Reply(ok=True, status=self._status()),
            "rest": self._rest,
            "recenter": self._recenter,
            "release": self._release,
            "emotion": lambda name: Reply(ok=True, message=self._held.emotion(name)),
            "look": lambda name: Reply(ok=True, message=self._held.look(name)),
            "snapshot": lambda _: Reply(ok=True, snapshot=self._snapshot()),
            "stop": lambda _: Reply(ok=True, message=f"{what or 'the runtime'} stops"),
        }

    def answer(self, pending: PendingCommand) -> bool:
        """Execute a command and answer it, now or when it is done; never raises. True: the command was "stop"."""
        command = pending.command
        try:
            if command.name == "load_avatar":
                self._slot.request(command.argument, partial(self._avatar_done, pending), self._shelf)
            elif command.name == "background":
                self._background(pending)
            elif command.name in TAKE_COMMANDS:
                self._takes.request(command, partial(self._reply, pending))
            else:
                self._reply(pending, self._handlers[command.name](command.argument))
        except Exception as error:
            self._reply(pending, self._failed(command, error))
        return command.name == "stop"

    def _reply(self, pending: PendingCommand, reply: Reply | Exception) -> None:
        """Send a reply; from any thread. Whoever asked may be gone."""
        if isinstance(reply, Exception):
            reply = self._failed(pending.command, reply)
        try:
            pending.answer(msgspec.structs.replace(reply, request_id=pending.command.request_id))
        except Exception as error:
            self._count_drop("reply not sent", f"{pending.command.name}: {type(error).__name__}: {error}")

    def _failed(self, command: Command, error: Exception) -> Reply:
        """The reply to a command that raised; what no command should raise is counted as well."""
        if isinstance(error, OmoteError):
            level = logging.DEBUG if isinstance(error, SupersededError) else logging.WARNING
            logger.log(level, "%s: %s", command.name, error)
            return Reply(ok=False, message=str(error))
        logger.error("%s failed unexpectedly", command.name, exc_info=error)
        detail = f"{command.name}: {type(error).__name__}: {str(error)[:MAX_DETAIL]}"
        self._count_drop("command failed", detail)
        return Reply(ok=False, message=f"{detail}; nothing was changed")

    def _avatar_done(self, pending: PendingCommand, failure: OmoteError | None) -> None:
        if failure is not None:
            self._reply(pending, failure)
            return
        message = f"{self._slot.avatar.name} is loaded; the {self._slot.engine.name} engine draws it"
        logger.info("%s", message)
        self._reply(pending, Reply(ok=True, message=message))

    def _background(self, pending: PendingCommand) -> None:
        background = parse_background(pending.command.argument, PictureFolder(self._shelf.user))
        if not self._slot.can_show(background):
            raise BackgroundError(
                f"{self._slot.avatar.name} was made without a background; choose a colour or a picture"
            )

        def done(failure: OmoteError | None) -> None:
            shown = Reply(ok=True, message=f"behind the face: {background.text or 'as the avatar was made'}")
            self._reply(pending, failure or shown)

        self._slot.request_background(background, done)

    def _rest(self, rest: str) -> Reply:
        if rest and rest not in RESTS:
            return Reply(ok=False, message=f"rest: got {rest!r:.80}, expected one of {', '.join(RESTS)}")
        if not self._slot.rest:
            return Reply(
                ok=False, message=f"{self._slot.avatar.name} rests in one way only: its portrait is neutral"
            )
        self._slot.show_at_rest(rest)
        face = "as in its portrait" if self._slot.rest == RESTS[0] else "without expression, looking ahead"
        return Reply(ok=True, message=f"at rest: {face}")

    def _snapshot(self) -> Snapshot:
        """What makes another runtime the same face; a driver that a command switches on again is not in it twice."""
        slot = self._slot
        commands = [Command(name="load_avatar", argument=slot.worn)] if slot.worn else []
        if slot.background.text:
            commands.append(Command(name="background", argument=slot.background.text))
        if slot.rest:
            commands.append(Command(name="rest", argument=slot.rest))
        drivers = [message for message in self._control.held() if message.source not in (EMOTION, LOOK)]
        return Snapshot(commands=[*commands, *self._held.commands()], drivers=drivers)

    def _recenter(self, source: str) -> Reply:
        count = self._control.recenter(source)
        if count == 0:
            who = f"{source!r} drives neither pose nor gaze" if source else "no source drives pose or gaze"
            return Reply(ok=False, message=f"{who} now; nothing was recentred")
        return Reply(ok=True, message=f"recentred {count} layers")

    def _release(self, source: str) -> Reply:
        count = self._control.release(source)
        self._held.forget(source)
        if count == 0:
            return Reply(ok=False, message=f"no driver is called {source!r}")
        return Reply(ok=True, message=f"{source!r} released {count} layers")
