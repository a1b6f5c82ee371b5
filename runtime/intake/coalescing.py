"""MessageCoalescer: whether all messages that a driver sends together have arrived.

A tracker sends its layers one after the other, a fraction of a millisecond apart. A frame that begins with the
first of them would show the others one frame later. The loop therefore waits a moment for the rest.

    coalescer = MessageCoalescer()
    coalescer.is_complete(received)          # may the frame begin?
    coalescer.learn(received)                # after the wait, once a frame
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from runtime.intake.inbox import Received

MAX_SOURCES: Final = 64
#: Layers by which the expected number falls with each frame in which a source sent fewer.
DECAY: Final = 0.05


class MessageCoalescer:
    """Learns how many layers each source sends at once. Belongs to the loop's thread."""

    def __init__(self) -> None:
        self._expected: dict[str, float] = {}  # source -> layers at once

    def is_complete(self, received: Iterable[Received]) -> bool:
        """Whether every source in `received` has sent as many layers as it usually sends at once."""
        counts = _count_layers(received)
        return all(count >= round(self._expected.get(source, 1.0)) for source, count in counts.items())

    def learn(self, received: Iterable[Received]) -> None:
        """Update the expected numbers with the messages of one frame."""
        for source, count in _count_layers(received).items():
            expected = self._expected.get(source, 0.0)
            if source not in self._expected and len(self._expected) >= MAX_SOURCES:
                del self._expected[next(iter(self._expected))]
            self._expected[source] = count if count >= expected else max(expected - DECAY, 1.0)


def _count_layers(received: Iterable[Received]) -> dict[str, int]:
    """Source -> number of its layers in `received`."""
    layers: dict[str, set[str]] = {}
    for item in received:
        layers.setdefault(item.message.source, set()).add(item.message.layer)
    return {source: len(names) for source, names in layers.items()}
