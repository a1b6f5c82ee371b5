from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from face.avatar import load_avatar
from face.motion import Motion
from face.rig import HeadRig, load_rig
from protocol.blendshapes import INDEX
from runtime.avatars.builtin import DEFAULT, FOLDER, builtin_avatars, find_builtin
from runtime.engines.head import HeadEngine

ROOT = Path(__file__).resolve().parents[3]
NAMES = list(builtin_avatars())
SIZE = 256
MOST_BYTES = 1_500_000


class Drawn:
    """One avatar that can be drawn in several expressions."""

    def __init__(self, engine: HeadEngine, folder: Path) -> None:
        self.engine = engine
        self.avatar = load_avatar(folder)
        engine.set_avatar(self.avatar)
        self.rig = load_rig(self.avatar)

    def frame(self, **expression: float) -> NDArray[np.float32]:
        motion = Motion.neutral()
        for name, value in expression.items():
            motion.expression[INDEX[name]] = value
        return self.engine.render(motion, 0.0).astype(np.float32)


@pytest.fixture(scope="module")
def engine() -> Iterator[HeadEngine]:
    engine = HeadEngine(SIZE)
    yield engine
    engine.close()


@pytest.fixture(params=NAMES)
def drawn(engine: HeadEngine, request: pytest.FixtureRequest) -> Drawn:
    return Drawn(engine, builtin_avatars()[request.param])


def around(rig: HeadRig, vertices: NDArray[np.int32]) -> tuple[slice, slice]:
    """The part of a picture that shows these vertices, a little wider."""
    rest = rig.neutral[vertices] @ rig.camera.rotation.T + rig.camera.translation
    shares = np.stack([-rest[:, 1], rest[:, 0]], 1) * (rig.camera.focal / -rest[:, 2:])
    places = ((shares + 0.5) * SIZE).astype(int)
    (top, left), (bottom, right) = places.min(0) - 4, places.max(0) + 4
    return slice(top, bottom), slice(left, right)


def test_there_are_several_and_the_default_one_is_first() -> None:
    assert NAMES[0] == DEFAULT
    assert len(NAMES) >= 3
    assert all(name.isalpha() and name.islower() for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_each_folder_is_small_and_holds_only_the_files_that_are_loaded(name: str) -> None:
    folder = builtin_avatars()[name]
    avatar = load_avatar(folder)
    assert (avatar.name.lower(), avatar.engine) == (name, "head")
    files = {path.name: path.stat().st_size for path in folder.iterdir()}
    assert sum(files.values()) <= MOST_BYTES
    assert set(files) == {"avatar.toml", "thumbnail.png"} | {file.name for file in avatar.files.values()}


def test_the_wheel_takes_them_along() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    patterns = settings["tool"]["setuptools"]["package-data"]["runtime"]
    packed = {path for pattern in patterns for path in (ROOT / "runtime").glob(pattern) if path.is_file()}
    for name in NAMES:
        assert set((FOLDER / name).iterdir()) <= packed


def test_a_person_is_seen_in_the_middle_and_can_be_cut_out(drawn: Drawn) -> None:
    assert drawn.avatar.background == "plate"
    assert drawn.frame()[..., 3].min() == 255
    cut_out = HeadEngine(SIZE)
    try:
        cut_out.set_avatar(replace(drawn.avatar, background="transparent"))
        alpha = cut_out.render(Motion.neutral(), 0.0)[..., 3] / 255.0
    finally:
        cut_out.close()
    assert 0.25 < alpha.mean() < 0.75
    assert alpha[SIZE // 4 : SIZE // 2, SIZE * 2 // 5 : SIZE * 3 // 5].min() == 1
    assert alpha[: SIZE // 3, :8].max() == 0
    assert alpha[: SIZE // 3, -8:].max() == 0


def test_the_jaw_moves_the_mouth_and_leaves_the_eyes(drawn: Drawn) -> None:
    lips, lids = drawn.rig.model.lips, drawn.rig.model.lids
    mouth = around(drawn.rig, np.concatenate([lips.upper, lips.lower]))
    eyes = [around(drawn.rig, np.concatenate([one.upper, one.lower])) for one in lids]
    moved = np.abs(drawn.frame(jawOpen=0.7)[..., :3] - drawn.frame()[..., :3]).mean(2)
    assert moved[mouth].mean() > 12
    assert max(moved[eye].mean() for eye in eyes) < moved[mouth].mean() / 4


def test_a_blink_hides_the_eyes_under_skin_and_leaves_the_mouth(drawn: Drawn) -> None:
    open_, shut = drawn.frame(), drawn.frame(eyeBlinkLeft=1.0, eyeBlinkRight=1.0)
    lips = drawn.rig.model.lips
    mouth = around(drawn.rig, np.concatenate([lips.upper, lips.lower]))
    moved = np.abs(open_ - shut).mean(2)
    for lids in drawn.rig.model.lids:
        eye = around(drawn.rig, np.concatenate([lids.upper, lids.lower]))
        assert moved[eye].mean() > 8
    assert moved[mouth].mean() < 1


@pytest.mark.parametrize("name", ["..", "", "../builtin/mio", "nobody"])
def test_only_a_built_in_avatar_s_name_has_a_folder(name: str) -> None:
    assert find_builtin(name) in (None, FOLDER / DEFAULT)


def test_an_installation_without_them_draws_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.avatars.builtin.FOLDER", tmp_path / "none")
    assert builtin_avatars() == {}
    assert find_builtin("") is None
