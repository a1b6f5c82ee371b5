from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from training.errors import TrainingError
from training.run_log import LOG, read_log, svg_of

ROWS = [
    {
        "step": 10 * k,
        "minutes": 5.0 * k,
        "colour": 1.0 / k,
        "face_gain_db": 0.3 * k,
        "sharp": 0.9,
        "draft_sharp": 1.0,
    }
    for k in (1, 2, 3)
]


def write(folder: Path, text: str) -> Path:
    (folder / LOG).write_text(text, encoding="utf-8")
    return folder / LOG


def lines_of(rows: list[dict[str, float]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def test_a_log_is_read_row_by_row(tmp_path: Path) -> None:
    assert read_log(write(tmp_path, lines_of(ROWS))) == ROWS


def test_a_last_line_that_was_cut_off_is_left_out(tmp_path: Path) -> None:
    assert read_log(write(tmp_path, lines_of(ROWS) + '{"step": 40, "minu')) == ROWS


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no judgement yet"),
        ("[1]\n" + lines_of(ROWS), "line 1 is damaged"),
        ("{\n" + lines_of(ROWS), "line 1 is damaged"),
    ],
)
def test_what_is_no_log_is_refused(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=words):
        read_log(write(tmp_path, text))


def test_a_missing_log_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"log\.jsonl cannot be read"):
        read_log(tmp_path / LOG)


def test_the_plot_has_a_chart_for_every_group_of_figures_that_the_log_holds() -> None:
    svg = ElementTree.fromstring(svg_of(ROWS))
    texts = [element.text or "" for element in svg.iter() if element.tag.endswith("text")]
    assert any("PSNR" in text for text in texts)
    assert any("Losses" in text for text in texts)
    assert not any("displacement" in text for text in texts)  # this log has none
    assert any(text.startswith("sharp 0.9") for text in texts)
    charts = [element for element in svg if element.tag.endswith("svg")]
    heights = [float(chart.attrib["y"]) for chart in charts]
    assert heights == sorted(set(heights))
    assert float(svg.attrib["height"]) == heights[-1] + float(charts[-1].attrib["height"])
    assert sum(1 for element in svg.iter() if element.tag.endswith("polyline")) == 4
