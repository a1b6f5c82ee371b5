"""MessageCoalescer: whether everything that a driver sends at once has arrived.

A tracker sends its layers one after the other, a fraction of a millisecond apart. A frame that begins with
the first of them would leave the others waiting for the next frame.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from runtime.intake.inbox import Received

MAX_SOURCES: Final = 64
FORGET: Final = 0.05  # layers a burst by which a habit fades when fewer come


class MessageCoalescer:
    """How many layers each source lately sent at once. Belongs to the loop's thread."""

    def __init__(self) -> None:
        self._habits: dict[str, float] = {}

    def is_complete(self, received: Iterable[Received]) -> bool:
        """Whether every source among these has sent as many layers as it usually does."""
        return all(
            count >= round(self._habits.get(source, 1.0)) for source, count in _layers(received).items()
        )

    def learn(self, received: Iterable[Received]) -> None:
        """These came in one frame."""
        for source, count in _layers(received).items():
            habit = self._habits.get(source, 0.0)
            if source not in self._habits and len(self._habits) >= MAX_SOURCES:
                del self._habits[next(iter(self._habits))]
            self._habits[source] = count if count >= habit else max(habit - FORGET, 1.0)


def _layers(received: Iterable[Received]) -> dict[str, int]:
    """Source -> how many of its layers are among these."""
    layers: dict[str, set[str]] = {}
    for item in received:
        layers.setdefault(item.message.source, set()).add(item.message.layer)
    return {source: len(names) for source, names in layers.items()}
