from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

from face.frame_history import AGES, FrameHistory
from training.emotion.movers import RATE_HZ, tracked_take
from training.emotion.takes import load_takes


def test_takes_are_made_once_and_kept(tmp_path: Path) -> None:
    path, made = tmp_path / "new" / "takes.npz", []
    first = load_takes(path, range(3, 5), seconds=1.0, progress=lambda n, _: made.append(n))
    again = load_takes(path, range(3, 5), seconds=1.0, progress=lambda n, _: made.append(n))
    assert made == [1, 2]
    assert first.seen.tobytes() == again.seen.tobytes()
    np.testing.assert_allclose(first.seen[1], tracked_take(4, 1.0).seen, atol=1e-3)


def test_other_takes_and_damaged_files_are_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "takes.npz"
    load_takes(path, range(1), seconds=1.0)
    assert load_takes(path, range(2), seconds=1.0).seen.shape == (2, RATE_HZ, 52)
    path.write_bytes(path.read_bytes()[:1000])
    assert load_takes(path, range(2), seconds=1.0).seen.shape == (2, RATE_HZ, 52)


def test_histories_are_what_the_runtime_shows_the_network(tmp_path: Path) -> None:
    takes = load_takes(tmp_path / "takes.npz", range(2), seconds=2.0)
    history, out = FrameHistory(), np.zeros((len(AGES), 52), np.float32)
    for frame in range(50):
        history.push(takes.seen[1, frame], 1.0 / RATE_HZ if frame else 0.0)
    history.read(out)
    np.testing.assert_allclose(takes.history(np.array([1]), np.array([49]))[0], out, atol=1e-5)
    history, early = FrameHistory(), out.copy()
    for frame in range(4):
        history.push(takes.seen[0, frame], 1.0 / RATE_HZ if frame else 0.0)
    history.read(early)
    np.testing.assert_allclose(takes.history(np.array([0]), np.array([3]))[0], early, atol=1e-5)
