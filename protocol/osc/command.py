"""Commands by OSC, for stream decks, lighting desks and show control: one address a command, one text.

    /omote/do/background "blur"
    /omote/do/load_avatar "kofi"
    /omote/do/replay "wave"

A datagram has no reply, and anybody on this machine may send one, so an argument is a name and never a file's path, and
"stop" is not among them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from protocol.codec import MAX_ARGUMENT, Refusal, Refusals
from protocol.messages import Command
from protocol.osc.parse import OscMessage

PREFIX: Final = "/omote/do/"
#: What may be done by OSC.
OSC_COMMANDS: Final = (
    "load_avatar", "background", "recenter", "release", "record_start", "record_stop",
    "replay", "replay_loop", "replay_stop",
)  # fmt: skip
#: Most commands of one datagram: a bundle that sets a scene has a few.
MAX_COMMANDS: Final = 8


class OscCommands(NamedTuple):
    """The commands of one datagram, in order, and the refusals."""

    commands: list[Command]
    refusals: list[Refusal]


def read_osc_commands(messages: Sequence[OscMessage]) -> OscCommands:
    """Convert the `/omote/do/...` messages of one datagram to Commands.

    A button sends 1 or True when it is pressed, and often 0 or False when it is let go: numbers are no argument, and 0 or
    False does nothing.

    Args:
        messages: those whose address begins with PREFIX.
    """
    commands: list[Command] = []
    refusals = Refusals()
    for address, arguments in messages:
        name = address.removeprefix(PREFIX)
        texts = [argument for argument in arguments if isinstance(argument, str)]
        text = texts[0] if texts else ""
        if name not in OSC_COMMANDS:
            refusals.add("unknown OSC address", address[:120])
        elif len(text) > MAX_ARGUMENT or "/" in text or "\\" in text or len(texts) > 1:
            refusals.add("wrong OSC arguments", f"{address[:80]} expects one name, and no path")
        elif len(commands) >= MAX_COMMANDS:
            refusals.add("wrong OSC arguments", f"one datagram may hold {MAX_COMMANDS} commands")
        elif not texts and any(argument in (0, False) for argument in arguments):
            continue  # a button that was let go
        else:
            commands.append(Command(name=name, argument=text))  # type: ignore[arg-type]  # of OSC_COMMANDS
    return OscCommands(commands, list(refusals.all()))
