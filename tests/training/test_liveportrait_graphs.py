"""The ONNX files compute what the torch networks compute, with operators that every provider has."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")
pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")
pytest.importorskip("onnx", reason="pip install 'omote[export]'")

import onnx
import onnxruntime
from torch import Tensor

from inference.weight_sets import weight_sets
from networks.liveportrait.checkpoints import LivePortraitNetworks
from tests.networks.liveportrait.random_weights import keypoints, numbers, picture
from tests.networks.liveportrait.tiny_weights import SIDE, tiny_networks
from training.liveportrait_graphs import GRAPHS, WarpedPicture, write_graphs


@pytest.fixture(scope="module")
def networks() -> LivePortraitNetworks:
    return tiny_networks()


@pytest.fixture(scope="module")
def folder(networks: LivePortraitNetworks, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("onnx") / "liveportrait-onnx"
    written: list[str] = []
    write_graphs(networks, made, side=SIDE, progress=written.append)
    assert tuple(written) == GRAPHS
    return made


def outputs(folder: Path, file: str, inputs: dict[str, Tensor]) -> dict[str, np.ndarray]:
    session = onnxruntime.InferenceSession(folder / file, providers=["CPUExecutionProvider"])
    names = [one.name for one in session.get_outputs()]
    made = session.run(names, {name: value.numpy() for name, value in inputs.items()})
    return dict(zip(names, made, strict=True))


def test_the_files_are_those_of_the_set_in_circulation(folder: Path) -> None:
    (weights,) = (one for one in weight_sets() if one.key == "liveportrait-onnx")
    assert {one.name for one in weights.files} == {path.name for path in folder.iterdir()}


def test_the_picture_is_the_torch_networks(networks: LivePortraitNetworks, folder: Path) -> None:
    volume = networks.appearance(picture(1, SIDE))
    source = keypoints(2)
    driving = source + keypoints(3, spread=0.2)
    wanted = WarpedPicture(networks.warping, networks.generator)(volume, driving, source)
    inputs = {"feature_3d": volume, "kp_driving": driving, "kp_source": source}
    got = outputs(folder, "warping_spade.onnx", inputs)["out"]
    assert got.shape == (1, 3, 2 * SIDE, 2 * SIDE)
    assert wanted.std() > 0.05  # it is not flat
    np.testing.assert_allclose(got, wanted.numpy(), atol=1e-3)


def test_a_batch_gives_each_avatar_the_picture_that_it_has_alone(folder: Path) -> None:
    """Three avatars of other volumes and keypoints; one that reads its neighbour's volume would differ."""
    volume, source = numbers(6, 3, *volume_shape(folder)), keypoints(2).repeat(3, 1, 1)
    driving = source + 0.2 * numbers(7, *source.shape)
    inputs = {"feature_3d": volume, "kp_driving": driving, "kp_source": source}
    together = outputs(folder, "warping_spade.onnx", inputs)["out"]
    assert np.abs(together[0] - together[1]).mean() > 0.01
    for row, picture_of_row in enumerate(together):
        one = {name: value[row : row + 1] for name, value in inputs.items()}
        alone = outputs(folder, "warping_spade.onnx", one)["out"][0]
        np.testing.assert_allclose(picture_of_row, alone, atol=1e-4)


def volume_shape(folder: Path) -> tuple[int, ...]:
    session = onnxruntime.InferenceSession(folder / "warping_spade.onnx", providers=["CPUExecutionProvider"])
    (one,) = (one for one in session.get_inputs() if one.name == "feature_3d")
    assert one.shape[0] == "batch"
    return tuple(one.shape[1:])


def test_no_operator_that_providers_lack(folder: Path) -> None:
    for file in GRAPHS:
        nodes = onnx.load(str(folder / file)).graph.node
        assert "GridSample" not in {node.op_type for node in nodes}
        assert {node.domain for node in nodes} <= {"", "ai.onnx"}
    graph = onnx.load(str(folder / "warping_spade.onnx")).graph
    computed = {name for node in graph.node if node.op_type != "Constant" for name in node.output}
    gathers = [node for node in graph.node if node.op_type == "Gather" and node.input[1] in computed]
    casts = {node.output[0]: node.attribute[0].i for node in graph.node if node.op_type == "Cast"}
    assert len(gathers) == 8
    assert onnx.TensorProto.INT32 in casts.values()
    assert onnx.TensorProto.INT64 not in casts.values()


def test_motion_and_appearance_have_the_names_in_circulation(
    networks: LivePortraitNetworks, folder: Path
) -> None:
    image = picture(4, SIDE)
    got = outputs(folder, "motion_extractor.onnx", {"img": image})
    assert list(got) == ["pitch", "yaw", "roll", "t", "exp", "scale", "kp"]
    for name, value in networks.motion(image)._asdict().items():
        np.testing.assert_allclose(got[name], value.numpy(), atol=1e-3)
    (volume,) = outputs(folder, "appearance_feature_extractor.onnx", {"img": image}).values()
    np.testing.assert_allclose(volume, networks.appearance(image).numpy(), atol=1e-3)


@pytest.mark.parametrize(
    ("file", "count"),
    [("stitching.onnx", 126), ("stitching_eye.onnx", 66), ("stitching_lip.onnx", 65)],
)
def test_retargeting(networks: LivePortraitNetworks, folder: Path, file: str, count: int) -> None:
    network = {126: networks.stitching, 66: networks.eye, 65: networks.lip}[count]
    x = numbers(5, 1, count)
    np.testing.assert_allclose(outputs(folder, file, {"input": x})["output"], network(x).numpy(), atol=1e-4)


def test_other_weights_take_the_place_of_a_file(networks: LivePortraitNetworks, tmp_path: Path) -> None:
    (tmp_path / "stitching.onnx").write_bytes(b"old")
    (tmp_path / "eye.onnx").write_bytes(b"of the user")
    write_graphs(
        networks, tmp_path, side=SIDE, is_halved=True, files=("stitching.onnx",), progress=lambda _: None
    )
    x = numbers(5, 1, 126)
    got = outputs(tmp_path, "stitching.onnx", {"input": x})["output"]
    np.testing.assert_allclose(got, networks.stitching(x).numpy(), atol=2e-2)
    assert {path.name for path in tmp_path.iterdir()} == {"stitching.onnx", "eye.onnx"}
