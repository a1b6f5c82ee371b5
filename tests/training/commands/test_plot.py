from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from training.__main__ import main
from training.run_log import LOG


@pytest.fixture
def run(tmp_path: Path) -> Path:
    rows = [{"step": k, "minutes": 5.0 * k, "colour": 1.0 / k, "face_gain_db": 0.1 * k} for k in (1, 2)]
    (tmp_path / LOG).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return tmp_path


def test_the_plot_lies_in_the_runs_folder_or_where_it_is_wanted(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path, more in ((run / "plot.svg", []), (run / "mine.svg", ["-o", str(run / "mine.svg")])):
        assert main(["plot", str(run), *more]) == 0
        assert ElementTree.parse(path).getroot().tag.endswith("svg")
        assert capsys.readouterr().out == f"{path}\n"


@pytest.mark.parametrize("more", [["-o", "nowhere/plot.svg"], []])
def test_what_cannot_be_read_or_written_is_reported_in_one_line(
    more: list[str],
    run: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["plot", str(run) if more else "gone", *more]) == 1
    said = capsys.readouterr().err
    assert said.startswith("omote-train plot: ")
    assert ("nowhere" if more else "gone") in said
    assert said.count("\n") == 1
