"""PynputListener: hears chords on Windows and macOS, by pynput (LGPL 3).

It sees every key that is pressed and looks only for its chords; other programs get the keys as well.

listener = PynputListener([parse_chord("ctrl+alt+1")], print)
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any, Final

from runtime.errors import UnavailableError
from runtime.hotkeys.chord import LETTERS, Chord
from runtime.hotkeys.key_listener import INSTALL

_NOT_TRUSTED: Final = (
    "macOS does not let this program hear keys yet: allow it (or the terminal that started it) in System Settings, "
    "Privacy & Security, Accessibility and Input Monitoring, and start Omote again"
)
#: Virtual key codes of the number pad's digits. Source: winuser.h, VK_NUMPAD0; HIToolbox/Events.h, kVK_ANSI_Keypad0.
_NUMBER_PAD: Final = {
    "win32": {0x60 + digit: f"num{digit}" for digit in range(10)},
    "darwin": dict(
        zip((82, 83, 84, 85, 86, 87, 88, 89, 91, 92), (f"num{digit}" for digit in range(10)), strict=True)
    ),
}
#: pynput's names -> the names here.
_NAMES: Final = {"cmd": "win", "esc": "escape"}


class PynputListener:
    """pynput's thread calls it with every key.

    Args:
        chords: what is heard.
        press: as in `runtime.hotkeys.key_listener.open_listener`.

    Raises:
        UnavailableError: pynput is missing, or cannot hear keys here.
    """

    def __init__(self, chords: Iterable[Chord], press: Callable[[Chord], None]) -> None:
        try:
            from pynput import keyboard
        except Exception as error:  # it connects to the system while it is imported
            raise UnavailableError(
                f"keys need pynput (LGPL 3), which cannot be used here ({error}); install it with: {INSTALL}"
            ) from error
        self._chords = frozenset(chords)
        self._press = press
        self._down: set[str] = set()
        self._pad = _NUMBER_PAD.get(sys.platform, {})
        self._listener: Any = keyboard.Listener(on_press=self._pressed, on_release=self._released)
        self._listener.start()
        self._listener.wait()

    def notes(self) -> list[str]:
        """Which chords cannot be heard, and why."""
        if not getattr(self._listener, "IS_TRUSTED", True):  # of macOS
            return [_NOT_TRUSTED]
        return [] if self._listener.running else ["keys are not heard any more; start Omote again"]

    def close(self) -> None:
        """Give all keys back; may be called twice."""
        self._listener.stop()

    def _pressed(self, key: Any) -> None:
        name = self._name(key)
        if not name or name in self._down:  # a key that is held repeats
            return
        modifiers = frozenset(self._down & {"ctrl", "alt", "shift", "win"})
        self._down.add(name)
        chord = Chord(name, modifiers)
        if chord in self._chords:
            self._press(chord)

    def _released(self, key: Any) -> None:
        self._down.discard(self._name(key))

    def _name(self, key: Any) -> str:
        """The name of a key in `runtime.hotkeys.chord`; "" = it has none."""
        found = self._pad.get(getattr(key, "vk", None) or 0, "")
        if found or key is None:
            return found
        name = getattr(key, "name", None)  # of a key that writes nothing
        if isinstance(name, str):
            name = name.removesuffix("_l").removesuffix("_r")
            return _NAMES.get(name, name)
        char = getattr(self._listener.canonical(key), "char", None)  # without what modifiers make of it
        return char if char is not None and char in LETTERS else ""
