"""AVATAR_ENGINES: what avatars are made for; for options of commands, so it imports nothing heavy."""

from __future__ import annotations

from typing import Final

#: Avatars of "head" are drawn by all engines of Omote's own; those of the others hold more.
AVATAR_ENGINES: Final = ("head", "liveportrait")
