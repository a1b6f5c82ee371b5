from __future__ import annotations

import sys
from pathlib import Path

import pytest

from runtime.trackers.cameras import MAX_CAMERAS, cameras


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux lists its cameras as files")
def test_cameras_are_listed_by_number_without_their_other_devices(tmp_path: Path) -> None:
    devices = [
        ("video2", "0", "Zoom\x1b[31m Cam"), ("video10", "0", "Last"), ("video0", "0", "HD Webcam\n"),
        ("video1", "1", "HD Webcam"), ("video3", "0", ""), ("vbi0", "0", "TV"), ("videotape", "0", "x"),
    ]  # fmt: skip
    for name, index, words in devices:
        (tmp_path / name).mkdir()
        (tmp_path / name / "index").write_text(index)
        (tmp_path / name / "name").write_text(words)
    expected = [(0, "HD Webcam"), (2, "Zoom [31m Cam"), (3, "Camera 3"), (10, "Last")]
    assert cameras(tmp_path) == expected
    assert cameras(tmp_path / "nothing") == []
    for number in range(20, 60):
        (tmp_path / f"video{number}").mkdir()
    assert len(cameras(tmp_path)) == MAX_CAMERAS


def test_other_systems_are_offered_the_first_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    assert [number for number, _ in cameras()] == [0, 1, 2]
