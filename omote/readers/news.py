"""News: what happened to a reader's connection, until somebody asks; only the last lines are kept."""

from __future__ import annotations

from collections import deque
from typing import Final

KEPT: Final = 20


class News:
    """Belongs to its reader's thread."""

    def __init__(self) -> None:
        self._lines: deque[str] = deque(maxlen=KEPT)

    def add(self, line: str) -> None:
        """Something happened."""
        self._lines.append(line)

    def take(self) -> list[str]:
        """All lines since the last time."""
        lines = list(self._lines)
        self._lines.clear()
        return lines
