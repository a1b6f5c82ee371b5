"""FrameLadder: additions to the picture that build on each other, as many as fit into the frame rate. Time is an argument.

ladder = FrameLadder(limit_ms=40.0, names=("retouch", "mouth and eyes"))
ladder.ready((12.0, 5.0))                        # measured while they were loaded
level = ladder.frame_took(frame_ms, now_s)       # how many are on, after every frame
ladder.note                                      # why the next one is off

The last one that is on ends first, and begins last.
"""

from __future__ import annotations

from collections.abc import Sequence

from runtime.engines.frame_budget import FrameBudget


class FrameLadder:
    """Belongs to the frame loop's thread.

    Args:
        limit_ms: the longest frame that keeps the frame rate.
        names: of the additions, for notes, the first to begin first.

    Attributes:
        level: how many of them are on.
        note: why the next one is off; "" while all are on, or nothing is known yet.
    """

    def __init__(self, limit_ms: float, names: Sequence[str]) -> None:
        self._budgets = [FrameBudget(limit_ms, name) for name in names]
        self._count = len(names)  # of those that there are
        self.level = 0

    def ready(self, added_ms: Sequence[float]) -> None:
        """The additions can be drawn, and were measured to take so long each; those without a number are not there."""
        self._count = len(added_ms)
        for budget, took in zip(self._budgets, added_ms, strict=False):
            budget.ready(took)

    def set_limit(self, limit_ms: float) -> None:
        """Another longest frame, from the next one on."""
        for budget in self._budgets:
            budget.limit_ms = limit_ms

    @property
    def note(self) -> str:
        if self.level == len(self._budgets):
            return ""
        return self._budgets[self.level].note

    def frame_took(self, frame_ms: float, now_s: float) -> int:
        """Note what a frame took; returns `level`. Arguments as of `FrameBudget.frame_took`."""
        level = self.level
        if level > 0 and not self._budgets[level - 1].frame_took(frame_ms, now_s):
            self.level = level - 1
        elif level < self._count and self._budgets[level].frame_took(frame_ms, now_s):
            self.level = level + 1
        if self.level != level:
            for budget in self._budgets:
                budget.forget()  # frames of both kinds make no median
        return self.level
