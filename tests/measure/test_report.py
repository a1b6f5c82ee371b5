from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from measure.errors import MeasureError
from measure.evaluation import Evaluation, GridRow
from measure.report import About, lines_of, text_table, write_report
from measure.score import FrameScore, Score

ABOUT = About(
    methods=("copy",), protocols=("drift",), identities=(1, 2), size=32, seed=0, style="clay", probes="none"
)


def evaluation() -> Evaluation:
    found = Evaluation(("copy",))
    for word, psnr in (("start", 30.0), ("end", 24.0)):
        for person in (1, 2):
            score = Score(psnr_face=psnr + person)
            found.rows.append(FrameScore("copy", "drift", person, word, score))
    picture = np.zeros((32, 32, 3), np.uint8)
    found.shown.append(GridRow("drift", "start", picture, picture, (picture,)))
    found.failed.append(("copy", 2, "a <face> is missing"))
    return found


def test_the_table_holds_means_over_frames_and_null_for_the_unknown() -> None:
    (line,) = lines_of(evaluation(), ["copy"], ["drift"])
    assert line.frames == 4
    assert line.means["psnr_face"] == pytest.approx(28.5)
    assert line.means["pose_deg"] is None
    text = text_table([line])
    assert "psnr_face" in text
    assert "28.5" in text
    assert "pose_deg" not in text


def test_drift_is_the_end_minus_the_start_and_text_is_escaped(tmp_path: Path) -> None:
    write_report(evaluation(), ABOUT, tmp_path)
    html = (tmp_path / "report.html").read_text("utf-8")
    assert "psnr_face -6.000" in html
    assert "a &lt;face&gt; is missing" in html
    assert "<face>" not in html
    content = json.loads((tmp_path / "report.json").read_bytes())
    assert [line["word"] for line in content["by_word"]] == ["start", "end"]
    assert (tmp_path / "drift.jpg").read_bytes()[:2] == b"\xff\xd8"


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "report").write_text("a file")
    with pytest.raises(MeasureError, match="report cannot be written to"):
        write_report(evaluation(), ABOUT, tmp_path / "report")
