"""ConnectionEvents: what happened to a reader's connection, one line per event, until the caller takes the lines."""

from __future__ import annotations

from collections import deque
from typing import Final

KEPT: Final = 20


class ConnectionEvents:
    """Keeps the last KEPT lines. Use it from the reader's thread."""

    def __init__(self) -> None:
        self._lines: deque[str] = deque(maxlen=KEPT)

    def add(self, line: str) -> None:
        """Record an event."""
        self._lines.append(line)

    def take(self) -> list[str]:
        """Return the lines since the last call, oldest first, and forget them."""
        lines = list(self._lines)
        self._lines.clear()
        return lines
