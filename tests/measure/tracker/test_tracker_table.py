from __future__ import annotations

from measure.tracker.error_metrics import CoefficientFigures, GazeFigures
from measure.tracker.tracker_table import trackers_markdown


def test_every_tracker_has_its_columns() -> None:
    def rows(rms: float) -> list[CoefficientFigures]:
        return [
            CoefficientFigures(name, 0.1, rms, 0, 0.5, 0.2, 0.3, 0.01) for name in ("jawOpen", "tongueOut")
        ]

    gazes = {name: [GazeFigures("yaw", 1, rms, 0, 1, 0.9, 2, 0)] for name, rms in (("A", 3.0), ("B", 4.5))}
    text = trackers_markdown({"A": rows(0.1), "B": rows(0.25)}, gazes)
    assert "| mean over the coefficients | A | B |" in text
    assert "| root mean square error | 0.100 | 0.250 |" in text
    assert "| gaze yaw, rms, degrees | 3.00 | 4.50 |" in text
    assert "| `tongueOut` | 0.100 | 0.50 | 0.250 | 0.50 |" in text
