from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

from protocol.blendshapes import INDEX
from training.emotion.movers import RATE_HZ
from training.emotion.real_takes import calm_speech, read_performances, slow_part
from training.errors import TrainingError


def write(
    path: Path, person: str, *, smile: float, jaw_hz: float, seconds: float = 4.0, fps: float = 60.0
) -> None:
    """A take of somebody who frowns a little at rest, holds a smile, and moves the jaw."""
    times = np.arange(round(seconds * fps)) / fps
    values = np.zeros((len(times), 52))
    values[:, INDEX["browDownLeft"]] = 0.3
    values[:, INDEX["mouthSmileLeft"]] = smile
    values[:, INDEX["jawOpen"]] = 0.3 * (1.0 - np.cos(2.0 * np.pi * jaw_hz * times))
    np.savez(
        path, time_s=times.astype(np.float32), coefficients=values.astype(np.float16), person=np.array(person)
    )


def test_takes_are_resampled_and_lose_the_persons_rest(tmp_path: Path) -> None:
    write(tmp_path / "studio_one.npz", "ann", smile=0.0, jaw_hz=3.0)
    write(tmp_path / "studio_two.npz", "ann", smile=0.6, jaw_hz=0.0)
    one, two = read_performances(tmp_path)
    assert one.person == two.person == "studio: ann"
    assert abs(len(one.expression) - 4 * RATE_HZ) <= 1
    assert not one.expression[:, INDEX["browDownLeft"]].any()  # always there: this face at rest
    assert two.expression[:, INDEX["mouthSmileLeft"]].min() == pytest.approx(0.6, abs=1e-3)
    times = np.arange(len(one.expression)) / RATE_HZ
    known = 0.3 * (1.0 - np.cos(6.0 * np.pi * times))
    np.testing.assert_allclose(one.expression[:, INDEX["jawOpen"]], known, atol=0.02)


def test_only_speech_is_returned_and_a_held_smile_comes_off(tmp_path: Path) -> None:
    write(tmp_path / "talks.npz", "a", smile=0.6, jaw_hz=3.0)
    write(tmp_path / "holds.npz", "b", smile=0.6, jaw_hz=0.0)
    pieces = calm_speech(read_performances(tmp_path))
    assert {piece.name.split()[0] for piece in pieces} == {"talks"}
    assert len(pieces) >= 1
    assert max(float(piece.expression[:, INDEX["mouthSmileLeft"]].max()) for piece in pieces) < 1e-3
    assert min(float(piece.expression[:, INDEX["jawOpen"]].max()) for piece in pieces) > 0.5


def test_the_slow_part_has_no_delay() -> None:
    times = np.arange(300) / RATE_HZ
    values = np.sin(2.0 * np.pi * 0.2 * times)[:, None].astype(np.float32)
    slow = slow_part(values, 0.08)
    assert np.abs(slow - values)[30:-30].max() < 0.02
    quick = np.sin(2.0 * np.pi * 7.0 * times)[:, None].astype(np.float32)
    assert np.abs(slow_part(quick, 1.0)[60:-60]).max() < 0.05


def test_other_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"no \.npz takes"):
        read_performances(tmp_path)
    np.savez(tmp_path / "x.npz", time_s=np.arange(3.0), coefficients=np.zeros((3, 7)), person=np.array("c"))
    with pytest.raises(TrainingError, match=r"expected \(3, 52\)"):
        read_performances(tmp_path)
    (tmp_path / "x.npz").write_bytes(b"nothing")
    with pytest.raises(TrainingError, match="not a take"):
        read_performances(tmp_path)
