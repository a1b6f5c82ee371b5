from __future__ import annotations

import json
from pathlib import Path

import pytest

from bridge.expressions.face_correction import shipped_weights
from measure.errors import MeasureError
from measure.tracker.golden_samples import read_golden_samples
from measure.tracker.report import BEGIN, END, report_of, write_report

PAIRS = Path(__file__).parents[2] / "data" / "face_correction.npz"


def test_the_report_is_written_into_a_folder_and_a_page(tmp_path: Path) -> None:
    report = report_of(read_golden_samples(PAIRS), shipped_weights(), style="real", seed=0)
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    write_report(report, tmp_path / "report", page)
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith(f"{END}\nafter\n")
    assert "old" not in text
    assert "| `jawOpen` |" in text
    table = json.loads((tmp_path / "report" / "landmarks.json").read_bytes())
    assert table["people"] == 6
    assert len(table["before"]) == len(table["share"]) == 44


def test_a_page_without_the_tables_comments_is_refused(tmp_path: Path) -> None:
    report = report_of(read_golden_samples(PAIRS), shipped_weights(), style="real", seed=0)
    page = tmp_path / "page.md"
    page.write_text("nothing here")
    with pytest.raises(MeasureError, match="has no place for the tables"):
        write_report(report, tmp_path / "report", page)
    assert page.read_text() == "nothing here"


def test_a_page_with_the_places_of_other_tables_may_lack_these(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("other tables\n", "utf-8")
    report = report_of(read_golden_samples(PAIRS), shipped_weights(), style="real", seed=0)
    write_report(report, tmp_path / "report", page, is_other_place=True)
    assert page.read_text("utf-8") == "other tables\n"
