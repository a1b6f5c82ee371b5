from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.made_pairs import made_pairs
from training.errors import TrainingError
from training.pairs.clips import SETTINGS, clip_length, clip_rows


def test_a_folder_says_how_long_its_clips_are(tmp_path: Path) -> None:
    assert clip_length(tmp_path) == 1
    (tmp_path / SETTINGS).write_text('{"split": "train", "motions": 24, "seed": 0}')
    assert clip_length(tmp_path) == 1
    (tmp_path / SETTINGS).write_text('{"split": "train", "motions": 24, "seed": 0, "clip": 4}')
    assert clip_length(tmp_path) == 4


@pytest.mark.parametrize("text", ["{", "[1]", '{"clip": "long"}', '{"clip": 0}', '{"clip": true}'])
def test_damaged_settings_are_an_error(text: str, tmp_path: Path) -> None:
    (tmp_path / SETTINGS).write_text(text)
    with pytest.raises(TrainingError, match="omote-train pairs"):
        clip_length(tmp_path)


def test_rows_are_whole_clips_without_the_portrait() -> None:
    person = made_pairs(1, 9)  # the portrait's own motion and two clips of four
    random = np.random.default_rng(0)
    found = {tuple(clip_rows(person, 4, random)) for _ in range(40)}
    assert found == {(1, 2, 3, 4), (5, 6, 7, 8)}
    assert {len(clip_rows(person, 1, random)) for _ in range(9)} == {1}
