"""`omote-measure METHOD` on a small made-up head."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from measure.__main__ import main


def run(small_head: Path, folder: Path, *more: str) -> int:
    fixed = ["copy", "-o", str(folder), "--count", "1", "--size", "64", "--frames", "2", "--style", "clay"]
    return main([*fixed, "--ict", str(small_head), "--probes", "none", *more])


def test_the_same_seed_gives_the_same_report(
    small_head: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("one", "two"):
        assert run(small_head, tmp_path / name, "--protocol", "self,view") == 0
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert files == ["report.html", "report.json", "self.jpg", "view.jpg"]
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    content = json.loads((tmp_path / "one" / "report.json").read_text())
    assert [line["protocol"] for line in content["table"]] == ["self", "view"]
    assert content["about"]["probes"] == "none, as requested"
    with Image.open(tmp_path / "one" / "view.jpg") as grid:
        assert grid.size[0] == 4 * 146
    assert "psnr_face" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--count", "0"], "--count 0, expected 1 to"),
        (["--probes", "nowhere.npz"], "probes"),
        (["--ict", "nowhere.npz"], "no such file"),
    ],
)
def test_an_impossible_request_is_reported_in_one_line(
    more: list[str], words: str, small_head: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(small_head, tmp_path / "report", *more) == 1
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1
    assert not (tmp_path / "report").exists()
