"""A table of any number of trackers beside each other, on the same people.

text = trackers_markdown({"corrected MediaPipe": figures, "OpenSeeFace": others}, {"corrected MediaPipe": gaze, ...})
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from measure.tracker.error_metrics import CoefficientFigures, GazeFigures
from measure.tracker.network_report import mean_of


def trackers_markdown(
    figures: Mapping[str, Sequence[CoefficientFigures]], gazes: Mapping[str, Sequence[GazeFigures]]
) -> str:
    """Means, gaze, and each coefficient's root mean square error and correlation; a tracker a column.

    Args:
        figures, gazes: by tracker; the same coefficients and axes in all of them.
    """
    names = list(figures)
    lines = [f"| mean over the coefficients | {' | '.join(names)} |", "|---|" + "--:|" * len(names)]
    for figure, words in (
        ("rms", "root mean square error"),
        ("follows", "correlation with the truth"),
        ("fully", "answer where one moves alone, 0.75 to 1"),
        ("noise", "noise on a still face"),
    ):
        means = [f"{mean_of(list(rows), figure):.3f}" for rows in figures.values()]
        lines.append(f"| {words} | {' | '.join(means)} |")
    lines += [
        f"| gaze {rows[0].name}, rms, degrees | {' | '.join(f'{row.rms:.2f}' for row in rows)} |"
        for rows in zip(*gazes.values(), strict=True)
    ]
    cells = " | ".join(f"{name}: rms | correlation" for name in names)
    lines += ["", f"| coefficient | {cells} |", "|---|" + "--:|" * 2 * len(names)]
    lines += [
        f"| `{rows[0].name}` | " + " | ".join(f"{row.rms:.3f} | {row.follows:.2f}" for row in rows) + " |"
        for rows in zip(*figures.values(), strict=True)
    ]
    return "\n".join(lines) + "\n"
