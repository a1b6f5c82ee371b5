"""Fitted: the result of fitting a calibration profile, as TOML tables and in words.

fitted = Fitted()
fitted.put("pose", "yaw", rounded(1.5))
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Fitted:
    """The result of a fit.

    Attributes:
        tables: TOML tables as `bridge.calibration.profile` reads them.
        findings: what was found, in words, for the user.
        unmoved: names of the steps in which the tracker saw no movement, and which corrected nothing.
    """

    tables: dict[str, Any] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)
    unmoved: set[str] = field(default_factory=set)

    def put(self, table: str, key: str, value: Any) -> None:
        """Set one key of one table."""
        self.tables.setdefault(table, {})[key] = value


def rounded(value: float) -> float:
    """Round to the three decimals that a profile is written with."""
    return round(float(value), 3)
