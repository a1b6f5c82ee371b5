"""What an avatar of a clip is painted from: all of the clip, or its portrait alone."""

from __future__ import annotations

from typing import Final

PAINT_FROM: Final = ("clip", "portrait")
