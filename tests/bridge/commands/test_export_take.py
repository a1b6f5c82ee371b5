"""`omote-bridge export` as a program, after `omote-bridge import`."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.__main__ import main
from tests.bridge.takes.livelink_csv_files import CODES, random_table
from tests.bridge.takes.test_bvh_export import write_take


def test_an_imported_csv_comes_out_as_it_went_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, take, target = tmp_path / "a.csv", tmp_path / "a.mcap", tmp_path / "b.csv"
    source.write_text(random_table(CODES, decimals=9), encoding="utf-8")
    assert main(["import", str(source), "-o", str(take)]) == 0
    capsys.readouterr()
    assert main(["export", str(take), "-o", str(target)]) == 0
    assert f"{target}: 6 rows" in "".join(capsys.readouterr())
    assert target.read_text(encoding="utf-8") == source.read_text(encoding="utf-8")


def test_a_rate_that_is_none_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, take = tmp_path / "a.csv", tmp_path / "a.mcap"
    source.write_text(random_table(CODES, decimals=9), encoding="utf-8")
    assert main(["import", str(source), "-o", str(take), "--fps", "31"]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert "got '31' frames a second, expected one of 24, 25, 30" in line
    assert not take.exists()


def test_a_name_that_ends_in_bvh_gives_head_and_eyes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    take = write_take(tmp_path / "t.mcap", (0.0, "pose", {"yaw": 0.5}), (1.0, "pose", {"yaw": 0.5}))
    assert main(["export", str(take), "-o", str(tmp_path / "t.bvh"), "--fps", "24"]) == 0
    assert "25 frames" in "".join(capsys.readouterr())
    assert "Frame Time: 0.0416667" in (tmp_path / "t.bvh").read_text()
