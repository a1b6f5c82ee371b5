"""Chord: a key with modifiers, as users write it: "ctrl+alt+1", "F13", "win+num7".

parse_chord("Alt + Ctrl + 1") == parse_chord("ctrl+alt+1")
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from runtime.errors import ConfigError

#: Other names of modifiers and keys -> the name here.
_ALIASES: Final = {
    "control": "ctrl", "option": "alt", "super": "win", "meta": "win", "cmd": "win", "command": "win", "windows": "win",
    "esc": "escape", "return": "enter", "del": "delete", "ins": "insert", "pageup": "page_up", "pgup": "page_up",
    "pagedown": "page_down", "pgdn": "page_down", "scroll": "scroll_lock", "break": "pause",
}  # fmt: skip
#: In the order in which a chord is written.
MODIFIERS: Final = ("ctrl", "alt", "shift", "win")
LETTERS: Final = tuple("abcdefghijklmnopqrstuvwxyz0123456789")
FUNCTION_KEYS: Final = tuple(f"f{number}" for number in range(1, 25))
NUMBER_PAD: Final = tuple(f"num{digit}" for digit in range(10))
NAMED: Final = (
    "space", "enter", "escape", "tab", "backspace", "insert", "delete", "home", "end", "page_up", "page_down",
    "left", "right", "up", "down", "pause", "scroll_lock",
)  # fmt: skip
KEYS: Final = (*LETTERS, *FUNCTION_KEYS, *NUMBER_PAD, *NAMED)
#: Keys that may stand alone: people type without them.
_ALONE: Final = frozenset({*FUNCTION_KEYS, *NUMBER_PAD, "insert", "pause", "scroll_lock"})


@dataclass(frozen=True, slots=True)
class Chord:
    """A key and the modifiers that are held with it.

    Attributes:
        key: of KEYS.
        modifiers: of MODIFIERS.
    """

    key: str
    modifiers: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return "+".join([*(name for name in MODIFIERS if name in self.modifiers), self.key])


def parse_chord(text: str) -> Chord:
    """Read a chord, in any order and in capitals or not.

    Raises:
        ConfigError: a name is unknown, there is not exactly one key, or it is a key that people type with.
    """
    names = [part.strip().casefold() for part in text.split("+")]
    names = [_ALIASES.get(name, name) for name in names]
    for name in names:
        if name not in KEYS and name not in MODIFIERS:
            close = get_close_matches(name, (*MODIFIERS, *KEYS, *_ALIASES), n=1)
            hint = f"did you mean {close[0]}?" if close else f"expected a letter, a digit, {_OTHERS}"
            raise ConfigError(f"{text[:60]!r}: there is no key {name[:20]!r}; {hint}")
    keys = [name for name in names if name in KEYS]
    modifiers = frozenset(names) - frozenset(keys)
    if len(keys) != 1:
        found = f"{len(keys)} keys" if keys else "no key besides modifiers"
        raise ConfigError(f"{text[:60]!r} has {found}; expected one, such as ctrl+alt+1")
    if len(set(names)) != len(names):
        raise ConfigError(f"{text[:60]!r} names a modifier twice")
    chord = Chord(keys[0], modifiers)
    if chord.key not in _ALONE and not modifiers & {"ctrl", "alt", "win"}:
        raise ConfigError(f"{chord} is a key that people type with; add ctrl, alt or win, or use F13")
    return chord


_OTHERS: Final = f"f1 to f24, num0 to num9, {', '.join(NAMED)} or {', '.join(MODIFIERS)}"
