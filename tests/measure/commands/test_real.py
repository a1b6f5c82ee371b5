from __future__ import annotations

import json
from pathlib import Path

import pytest

from measure.__main__ import main
from tests.measure.real.short_clip import short_clip


def test_an_impossible_number_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["real", "clip.mp4", "--most", "1", "-o", str(tmp_path / "report")]) == 1
    assert "--most 1, expected 2 to 10000" in capsys.readouterr().err
    assert not (tmp_path / "report").exists()


@pytest.mark.parametrize(
    ("option", "value"),
    [("--methods", "copy"), ("--judges", "judges"), ("--most", "12"), ("--model", "model")],
)
def test_what_avatars_of_a_clips_part_do_not_use_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, value: str
) -> None:
    arguments = ["--made-from", "0.6", option, value, "-o", str(tmp_path / "report")]
    assert main(["real", "clip.mp4", *arguments]) == 1
    assert f"{option} is not used with --made-from" in capsys.readouterr().err


def test_a_clip_is_compared_with_itself(
    tmp_path: Path, shared: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = short_clip(shared, tmp_path, monkeypatch)
    arguments = ["--methods", "copy", "--most", "2", "--size", "128", "-o", str(tmp_path / "report")]
    assert main(["real", str(clip), *arguments]) == 0
    assert "d0.avi" in capsys.readouterr().out
    (row,) = json.loads((tmp_path / "report" / "real.json").read_bytes())["d0.avi"]
    assert row["method"] == "copy"
    assert row["found"] == 1.0
    assert row["sharp"] == pytest.approx(
        1.0, abs=0.25
    )  # the first of the two pictures is the portrait itself
    assert (tmp_path / "report" / "d0.jpg").stat().st_size > 1000
