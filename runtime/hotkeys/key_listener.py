"""KeyListener: hears chords while other programs have the focus; which way is decided by the system.

listener = open_listener({chord: command}, press)
listener.notes()
listener.close()
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from runtime.errors import UnavailableError
from runtime.hotkeys.chord import Chord

INSTALL = 'pip install "omote[hotkeys]"'


class KeyListener(Protocol):
    """Hears chords on a thread of its own, and never delays a key or the runtime."""

    def notes(self) -> list[str]:
        """Which chords cannot be heard, and why; any thread."""
        ...

    def close(self) -> None:
        """Give all keys back, within a second; may be called twice."""
        ...


def open_listener(
    chords: Iterable[Chord],
    press: Callable[[Chord], None],
    *,
    platform: str = sys.platform,
    environment: Mapping[str, str] = os.environ,
) -> KeyListener:
    """Begin to hear chords.

    Args:
        chords: what is heard.
        press: called once for each press, from a thread of the listener; it must return at once.
        platform, environment: of this process.

    Raises:
        UnavailableError: no program can hear keys here, or a package is missing; the message says what to do.
    """
    if platform in ("win32", "darwin"):
        from runtime.hotkeys.pynput_listener import PynputListener

        return PynputListener(chords, press)
    if environment.get("WAYLAND_DISPLAY") or environment.get("XDG_SESSION_TYPE") == "wayland":
        raise UnavailableError(
            "Wayland lets no program hear keys while another has the focus; "
            "in your desktop's keyboard settings, let the key run: curl http://127.0.0.1:8770/do/NAME (docs/buttons.md)"
        )
    if not environment.get("DISPLAY"):
        raise UnavailableError("there is no screen (DISPLAY is not set), so there are no keys")
    from runtime.hotkeys.x11_listener import X11Listener

    return X11Listener(chords, press, environment["DISPLAY"])
