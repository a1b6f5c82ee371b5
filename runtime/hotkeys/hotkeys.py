"""Hotkeys: what the settings' chords call, while other programs have the focus.

hotkeys = Hotkeys(read_hotkeys(config.hotkeys), inbox)
hotkeys.notes()          # why a key does nothing
hotkeys.close()
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import msgspec

from protocol.messages import Command, Reply
from runtime.errors import UnavailableError
from runtime.hotkeys.chord import Chord
from runtime.hotkeys.key_listener import KeyListener, open_listener
from runtime.intake.inbox import Inbox

Listen = Callable[[Iterable[Chord], Callable[[Chord], None]], KeyListener]


class Hotkey(msgspec.Struct, frozen=True, kw_only=True):
    """One key, for pages.

    Attributes:
        chord: as in the settings.
        name, argument: the command that it calls.
        problem: why it is not heard; "" = it is, whatever program has the focus.
    """

    chord: str
    name: str
    argument: str
    problem: str = ""


class Hotkeys:
    """Keys that cannot be heard are a note and no error: the face moves on without them.

    Args:
        commands: chord -> what it calls; without any, no key is listened to.
        inbox: takes the commands.
        listen: begins to hear chords; raises UnavailableError.
    """

    def __init__(
        self, commands: Mapping[Chord, Command], inbox: Inbox, listen: Listen = open_listener
    ) -> None:
        self._commands = dict(commands)
        self._inbox = inbox
        self._listener: KeyListener | None = None
        self._problem = ""
        if commands:
            try:
                self._listener = listen(self._commands, self._press)
            except UnavailableError as error:
                self._problem = f"hotkeys: {error}"

    def notes(self) -> list[str]:
        """Why keys, or some of them, do nothing; any thread."""
        if self._listener is None:
            return [self._problem] if self._problem else []
        return [f"hotkeys: {note}" for note in self._listener.notes()]

    def listed(self) -> list[Hotkey]:
        """All keys, in the order of the settings; any thread."""
        notes = [self._problem] if self._listener is None else self._listener.notes()
        return [
            Hotkey(
                chord=str(chord),
                name=command.name,
                argument=command.argument,
                problem=_problem_of(chord, notes).removeprefix("hotkeys: "),
            )
            for chord, command in self._commands.items()
        ]

    def summary(self) -> list[str]:
        """What each key calls, for people."""
        return [
            f"{chord} {command.name} {command.argument}".rstrip() for chord, command in self._commands.items()
        ]

    def close(self) -> None:
        """Give all keys back; may be called twice."""
        if self._listener is not None:
            self._listener.close()

    def _press(self, chord: Chord) -> None:
        self._inbox.offer_command(self._commands[chord], lambda reply: self._answered(chord, reply))

    def _answered(self, chord: Chord, reply: Reply) -> None:
        """A key gets no answer, so a refusal stands in the status."""
        if not reply.ok:
            self._inbox.count_drop("hotkey refused", f"{chord}: {reply.message[:160]}")


def _problem_of(chord: Chord, notes: list[str]) -> str:
    """What the notes say about this key, or about all keys."""
    for note in notes:
        if note.startswith(f"the key {chord} ") or not note.startswith("the key "):
            return note
    return ""
