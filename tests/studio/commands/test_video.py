from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.__main__ import main
from studio.commands.video import held_emotion, opaque, orbit
from studio.errors import StudioError


def test_video_draws_an_acted_face(small_head: Path, tmp_path: Path) -> None:
    out = tmp_path / "frames"
    options = (
        f"video -o {out} --ict {small_head} --style clay --size 48 --seconds 0.4 --orbit --emotion sad=0.5"
    )
    assert main(options.split()) == 0
    frames = sorted(out.glob("*.png"))
    assert len(frames) == 10
    first, last = (np.asarray(Image.open(io.BytesIO(path.read_bytes()))) for path in (frames[0], frames[-1]))
    assert first.shape == (48, 48, 4)
    assert not np.array_equal(first, last)


def test_held_emotion_reads_a_name_and_an_intensity() -> None:
    assert held_emotion(None) is None
    none = held_emotion("none")
    assert none is not None
    assert not none.any()
    angry = held_emotion("angry=0.5")
    assert angry is not None
    assert angry.tolist() == [0, 0, 0.5, 0, 0, 0, 0, 0]


def test_the_orbit_begins_and_ends_in_front() -> None:
    assert orbit(0.0).azimuth == pytest.approx(0.0)
    assert orbit(6.0).azimuth == pytest.approx(0.0, abs=1e-6)
    assert max(orbit(t).azimuth for t in np.arange(0, 6, 0.1)) > 0.7


@pytest.mark.parametrize("text", ["glad", "angry=1.5", "angry=x", "angry=", "none=1"])
def test_held_emotion_rejects_unknown_names_and_intensities(text: str) -> None:
    with pytest.raises(StudioError, match="--emotion"):
        held_emotion(text)


def test_opaque_adds_full_alpha() -> None:
    rgb = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    rgba = opaque(rgb)
    assert (rgba[..., :3] == rgb).all()
    assert (rgba[..., 3] == 255).all()
