"""The log of a run: a line of JSON for every judgement, and its plot.

svg = svg_of(read_log(run / LOG))
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from measure.plots import lines
from training.errors import TrainingError

LOG: Final = "log.jsonl"
Row = Mapping[str, float]

#: Title of a chart -> the figures in it. All that is in none of them is a loss.
CHARTS: Final[dict[str, tuple[str, ...]]] = {
    "PSNR over the draft's, dB": (
        "face_gain_db",
        "person_gain_db",
        "rest_person_gain_db",
        "face_gain_db_1",
        "face_gain_db_4",
    ),
    "Sharpness, truth = 1": ("sharp", "draft_sharp", "sharp_1", "sharp_4"),
    "Landmarks' displacement, error in pixels of 256": ("flow_px", "draft_flow_px"),
    "Coefficients, root mean square error": ("rms", "rms_disturbed"),
    "Coefficients, correlation with the truth": ("r", "r_disturbed", "r_hard"),
    "Angles, degrees": ("gaze_deg", "gaze_deg_disturbed", "pose_deg", "pose_deg_disturbed"),
    "Landmarks, pixels of 128": ("landmarks_px",),
}
_HIDDEN: Final = ("step", "minutes", "face_db", "person_db", "draft_db", "seen_right")


def read_log(path: Path) -> list[Row]:
    """The rows of a log; a last line that was cut off while it was written is left out.

    Raises:
        TrainingError: there is no log, or it is damaged, or nothing has been judged yet.
    """
    try:
        text = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise TrainingError(f"{path} cannot be read ({error}); expected the folder of a run") from error
    rows: list[Row] = []
    for number, line in enumerate(text, 1):
        try:
            row = json.loads(line)
            if not isinstance(row, dict) or "minutes" not in row:
                raise ValueError("no minutes")
        except ValueError as error:
            if number == len(text):
                break
            raise TrainingError(
                f"{path}, line {number} is damaged ({error}); expected a JSON object"
            ) from error
        rows.append(row)
    if not rows:
        raise TrainingError(f"{path} holds no judgement yet; the first one follows after some minutes")
    return rows


def svg_of(rows: Sequence[Row]) -> str:
    """The charts of CHARTS and of the losses below each other, over the minutes of training, as an SVG file."""
    minutes = [row["minutes"] for row in rows]
    named = dict.fromkeys(name for row in rows for name in row)
    charted = {name for names in CHARTS.values() for name in names}
    losses = tuple(name for name in named if name not in charted and name not in _HIDDEN)
    parts = []
    for title, names in (CHARTS | {"Losses of a batch": losses}).items():
        values = {name: [row.get(name, float("nan")) for row in rows] for name in names if name in named}
        if values:
            parts.append(lines(title, "minutes", minutes, values))
    return stacked(parts)


def stacked(charts: Sequence[str]) -> str:
    """SVG elements of equal size below each other in one."""
    height = 220
    inner = "".join(
        chart.replace("<svg ", f'<svg y="{height * number}" ', 1) for number, chart in enumerate(charts)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="760" height="{height * len(charts)}">'
        f'<rect width="100%" height="100%" fill="white"/>{inner}</svg>\n'
    )
