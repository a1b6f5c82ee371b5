"""The eight emotions as VTube Studio knows them: hotkeys that toggle, and expression files.

A plugin sees eight hotkeys, "Happy" to "Relaxed", and eight files, "happy.exp3.json"; both switch the same.
"""

from __future__ import annotations

import hashlib
from typing import Final

from protocol.channels import EMOTIONS

#: "One specific hotkey can only be triggered once every 5 frames."
COOLDOWN_S: Final = 5 / 60
FILE_ENDING: Final = ".exp3.json"

#: hotkey id, 32 hexadecimal digits, the same every time -> emotion.
HOTKEYS: Final[dict[str, str]] = {
    hashlib.md5(f"omote {emotion}".encode(), usedforsecurity=False).hexdigest(): emotion
    for emotion in EMOTIONS
}


def find_hotkey(id_or_name: str) -> tuple[str, str] | None:
    """A hotkey's id and emotion by its id or its name in any case."""
    wanted = id_or_name.strip().lower()
    for hotkey_id, emotion in HOTKEYS.items():
        if wanted in (hotkey_id, emotion):
            return hotkey_id, emotion
    return None


def emotion_of_file(file: str) -> str | None:
    """The emotion behind an expression's file name."""
    name = file.strip().lower().removesuffix(FILE_ENDING)
    return name if name in EMOTIONS else None


class Emotions:
    """Which emotions are switched on. Time is an argument."""

    def __init__(self) -> None:
        self._active: dict[str, None] = {}  # a set that keeps the order
        self._triggered_s: dict[str, float] = {}

    @property
    def active(self) -> tuple[str, ...]:
        """What is on, oldest first."""
        return tuple(self._active)

    def switch(self, emotion: str, is_active: bool) -> None:
        """Switch one on or off."""
        self._active.pop(emotion, None)
        if is_active:
            self._active[emotion] = None

    def toggle(self, emotion: str, now_s: float) -> bool:
        """Switch one over; False: it was, only just now."""
        if now_s - self._triggered_s.get(emotion, -COOLDOWN_S) < COOLDOWN_S:
            return False
        self._triggered_s[emotion] = now_s
        self.switch(emotion, emotion not in self._active)
        return True
