from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("mediapipe")
pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")
pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")

from measure.__main__ import main
from measure.commands.tracker_clips import BEGIN, END
from tests.networks.tracker_models import write_random_tracker


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--most", "1"], "--most 1, expected 10 to"),
        (["--model", "nowhere"], "there is no tracker network"),
        (["--moments", "nowhere.toml"], "nowhere.toml holds no moments"),
    ],
)
def test_an_impossible_request_is_refused(
    more: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["tracker-clips", "clip.mp4", "-o", str(tmp_path / "report"), *more]) == 1
    assert words in capsys.readouterr().err
    assert not (tmp_path / "report").exists()


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
    assert "| dark |" in said.out
    found = json.loads((tmp_path / "report" / "clips.json").read_bytes())["d3.mp4"]
    assert {"agreement", "peaks", "mirror", "steadiness", "moments"} <= set(found)


def test_a_page_is_checked_before_clips_are_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.md"
    words = ["tracker-clips", "clip.mp4", "-o", str(tmp_path / "report"), "--page", str(page)]
    assert main(words) == 1
    assert "page.md cannot be read" in capsys.readouterr().err
    page.write_text("no place\n", "utf-8")
    assert main(words) == 1
    assert "put them where the table belongs" in capsys.readouterr().err
    page.write_text(f"{BEGIN}\n{END}\n", "utf-8")
    assert main(words) == 1
    assert "make them with: omote-measure tracker" in capsys.readouterr().err


def test_clips_of_one_name_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    clips = ["a/clip.mp4", "b/clip.mp4"]
    assert main(["tracker-clips", *clips, "-o", str(tmp_path / "report")]) == 1
    assert "two clips are called clip.mp4" in capsys.readouterr().err


def test_a_damaged_report_on_drawn_people_is_refused_before_clips_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "network.json").write_text("{}", "utf-8")
    assert main(["tracker-clips", "clip.mp4", "-o", str(tmp_path)]) == 1
    assert "is no report of omote-measure tracker" in capsys.readouterr().err
