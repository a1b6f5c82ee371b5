"""Triggers: the commands that can be called by a name and one word: by OSC, by HTTP, by a key.

    trigger("emotion", "happy")     # a Command, for all of them

Stream decks, lighting desks and other programs of this machine may call them without a key, so an argument is a name and
never a file's path, and "stop" is not among them.
"""

from __future__ import annotations

from typing import Final

from protocol.codec import MAX_ARGUMENT
from protocol.errors import CodecError
from protocol.messages import Command

#: What may be called by name.
TRIGGERS: Final = (
    "emotion", "look", "load_avatar", "background", "rest", "recenter", "release", "record_start",
    "record_stop", "replay", "replay_loop", "replay_stop",
)  # fmt: skip
#: Those that do nothing without an argument.
NAMED: Final = frozenset(
    {"emotion", "look", "load_avatar", "background", "rest", "release", "replay", "replay_loop"}
)
#: The argument of "emotion" and "look" that lets go.
NONE: Final = "none"


def trigger(name: str, argument: str = "") -> Command:
    """The Command of a name and an argument.

    Args:
        name: one of TRIGGERS.
        argument: a name; "" = none.

    Raises:
        CodecError: there is no such trigger, or the argument is a path or too long.
    """
    if name not in TRIGGERS:
        raise CodecError(
            "unknown trigger", f"there is no {name[:120]!r}; expected one of {', '.join(TRIGGERS)}"
        )
    if len(argument) > MAX_ARGUMENT or "/" in argument or "\\" in argument:
        raise CodecError("wrong argument", f"{name} expects one name, and no path")
    return Command(name=name, argument=argument)  # type: ignore[arg-type]  # of TRIGGERS
