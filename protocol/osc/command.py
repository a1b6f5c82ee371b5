"""Commands by OSC, for stream decks, lighting desks and show control: one address a command, one text.

    /omote/do/background "blur"
    /omote/do/load_avatar "kofi"
    /omote/do/replay "wave"

A datagram has no reply. What can be called is `protocol.trigger.TRIGGERS`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from protocol.codec import Refusal, Refusals
from protocol.errors import CodecError
from protocol.messages import Command
from protocol.osc.parse import OscMessage
from protocol.trigger import TRIGGERS, trigger

PREFIX: Final = "/omote/do/"
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
        if name not in TRIGGERS:
            refusals.add("unknown OSC address", address[:120])
        elif len(texts) > 1:
            refusals.add("wrong OSC arguments", f"{address[:80]} expects one name, and no path")
        elif len(commands) >= MAX_COMMANDS:
            refusals.add("wrong OSC arguments", f"one datagram may hold {MAX_COMMANDS} commands")
        elif any(argument in (0, False) for argument in arguments):
            continue  # a button that was let go
        else:
            try:
                commands.append(trigger(name, *texts))
            except CodecError as error:
                refusals.add("wrong OSC arguments", error.detail)
    return OscCommands(commands, list(refusals.all()))
