"""HeldValues: the emotion and the look that a button, a key or a program has switched on.

    held = HeldValues(offer, control.release, looks)
    held.emotion("happy")       # happy, until the same again, or "none"
    held.renew()                # once a second

Each is a driver like any other: it sends again and again with a short time to live, so that a runtime that ends lets go.
"""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import Final, Literal

from msgspec.structs import replace

from protocol.channels import EMOTIONS
from protocol.codec import MIN_TTL_S
from protocol.messages import Command, ControlMessage
from protocol.trigger import NONE
from runtime.errors import TriggerError
from runtime.triggers.look_shelf import LookShelf

#: The drivers' names; "trigger" is among `runtime.control.control.ABSOLUTE`.
EMOTION: Final = "trigger:emotion"
LOOK: Final = "trigger:look"
#: Above trackers, which use 0, and level with the panel: what was switched on last is shown.
PRIORITY: Final = 10
#: Three times as long as `renew` is apart.
TTL_S: Final = 3.0


class HeldValues:
    """Belongs to the loop's thread.

    Args:
        offer: takes a message, as one that has just arrived.
        release: lets a driver go; returns how many layers it had.
        looks: what can be worn.
    """

    def __init__(
        self,
        offer: Callable[[ControlMessage], None],
        release: Callable[[str], int],
        looks: LookShelf | None = None,
    ) -> None:
        self._offer = offer
        self._release = release
        self._looks = looks or LookShelf(None)
        self._held: dict[
            str, tuple[str, list[ControlMessage]]
        ] = {}  # driver -> what is on, and what it sends

    def emotion(self, name: str) -> str:
        """Switch an emotion on, or off if it is on; returns what was done, in words.

        Args:
            name: one of EMOTIONS, in capitals or not; "none" = none of them.

        Raises:
            TriggerError: there is no such emotion.
        """
        wanted = name.strip().casefold()
        if wanted == NONE:
            return self._off(EMOTION, "no emotion is on")
        if wanted not in EMOTIONS:
            raise TriggerError(_unknown("emotion", name, EMOTIONS))
        values = {each: float(each == wanted) for each in EMOTIONS}
        message = ControlMessage(
            layer="emotion", source=EMOTION, values=values, priority=PRIORITY, ttl_s=TTL_S
        )
        return self._toggle(EMOTION, wanted, [message])

    def look(self, name: str) -> str:
        """Wear a look, or take it off if it is worn; an emotion that was switched on ends. Returns what was done.

        Args:
            name: of a look that the panel has saved; "none" = no look.

        Raises:
            TriggerError: there is no such look.
        """
        look = self._looks.find(name.strip())
        if look is None and name.strip().casefold() == NONE:
            return self._off(LOOK, "no look is worn")
        if look is None:
            raise TriggerError(_unknown("look", name, self._looks.names()))
        self._off(EMOTION, "")
        return self._toggle(LOOK, look.name, look.messages(LOOK, priority=PRIORITY, ttl_s=TTL_S))

    def forget(self, source: str) -> None:
        """Do not send again for a driver that a command released; names of other drivers change nothing."""
        self._held.pop(source, None)

    def renew(self) -> None:
        """Send everything that is on again."""
        for _, messages in self._held.values():
            for message in messages:
                self._offer(message)

    def commands(self) -> list[Command]:
        """The commands that switch on what is on."""
        names: tuple[tuple[Literal["look", "emotion"], str], ...] = (("look", LOOK), ("emotion", EMOTION))
        return [
            Command(name=name, argument=self._held[source][0])
            for name, source in names
            if source in self._held
        ]

    def _toggle(self, source: str, name: str, messages: list[ControlMessage]) -> str:
        before, _ = self._held.get(source, ("", []))
        if before == name:
            return self._off(source, "")
        if before:
            self._release(source)  # the one before may have driven more channels
        self._held[source] = name, messages
        for message in messages:
            self._offer(message)
        return f"{name} is on; the same again, or {NONE}, lets go"

    def _off(self, source: str, otherwise: str) -> str:
        """Let go by a last message that ends at once, so that a take that is being recorded lets go as well."""
        name, messages = self._held.pop(source, ("", []))
        for message in messages:
            self._offer(replace(message, ttl_s=MIN_TTL_S))
        return f"{name} is off" if name else otherwise


def _unknown(kind: str, name: str, names: tuple[str, ...] | list[str]) -> str:
    close = get_close_matches(name.casefold(), names, n=1)
    hint = f"; did you mean {close[0]}?" if close else ""
    known = f"there are: {', '.join(names)}" if names else "none is saved: save one in the panel"
    return f"there is no {kind} {name[:60]!r}{hint} ({known})"
