from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch

from face.liveportrait.control import head_rotation
from networks.liveportrait.motion import MotionOutput
from tests.made_pairs import made_pairs
from training.loop import CHECKPOINT, TrainOptions
from training.narrow_liveportrait.batches import MADE_PX, plain_batch
from training.narrow_liveportrait.train import MotionNetwork, fine_weight, picture_loss, train_narrow, turn_of
from training.pairs.person_pairs import write_pairs


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    made = [tmp_path_factory.mktemp("pairs") / f"p{identity:06d}" for identity in (1, 2)]
    for identity, folder in enumerate(made):
        write_pairs(made_pairs(identity, 3), folder)
    return made


def test_two_steps_and_a_resume_are_three_steps(folders: list[Path], tmp_path: Path) -> None:
    def options(steps: int) -> TrainOptions:
        return TrainOptions(minutes=1e9, batch=1, judge_every=1e9, steps=steps)

    found = train_narrow(folders[:1], folders[1:], tmp_path, options(2))
    assert {"db", "still_db", "exp_r2", "turn_deg"} == set(found)
    assert len(list(tmp_path.glob("samples-*.png"))) == 1
    train_narrow(folders[:1], folders[1:], tmp_path, options(3), resume=True)
    assert torch.load(tmp_path / CHECKPOINT, weights_only=True)["step"] == 3


def test_angles_are_read_as_the_runtime_reads_them() -> None:
    """Bins of 3 degrees: a softmax that is sure of a bin is an angle."""
    wanted = {"pitch": 12, "yaw": -30, "roll": 6}
    logits = {name: torch.full((1, 66), -50.0) for name in wanted}
    for name, angle in wanted.items():
        logits[name][0, int((angle + 97.5) / 3)] = 50.0
    nothing = torch.zeros(1, 63)
    seen = MotionOutput(**logits, t=nothing[:, :3], exp=nothing, scale=nothing[:, :1], kp=nothing)
    angles = np.array([int((angle + 97.5) / 3) * 3 - 97.5 for angle in wanted.values()], np.float32)
    np.testing.assert_allclose(turn_of(seen)[0].numpy(), head_rotation(angles), atol=1e-5)


def test_the_motion_network_begins_at_the_mean_face() -> None:
    mean = np.random.default_rng(1).normal(0, 0.1, (21, 3)).astype(np.float32)
    torch.manual_seed(0)
    with torch.no_grad():
        seen = MotionNetwork(mean).eval()(torch.rand(1, 3, 128, 128))
    np.testing.assert_allclose(seen.kp.numpy().reshape(21, 3), mean, atol=0.05)
    assert seen.scale.item() == pytest.approx(2.2, abs=0.1)
    assert float(turn_of(seen)[0].trace()) > 2.8  # ahead


def test_eyes_and_mouth_count_more_and_the_truth_costs_nothing(folders: list[Path]) -> None:
    batch = plain_batch(folders, 1)
    assert float(picture_loss(batch.target, batch)) == 0.0
    keypoints = torch.full((1, 21, 3), 3.0)  # outside
    keypoints[0, 14, :2] = torch.tensor([0.5, -0.25])  # the mouth
    weight = fine_weight(keypoints, batch.target)[0, 0]
    row, column = int(0.375 * MADE_PX), int(0.75 * MADE_PX)
    assert float(weight[row, column]) == pytest.approx(5.0, abs=0.05)
    assert float(weight[-1, 0]) == pytest.approx(1.0, abs=1e-3)
