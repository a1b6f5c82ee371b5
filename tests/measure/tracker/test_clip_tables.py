from __future__ import annotations

import numpy as np

from measure.tracker.clip_agreement import agreement
from measure.tracker.clip_distances import distance_rows
from measure.tracker.clip_jitter import jitter_row
from measure.tracker.clip_mirror import mirror_row
from measure.tracker.clip_steadiness import steadiness_row
from measure.tracker.clip_tables import ClipReport, markdown_of
from measure.tracker.shown_moments import MomentRow
from tests.measure.tracker.runs_by_hand import run_of
from tests.measure.tracker.test_clip_agreement import reading


def test_a_table_has_a_column_a_clip_and_a_row_a_channel() -> None:
    reports = {
        name: ClipReport(one, agreement(one)) for name, one in (("a.mp4", reading()), ("b.mp4", reading(40)))
    }
    text = markdown_of(reports)
    assert "| channel | a.mp4 | b.mp4 |" in text
    smiles = next(line for line in text.splitlines() if line.startswith("| smiles"))
    assert smiles.count("1.00 (") == 2
    assert "| 60, 0 | 40, 0 |" in text
    assert "Disturbed" not in text


def test_what_was_measured_besides_has_tables_of_its_own() -> None:
    one, run = reading(), run_of(np.random.default_rng(0).uniform(0, 1, (40, 52)))
    report = ClipReport(one, agreement(one), distance_rows(one), jitter_row(one), mirror_row(run, run))
    report.steadiness = [steadiness_row("dark", run, run)]
    report.moments = [MomentRow("a.mp4", 2.0, "smiles", "mouthSmile", True, 0.5, float("nan"))]
    text = markdown_of({"a.mp4": report})
    assert "| dark | 40 | 0% | 0.000 /" in text
    assert "| a.mp4 | 2.0 | smiles | `mouthSmile` | rise | +0.50 | – |" in text
    assert "| `jawOpen` |" in text
    assert text.count("\n\n|") == 6 - (report.jitter is None)
