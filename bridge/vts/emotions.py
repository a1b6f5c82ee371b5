"""EmotionSwitches: the eight emotions as VTube Studio's hotkeys and expression files.

A plugin sees eight hotkeys, "Happy" to "Relaxed", which toggle, and eight expression files, such as
"happy.exp3.json", which are switched on and off. Both switch the same emotions.
"""

from __future__ import annotations

import hashlib
from typing import Final

from protocol.channels import EMOTIONS

#: "One specific hotkey can only be triggered once every 5 frames."
COOLDOWN_S: Final = 5 / 60
FILE_ENDING: Final = ".exp3.json"

#: Hotkey id (32 hexadecimal digits, the same in every session) -> emotion.
HOTKEYS: Final[dict[str, str]] = {
    hashlib.md5(f"omote {emotion}".encode(), usedforsecurity=False).hexdigest(): emotion
    for emotion in EMOTIONS
}


def find_hotkey(id_or_name: str) -> tuple[str, str] | None:
    """Return a hotkey's id and emotion by its id or its name, in any case; None when there is none."""
    wanted = id_or_name.strip().lower()
    for hotkey_id, emotion in HOTKEYS.items():
        if wanted in (hotkey_id, emotion):
            return hotkey_id, emotion
    return None


def emotion_of_file(file: str) -> str | None:
    """Return the emotion of an expression file's name, with or without its ending; None when there is none."""
    name = file.strip().lower().removesuffix(FILE_ENDING)
    return name if name in EMOTIONS else None


class EmotionSwitches:
    """Which emotions are switched on. Time is an argument."""

    def __init__(self) -> None:
        self._active: dict[str, None] = {}  # an ordered set
        self._triggered_s: dict[str, float] = {}

    @property
    def active(self) -> tuple[str, ...]:
        """The emotions that are on, the one switched on first first."""
        return tuple(self._active)

    def switch(self, emotion: str, is_active: bool) -> None:
        """Switch an emotion on or off."""
        self._active.pop(emotion, None)
        if is_active:
            self._active[emotion] = None

    def toggle(self, emotion: str, now_s: float) -> bool:
        """Toggle an emotion, unless its cooldown is running; return whether it was toggled."""
        if now_s - self._triggered_s.get(emotion, -COOLDOWN_S) < COOLDOWN_S:
            return False
        self._triggered_s[emotion] = now_s
        self.switch(emotion, emotion not in self._active)
        return True
