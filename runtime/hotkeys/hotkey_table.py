"""The table [hotkeys] of the settings: chords, and what each calls.

read_hotkeys({"ctrl+alt+1": "emotion happy", "F13": "look Grim"})
"""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final

from protocol.channels import EMOTIONS
from protocol.errors import CodecError
from protocol.messages import Command
from protocol.trigger import NAMED, NONE, TRIGGERS, trigger
from runtime.errors import ConfigError
from runtime.hotkeys.chord import Chord, parse_chord

MAX_HOTKEYS: Final = 64


def read_hotkeys(table: Mapping[str, str]) -> dict[Chord, Command]:
    """Read the table.

    Args:
        table: a chord -> the name of a trigger and its argument, with a space between.

    Raises:
        ConfigError: a chord or what it calls is unknown, or two lines mean the same chord.
    """
    if len(table) > MAX_HOTKEYS:
        raise ConfigError(f"hotkeys: {len(table)} keys; expected at most {MAX_HOTKEYS}")
    commands: dict[Chord, Command] = {}
    for text, action in table.items():
        try:
            chord = parse_chord(text)
        except ConfigError as error:
            raise ConfigError(f"hotkeys: {error}") from error
        if chord in commands:
            raise ConfigError(
                f"hotkeys: {chord} is there twice, for {commands[chord].name} and {action[:60]!r}"
            )
        commands[chord] = _command(chord, action)
    return commands


def _command(chord: Chord, action: str) -> Command:
    name, _, argument = action.strip().partition(" ")
    argument = argument.strip()
    if name not in TRIGGERS:
        close = get_close_matches(name, TRIGGERS, n=1)
        hint = f"did you mean {close[0]}?" if close else f"expected one of {', '.join(TRIGGERS)}"
        raise ConfigError(f"hotkeys: {chord} calls {name[:40]!r}, which there is not; {hint}")
    if name in NAMED and not argument:
        raise ConfigError(f"hotkeys: {chord} calls {name}, which needs a name; write: {name} NAME")
    if name == "emotion" and argument.casefold() not in (*EMOTIONS, NONE):
        raise ConfigError(
            f"hotkeys: {chord} calls the emotion {argument[:40]!r}; expected one of {', '.join(EMOTIONS)} or {NONE}"
        )
    try:
        return trigger(name, argument)
    except CodecError as error:
        raise ConfigError(f"hotkeys: {chord}: {error.detail}") from error
