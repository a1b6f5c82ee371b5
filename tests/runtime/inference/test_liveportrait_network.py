"""LivePortrait's networks on a provider: the picture of the torch networks, the portrait at rest, and what is refused."""

from __future__ import annotations

import shutil
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")
pytest.importorskip("onnx", reason="pip install 'omote[export]'")

import onnx
import torch

from inference.errors import ModelError, ProviderError
from inference.providers import why_not
from inference.weight_search import find_weights
from inference.weight_sets import weight_sets
from runtime.inference.liveportrait_network import (
    MOST_TOGETHER,
    AskedPicture,
    LivePortraitNetwork,
    find_liveportrait,
)
from tests.networks.liveportrait.random_weights import keypoints, picture
from tests.networks.liveportrait.tiny_weights import SIDE, tiny_networks

SOURCE = keypoints(2).numpy()
DRIVING = SOURCE + keypoints(3, spread=0.1).numpy()


@pytest.fixture(scope="module")
def volume() -> np.ndarray:
    made: np.ndarray = tiny_networks().appearance(picture(1, SIDE)).numpy()
    return made


@pytest.fixture
def network(liveportrait_weights: Path, volume: np.ndarray) -> LivePortraitNetwork:
    made = LivePortraitNetwork(find_liveportrait(liveportrait_weights), "cpu")
    made.wear(volume, SOURCE)
    return made


def torch_picture(volume: np.ndarray, driving: np.ndarray) -> np.ndarray:
    """By the slow way: stitching as in the paper, less what it would do to the portrait itself."""
    networks = tiny_networks()
    source, moved = torch.from_numpy(SOURCE), torch.from_numpy(driving)

    def correction(x: torch.Tensor) -> torch.Tensor:
        made: torch.Tensor = networks.stitching(torch.cat([source.flatten(1), x.flatten(1)], 1))
        return made

    change = correction(moved) - correction(source)
    moved = moved + change[:, :63].unflatten(1, (21, 3))
    moved[..., :2] += change[:, None, 63:]
    warped = networks.warping(torch.from_numpy(volume), moved, source)
    made: np.ndarray = networks.generator(warped.out)[0].numpy()
    return made


def test_the_picture_is_that_of_the_torch_networks(network: LivePortraitNetwork, volume: np.ndarray) -> None:
    assert network.side == 2 * SIDE
    np.testing.assert_allclose(network.draw(DRIVING), torch_picture(volume, DRIVING), atol=1e-3)
    assert network.provider.startswith("ONNX Runtime, CPU")


def test_a_batch_gives_each_avatar_its_own_picture(
    network: LivePortraitNetwork, volume: np.ndarray, liveportrait_weights: Path
) -> None:
    """Avatars of other volumes and source keypoints, in orders and numbers in which rows change hands."""
    assert network.most == MOST_TOGETHER
    alone = LivePortraitNetwork(find_liveportrait(liveportrait_weights), "cpu")
    asked, wanted = [], []
    for number in range(4):
        source, own = keypoints(20 + number).numpy(), volume * np.float32(1.0 - 0.5 * number)
        moved = source + keypoints(30 + number, spread=0.1).numpy()
        alone.wear(own, source)
        wanted.append(alone.draw(moved).copy())
        asked.append(AskedPicture(object(), own, source, moved, np.zeros_like(wanted[-1])))
    assert min(np.abs(a - b).max() for a, b in combinations(wanted, 2)) > 0.01
    for order in ((0,), (1, 0), (3, 2, 1, 0), (2,), (0, 2), (1, 3, 2)):
        for number in order:
            asked[number].out[:] = -1.0
        network.draw_together([asked[number] for number in order])
        for number in order:
            np.testing.assert_allclose(asked[number].out, wanted[number], atol=1e-4, err_msg=f"{order}")


def test_files_without_a_batch_axis_draw_one_at_a_time(liveportrait_weights: Path, tmp_path: Path) -> None:
    """As those in circulation are."""
    folder = tmp_path / "weights"
    shutil.copytree(liveportrait_weights, folder)
    model = onnx.load(str(folder / "warping_spade.onnx"))
    for one in (*model.graph.input, *model.graph.output):
        one.type.tensor_type.shape.dim[0].dim_value = 1
    onnx.save(model, str(folder / "warping_spade.onnx"))
    network = LivePortraitNetwork(find_liveportrait(folder), "cpu")
    assert network.most == 1
    assert network.volume.shape[0] == 1


def test_openvino_gives_the_same_picture(
    network: LivePortraitNetwork, liveportrait_weights: Path, volume: np.ndarray
) -> None:
    if why_not("openvino"):
        pytest.skip(why_not("openvino"))
    other = LivePortraitNetwork(find_liveportrait(liveportrait_weights), "openvino")
    other.wear(volume, SOURCE)
    np.testing.assert_allclose(other.draw(DRIVING), network.draw(DRIVING), atol=1e-3)


def test_stitching_leaves_the_portrait_itself_alone(network: LivePortraitNetwork) -> None:
    np.testing.assert_allclose(network.stitched(SOURCE), SOURCE[0], atol=1e-6)
    moved = network.stitched(DRIVING)
    assert np.abs(moved - DRIVING[0]).max() > 1e-3


def test_an_avatar_of_other_networks_is_refused(network: LivePortraitNetwork) -> None:
    with pytest.raises(ModelError, match="make the avatar again with these networks"):
        network.wear(np.zeros((1, 32, 16, 64, 64), np.float32), SOURCE)


def test_missing_files_are_named(liveportrait_weights: Path, tmp_path: Path) -> None:
    shutil.copy(liveportrait_weights / "stitching.onnx", tmp_path)
    with pytest.raises(ModelError, match=r"missing .*warping_spade\.onnx.*omote weights says where"):
        find_liveportrait(tmp_path)


def test_checkpoints_are_told_how_they_are_converted(tmp_path: Path) -> None:
    (weights,) = (one for one in weight_sets() if one.key == "liveportrait-safetensors")
    for one in weights.files:
        (tmp_path / one.name).touch()
    with pytest.raises(ModelError, match=f"omote-train convert --weights {tmp_path}"):
        find_liveportrait(tmp_path)


@pytest.mark.parametrize(
    ("file", "other", "said"),
    [
        ("stitching.onnx", "stitching_eye.onnx", "input has 66 numbers, expected 126"),
        ("warping_spade.onnx", "motion_extractor.onnx", "kp_driving has nothing, expected 63"),
    ],
)
def test_another_network_in_a_files_place_is_named(
    liveportrait_weights: Path, tmp_path: Path, file: str, other: str, said: str
) -> None:
    folder = tmp_path / "weights"
    shutil.copytree(liveportrait_weights, folder)
    shutil.copy(liveportrait_weights / other, folder / file)
    with pytest.raises(ModelError, match=said):
        LivePortraitNetwork(find_liveportrait(folder), "cpu")


def test_a_file_that_is_cut_short_is_refused(liveportrait_weights: Path, tmp_path: Path) -> None:
    folder = tmp_path / "weights"
    shutil.copytree(liveportrait_weights, folder)
    path = folder / "warping_spade.onnx"
    path.write_bytes(path.read_bytes()[:1000])
    (weights,) = (one for one in weight_sets() if one.key == "liveportrait-onnx")
    with pytest.raises(ProviderError, match="ONNX Runtime, CPU failed"):
        LivePortraitNetwork(find_weights(weights, folder), "cpu")
