"""What the head engine does with avatars that are missing or damaged."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from face.avatar import load_avatar
from face.errors import AvatarError
from face.motion import Motion
from runtime.engines.head import HeadEngine
from runtime.errors import RenderError


@pytest.fixture(scope="module")
def engine() -> Iterator[HeadEngine]:
    made = HeadEngine(256)
    yield made
    made.close()


def test_rendering_without_an_avatar_says_what_to_do() -> None:
    fresh = HeadEngine(64)
    try:
        with pytest.raises(RenderError, match="set_avatar first"):
            fresh.render(Motion.neutral(), 0.0)
    finally:
        fresh.close()
        fresh.close()


@pytest.mark.parametrize("name", ["face.png", "plate.png", "iris_left.png", "rig.npz"])
@pytest.mark.parametrize("how", ["cut short", "empty", "something else"])
def test_a_damaged_avatar_is_refused_and_the_one_before_stays(
    engine: HeadEngine, drawn_avatar: Path, tmp_path: Path, name: str, how: str
) -> None:
    folder = tmp_path / "avatar"
    shutil.copytree(drawn_avatar, folder)
    whole = (folder / name).read_bytes()
    content = {"cut short": whole[: len(whole) // 2], "empty": b"", "something else": b"hello"}[how]
    (folder / name).write_bytes(content)
    engine.set_avatar(load_avatar(drawn_avatar))
    before = engine.render(Motion.neutral(), 0.0).copy()
    with pytest.raises(AvatarError, match="make the avatar again"):
        engine.set_avatar(load_avatar(folder))
    assert (engine.render(Motion.neutral(), 0.0) == before).all()


def test_ink_lies_where_the_face_turns_away_and_nowhere_else(
    engine: HeadEngine, drawn_avatar: Path, tmp_path: Path
) -> None:
    """Green ink on a turned head: along the far cheek, and neither on nose, eyes and mouth nor beside the head."""
    folder = tmp_path / "inked"
    shutil.copytree(drawn_avatar, folder)
    with np.load(folder / "rig.npz") as arrays:
        np.savez(folder / "rig.npz", **{**arrays, "ink": np.array([0, 1, 0, 1], np.float32)})
    turned = Motion.neutral()
    turned.pose[0] = 0.5
    shown = []
    for place in (drawn_avatar, folder):
        engine.set_avatar(load_avatar(place))
        shown.append(engine.render(turned, 0.0)[..., :3].astype(int))
    without, ink = shown
    rows, columns = np.nonzero(np.abs(ink - without).max(2) > 60)
    assert 50 < len(rows) < 0.02 * ink.shape[0] * ink.shape[1]
    assert (ink[rows, columns, 1] > without[rows, columns, 1]).mean() > 0.9
    assert (
        np.quantile(columns, 0.25) > ink.shape[1] / 2
    )  # the head turned to the subject's left: the picture's right
