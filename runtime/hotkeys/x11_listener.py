"""X11Listener: grabs chords of an X server, so that no other program gets them and no other keys are heard here.

Source: Xlib manual, sections 12.2 (key grabs) and 10.5 (key events). python-xlib is LGPL 2.1.

listener = X11Listener([parse_chord("ctrl+alt+1")], print, ":0")
"""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any, Final

from runtime.errors import UnavailableError
from runtime.hotkeys.chord import LETTERS, Chord
from runtime.hotkeys.key_listener import INSTALL

CLOSE_S: Final = 1.0
_KEYSYMS: Final = {
    "enter": "Return", "page_up": "Page_Up", "page_down": "Page_Down", "backspace": "BackSpace",
    "scroll_lock": "Scroll_Lock", "space": "space",
}  # fmt: skip


class X11Listener:
    """Its own connection to the server belongs to its own thread.

    Args:
        chords: what is heard.
        press: as in `runtime.hotkeys.key_listener.open_listener`.
        display: the X server, such as ":0".

    Raises:
        UnavailableError: python-xlib is missing, or the server does not answer.
    """

    def __init__(self, chords: Iterable[Chord], press: Callable[[Chord], None], display: str) -> None:
        try:
            from Xlib.display import Display
            from Xlib.error import ConnectionClosedError, DisplayError, XauthError
        except ImportError as error:
            raise UnavailableError(f"keys need python-xlib (LGPL 2.1); install it with: {INSTALL}") from error
        try:
            self._display: Any = Display(display)
        except (DisplayError, XauthError, ConnectionClosedError, OSError) as error:
            raise UnavailableError(f"the X server {display} does not answer ({error})") from error
        self._chords = list(chords)
        self._press = press
        self._heard: dict[tuple[int, int], Chord] = {}  # keycode and modifier mask -> chord
        self._codes: list[int] = []  # of the chords' keys on this keyboard
        self._notes: list[str] = []
        self._wake, self._woken = socket.socketpair()
        self._grab()
        self._thread = threading.Thread(target=self._listen, name="omote-hotkeys", daemon=True)
        self._thread.start()

    def notes(self) -> list[str]:
        """Which chords cannot be heard, and why."""
        return list(self._notes)

    def close(self) -> None:
        """Give all keys back; may be called twice."""
        if self._wake.fileno() < 0:
            return
        self._wake.close()  # the thread ends
        self._thread.join(CLOSE_S)

    def _grab(self) -> None:
        """Grab every chord, whatever the locks are; those that cannot be grabbed become notes."""
        from Xlib import XK, X
        from Xlib.error import BadAccess, CatchError

        root = self._display.screen().root
        masks = {"ctrl": X.ControlMask, "alt": X.Mod1Mask, "shift": X.ShiftMask, "win": X.Mod4Mask}
        locks = (0, X.LockMask, X.Mod2Mask, X.LockMask | X.Mod2Mask)  # caps lock, number lock
        codes = [
            self._display.keysym_to_keycode(XK.string_to_keysym(_keysym(one.key))) for one in self._chords
        ]
        if codes == self._codes:  # another keyboard with the same layout: no key is given back in between
            return
        self._codes = codes
        root.ungrab_key(X.AnyKey, X.AnyModifier)
        self._heard, notes = {}, []
        for chord, code in zip(self._chords, codes, strict=True):
            if code == 0:
                notes.append(f"the key {chord} is not on this keyboard")
                continue
            mask = sum(masks[name] for name in chord.modifiers)
            taken = CatchError(BadAccess)
            for lock in locks:
                root.grab_key(code, mask | lock, False, X.GrabModeAsync, X.GrabModeAsync, onerror=taken)
            self._display.sync()
            if taken.get_error() is not None:
                for lock in locks:
                    root.ungrab_key(code, mask | lock)
                notes.append(f"the key {chord} belongs to another program; close that, or choose another key")
                continue
            self._heard[code, mask] = chord
        self._display.sync()
        self._notes = notes

    def _listen(self) -> None:
        """The thread: until `close`, or until the server is gone."""
        from Xlib.error import ConnectionClosedError

        down: dict[int, bool] = {}
        released: dict[int, int] = {}
        try:
            while True:
                while self._display.pending_events():
                    self._take(self._display.next_event(), down, released)
                ready, _, _ = select.select([self._display, self._woken], [], [])
                if self._woken in ready:
                    break
        except (ConnectionClosedError, OSError):
            self._notes = ["the X server has ended; no key is heard any more"]
        finally:
            self._woken.close()
            with suppress(ConnectionClosedError, OSError):
                self._display.close()
            self._display.display.socket.close()  # which gives the keys back

    def _take(self, event: Any, down: dict[int, bool], released: dict[int, int]) -> None:
        from Xlib import X

        if event.type == X.MappingNotify:  # another keyboard layout
            self._display.refresh_keyboard_mapping(event)
            self._grab()
        elif event.type == X.KeyRelease:
            down[event.detail] = False
            released[event.detail] = event.time
        elif event.type == X.KeyPress:
            is_repeated = event.time == released.get(
                event.detail
            )  # a key that is held, in the server's clock
            if not down.get(event.detail) and not is_repeated:
                used = X.ControlMask | X.Mod1Mask | X.ShiftMask | X.Mod4Mask
                chord = self._heard.get((event.detail, event.state & used))
                if chord is not None:
                    self._press(chord)
            down[event.detail] = True


def _keysym(key: str) -> str:
    """The name of a key's symbol in X11's keysymdef.h."""
    if key in LETTERS:
        return key
    if key.startswith("num"):
        return f"KP_{key[3:]}"
    return _KEYSYMS.get(key, key.capitalize())
