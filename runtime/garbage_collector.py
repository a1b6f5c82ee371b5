"""GarbageCollector: Python's garbage collection, only where no frame can be late by it.

Everything that lives when the loop starts is frozen, so a collection looks at the little that is new: well
below a millisecond. It runs in the pause after a frame, and only when the pause is long enough.
"""

from __future__ import annotations

import gc
from typing import Final

#: New objects, not yet freed by counting references, that are worth a collection.
ENOUGH: Final = 700
#: Pause that one collection needs; and how many are waited for before one runs without a pause.
PAUSE_S: Final = 0.003
TOO_MANY: Final = 50_000


class GarbageCollector:
    """Switches the automatic collector off between `start` and `stop`."""

    def __init__(self) -> None:
        self._was_enabled = False

    def start(self) -> None:
        """Clean up once, keep what is left for good, and take over."""
        self._was_enabled = gc.isenabled()
        gc.collect()
        gc.freeze()
        gc.disable()

    def collect_if_worth_it(self, pause_s: float) -> None:
        """After a frame: collect when something gathered and the pause is long enough."""
        gathered = gc.get_count()[0]
        if (gathered > ENOUGH and pause_s >= PAUSE_S) or gathered > TOO_MANY:
            gc.collect()

    def stop(self) -> None:
        """Give the collector back as it was."""
        gc.unfreeze()
        if self._was_enabled:
            gc.enable()
