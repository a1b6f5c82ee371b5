from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

from training.emotion import data
from training.emotion.takes import load_takes


def test_those_who_judge_are_others_and_all_have_mannerisms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert data.UNSEEN.start >= 400
    monkeypatch.setattr(data, "SECONDS", 1.0)
    monkeypatch.setattr(data, "UNSEEN", range(100_000, 100_002))
    made: list[int] = []
    takes, unseen = data.emotion_data(tmp_path, 3, progress=lambda done, note: made.append(done))
    assert made == [1, 2, 3]
    assert (len(takes.seen), len(unseen.seen)) == (3, 2)
    plain = load_takes(tmp_path / "takes.npz", range(3), seconds=1.0)
    assert takes.spoken.tobytes() != plain.spoken.tobytes()
    again, _ = data.emotion_data(tmp_path, 3)
    assert again.spoken.tobytes() == takes.spoken.tobytes()
