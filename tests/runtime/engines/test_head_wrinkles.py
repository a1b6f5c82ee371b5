"""Wrinkles in pictures of the head engine: where, how strong, and only when the skin is compressed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from face.avatar import load_avatar
from runtime.engines.head import HeadEngine
from runtime.engines.retouch import RetouchEngine
from runtime.inference.settings import NeuralSettings
from tests.motions import motion
from tests.runtime.engines.head_pictures import SIZE, Picture, painted

RAISED = {
    "expression_browInnerUp": 1.0, "expression_browOuterUpLeft": 1.0, "expression_browOuterUpRight": 1.0,
}  # fmt: skip
SKIN = (214, 172, 150)


@pytest.fixture(scope="module")
def plain(drawn_avatar: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The drawn avatar with a face of one colour."""
    return painted(drawn_avatar, tmp_path_factory.mktemp("plain") / "avatar", {"face": SKIN})


@pytest.fixture(scope="module")
def wrinkled(plain: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = painted(plain, tmp_path_factory.mktemp("wrinkled") / "avatar", {})
    manifest = folder / "avatar.toml"
    manifest.write_text("wrinkles = 1.0\n" + manifest.read_text())
    return folder


#: Name -> Motion. The first ones compress no skin.
MOTIONS: dict[str, dict[str, float]] = {
    "rest": {},
    "turned": {"pose_yaw": 0.3},
    "jaw": {"expression_jawOpen": 1.0},
    "blink": {"expression_eyeBlinkLeft": 1.0},
    "left": {"expression_browOuterUpLeft": 1.0, "expression_browInnerUp": 0.3},
} | {f"raised {share}": dict.fromkeys(RAISED, share) for share in (0.2, 0.4, 0.6, 0.8, 1.0)}


@pytest.fixture(scope="module")
def pictures(engine: HeadEngine, plain: Path, wrinkled: Path) -> dict[str, tuple[Picture, Picture]]:
    """Name of a motion -> picture without wrinkles, picture with them."""
    drawn = []
    for folder in (plain, wrinkled):
        engine.set_avatar(load_avatar(folder))
        drawn.append([engine.render(motion(**values), 0.0).copy() for values in MOTIONS.values()])
    return dict(zip(MOTIONS, zip(*drawn, strict=True), strict=True))


def change_in(pictures: dict[str, tuple[Picture, Picture]], name: str) -> np.ndarray:
    without, with_folds = pictures[name]
    return with_folds[..., :3].astype(int) - without[..., :3]


@pytest.mark.parametrize("name", list(MOTIONS)[:4])
def test_a_face_whose_skin_is_not_compressed_is_drawn_bit_for_bit_as_without(
    pictures: dict[str, tuple[Picture, Picture]], name: str
) -> None:
    np.testing.assert_array_equal(*pictures[name])


def test_raised_brows_fold_the_forehead_and_nothing_else(
    pictures: dict[str, tuple[Picture, Picture]],
) -> None:
    change = change_in(pictures, "raised 1.0")
    rows, columns = np.nonzero(np.abs(change).max(2) > 2)
    assert len(rows) > 300
    assert rows.max() < 0.45 * SIZE  # above the eyes
    assert np.ptp(columns) > 0.15 * SIZE
    # a change of light, no paint: at most a third, and not towards grey
    assert np.abs(change).max() < 0.34 * 255
    darker = change.sum(2) < -12
    red, blue = pictures["raised 1.0"][1][darker][:, 0].astype(int), pictures["raised 1.0"][1][darker][:, 2]
    assert (red - blue > 0.8 * (SKIN[0] - SKIN[2])).all()
    assert (change.sum(2) > 12).sum() > 50  # the lower slopes are lighter


def test_the_network_that_ships_leaves_folds_as_deep_as_they_are(
    pictures: dict[str, tuple[Picture, Picture]], plain: Path, wrinkled: Path
) -> None:
    pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")
    engine = RetouchEngine(SIZE, NeuralSettings(("cpu",)))
    made = []
    for folder in (plain, wrinkled):
        engine.set_avatar(load_avatar(folder))
        for now_s in (0.0, 10.0):  # the network's part has faded in
            made.append(engine.render(motion(**MOTIONS["raised 1.0"]), now_s)[..., :3].astype(int))
    engine.close()
    change = (made[3] - made[1]).ravel()
    wanted = change_in(pictures, "raised 1.0").ravel()
    assert np.corrcoef(change, wanted)[0, 1] > 0.8  # the network bends them by a pixel
    assert 0.7 < np.abs(change).sum() / np.abs(wanted).sum() < 1.4


def test_one_raised_brow_folds_its_own_side(pictures: dict[str, tuple[Picture, Picture]]) -> None:
    both, left = (np.abs(change_in(pictures, name)).sum(2) for name in ("raised 1.0", "left"))
    middle = int(np.average(np.arange(SIZE), weights=both.sum(0)))
    # the subject's left is on the picture's right
    assert left[:, middle + 15 :].sum() > 2 * left[:, : middle - 15].sum()


def test_folds_grow_without_a_jump(pictures: dict[str, tuple[Picture, Picture]]) -> None:
    amounts = [0.0] + [
        np.abs(change_in(pictures, f"raised {share}")).sum() for share in (0.2, 0.4, 0.6, 0.8, 1.0)
    ]
    steps = np.diff(amounts) / max(amounts)
    assert steps.min() > -0.1  # the forehead becomes smaller in the picture
    assert steps.max() < 0.45
    assert amounts[1] > 0


def test_folds_of_a_grey_photograph_are_grey(engine: HeadEngine, plain: Path, tmp_path: Path) -> None:
    grey = painted(plain, tmp_path / "avatar", {"face": (180, 180, 180)})
    manifest = grey / "avatar.toml"
    text = manifest.read_text()
    drawn = []
    for strength in ("0.0", "1.0"):
        manifest.write_text(f"wrinkles = {strength}\n{text}")
        engine.set_avatar(load_avatar(grey))
        drawn.append(engine.render(motion(**RAISED), 0.0)[..., :3].astype(int))
    darker = drawn[0] - drawn[1]
    assert darker.max() > 10
    # but for pixels that hair is part of
    assert np.quantile(np.ptp(darker, axis=2)[darker.max(2) > 5], 0.95) <= 2
