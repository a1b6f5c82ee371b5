"""CalibrationProgress: how far a guided calibration is; one line of JSON each, from the bridge to whoever shows it.

line = msgspec.json.encode(CalibrationProgress(state="hold", number=3, of=14, ask="Smile broadly", left_s=1.2))
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

#: Longest line that is read; the findings of all steps are far below it.
MAX_LINE_BYTES: Final = 16 * 1024


class CalibrationProgress(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The state of a calibration.

    Attributes:
        state: "waiting" for a face, "ready" and "hold" of a step, "done".
        hint: while waiting: what may be wrong, if it takes long.
        source: the source that is measured, such as "livelink:Anna"; "" until a face is seen.
        number, of: the step, from 1, and how many there are.
        ask: the instruction to the person.
        left_s, length_s: seconds until this state ends, and how long it takes.
        note: what came of the hold before, in words; "" = it was measured.
        changes: when done: what the calibration changes, in words, one line each.
    """

    state: Literal["waiting", "ready", "hold", "done"]
    hint: str = ""
    source: str = ""
    number: int = 0
    of: int = 0
    ask: str = ""
    left_s: float = 0.0
    length_s: float = 0.0
    note: str = ""
    changes: list[str] = []
