"""Finding: one result of a check of `omote doctor`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """One result.

    Attributes:
        topic: the heading under which it is shown.
        state: "ok"; "hint": something optional is missing; "problem": `omote run` could not work.
        text: what was found.
        advice: what to do; "" if nothing.
    """

    topic: str
    state: Literal["ok", "hint", "problem"]
    text: str
    advice: str = ""
