from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from vision.errors import LandmarkFileError
from vision.landmark_file import COUNT, MAX_BYTES, read_landmarks, write_landmarks

POINTS = np.random.default_rng(1).uniform(0, 1280, (COUNT, 2)).astype(np.float32)


def test_points_come_back_to_a_hundredth_of_a_pixel(tmp_path: Path) -> None:
    write_landmarks(tmp_path / "her.json", POINTS)
    read = read_landmarks(tmp_path / "her.json")
    assert (read.shape, read.dtype) == ((COUNT, 2), np.float32)
    assert np.abs(read - POINTS).max() < 0.0051


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        '"landmarks"',
        '{"landmarks": 7}',
        '{"landmarks": [[1, 2]]}',
        json.dumps({"points": POINTS.tolist()}),
        json.dumps({"landmarks": POINTS[:-1].tolist()}),
        json.dumps({"landmarks": [[float("nan"), 0.0]] * COUNT}),
        json.dumps({"landmarks": [["a", "b"]] * COUNT}),
        json.dumps({"landmarks": [[5.0, 5.0]] * COUNT}),
        json.dumps({"landmarks": (POINTS * 1e30).tolist()}),
        "[" * 100_000,
        " " * (MAX_BYTES + 1),
    ],
)
def test_a_file_without_landmarks_is_refused(tmp_path: Path, content: str) -> None:
    file = tmp_path / "her.json"
    file.write_text(content)
    with pytest.raises(LandmarkFileError, match=r"her\.json.*expected"):
        read_landmarks(file)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LandmarkFileError, match="cannot be read"):
        read_landmarks(tmp_path / "none.json")
