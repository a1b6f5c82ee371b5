"""GarbageCollector: Python's cyclic garbage collection, only in pauses where it delays no frame.

All objects that exist when the loop starts are frozen, so that a collection only looks at new ones and takes well
below a millisecond. It runs after a frame, when the pause before the next one is long enough.
"""

from __future__ import annotations

import gc
from typing import Final

#: New objects that make a collection worthwhile.
MIN_OBJECTS: Final = 700
#: Pause that one collection needs.
PAUSE_S: Final = 0.003
#: New objects that start a collection even without a pause.
MAX_OBJECTS: Final = 50_000


class GarbageCollector:
    """Replaces Python's automatic collection between `start` and `stop`."""

    def __init__(self) -> None:
        self._was_enabled = False

    def start(self) -> None:
        """Collect once, freeze the objects that are left, and switch the automatic collection off."""
        self._was_enabled = gc.isenabled()
        gc.collect()
        gc.freeze()
        gc.disable()

    def collect_if_worthwhile(self, pause_s: float) -> None:
        """Collect if there are enough new objects and `pause_s`, the time until the next frame, is long enough."""
        count = gc.get_count()[0]
        if (count > MIN_OBJECTS and pause_s >= PAUSE_S) or count > MAX_OBJECTS:
            gc.collect()

    def stop(self) -> None:
        """Restore the automatic collection as it was before `start`."""
        gc.unfreeze()
        if self._was_enabled:
            gc.enable()
