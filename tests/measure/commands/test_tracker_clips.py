from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("mediapipe")
pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")
pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")

from measure.__main__ import main
from measure.commands.tracker_clips import markdown_of
from measure.tracker.clip_agreement import agreement
from tests.measure.tracker.test_clip_agreement import reading
from tests.networks.tracker_models import write_random_tracker


@pytest.mark.parametrize(
    ("more", "words"),
    [(["--most", "1"], "--most 1, expected 10 to"), (["--model", "nowhere"], "there is no tracker network")],
)
def test_an_impossible_request_is_refused(
    more: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["tracker-clips", "clip.mp4", "-o", str(tmp_path / "report"), *more]) == 1
    assert words in capsys.readouterr().err
    assert not (tmp_path / "report").exists()


def test_a_table_has_a_column_a_clip_and_a_row_a_channel() -> None:
    readings = {"a.mp4": reading(), "b.mp4": reading(40)}
    table = markdown_of(readings, {name: agreement(one) for name, one in readings.items()}).splitlines()
    assert table[0] == "| channel | a.mp4 | b.mp4 |"
    smiles = next(line for line in table if line.startswith("| smiles"))
    assert smiles.count("1.00 (") == 2
    assert "| 60, 0 | 40, 0 |" in "\n".join(table)


def test_a_real_clip_is_read(shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With random weights: what they see is nothing, but the report is whole."""
    model = write_random_tracker(tmp_path / "model")
    clip = shared / "media" / "driving" / "d3.mp4"
    words = ["--most", "12", "--model", str(model), "-o", str(tmp_path / "report")]
    landmarker = ["--face-landmarker", str(shared / "models" / "face_landmarker.task")]
    code = main(["tracker-clips", str(clip), *words, *landmarker])
    said = capsys.readouterr()
    if code == 1:  # random landmarks may give no frame
        assert "show a face to both trackers" in said.err
        return
    assert "| jawOpen |" in said.out
    assert list(json.loads((tmp_path / "report" / "clips.json").read_bytes())) == ["agreement", "peaks"]
