from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")
pytest.importorskip("onnx", reason="pip install 'omote[export]'")
pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")

import torch

from inference.errors import ModelError
from inference.model_folder import ModelFolder
from networks.retouch import FormFields
from networks.retouch_steps import fields_in_steps
from runtime.inference.retouch_model import load_retouch_model
from runtime.inference.retouch_network import FIELDS, RetouchFields, RetouchNetwork
from tests.networks.retouch_models import halved, learn_steps, random_inputs, random_net, write_random_model


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> ModelFolder:
    return load_retouch_model(write_random_model(tmp_path_factory.mktemp("model") / "retouch"))


def test_the_fields_are_those_of_the_torch_network() -> None:
    planes, code, avatar = (torch.from_numpy(one) for one in random_inputs())
    with torch.no_grad():
        fields = random_net()(planes, code, avatar)
    assert FormFields._fields == tuple(FIELDS)
    assert {name: (field.shape[1], field.shape[2]) for name, field in fields._asdict().items()} == FIELDS


def test_the_avatar_that_is_worn_decides_the_fields(model: ModelFolder) -> None:
    network = RetouchNetwork(model, "cpu", threads=1)
    planes, code, _ = random_inputs()
    portrait, other, _ = random_inputs(3)[0], random_inputs(4)[0], None
    network.planes[:], network.code[:] = planes[0], code[0]
    net = halved(random_net())
    seen = []
    for worn in (portrait, other, portrait):
        network.wear(worn[0])
        network.run()
        seen.append(network.fields.gain.copy())
        with torch.no_grad():
            avatar = net.avatar(torch.from_numpy(worn))
            wanted = net(torch.from_numpy(planes), torch.from_numpy(code), avatar)
        np.testing.assert_allclose(network.fields.flow, wanted.flow[0].numpy(), atol=1e-4)
        np.testing.assert_allclose(network.fields.paint, wanted.paint[0].numpy(), atol=1e-3)
    assert np.array_equal(seen[0], seen[2])
    assert not np.array_equal(seen[0], seen[1])


def test_unchanged_fields_have_the_shapes_of_real_ones(model: ModelFolder) -> None:
    real, unchanged = RetouchNetwork(model, "cpu", threads=1).fields, RetouchFields.unchanged()
    for name in FIELDS:
        assert getattr(unchanged, name).shape == getattr(real, name).shape
    assert (unchanged.gain == 1).all()


def test_graphs_with_other_outputs_are_refused(model: ModelFolder) -> None:
    graphs = {"form.onnx": model.graphs["avatar.onnx"], "avatar.onnx": model.graphs["avatar.onnx"]}
    swapped = replace(model, graphs=graphs)
    with pytest.raises(ModelError, match="code has the shape nothing, expected"):
        RetouchNetwork(swapped, "cpu", threads=1)


def test_several_steps_are_those_of_torch(tmp_path: Path) -> None:
    model = load_retouch_model(write_random_model(tmp_path / "retouch", has_steps=True))
    planes, code, _ = random_inputs()
    planes[:, :3] *= planes[:, 3:4]  # premultiplied, as drafts are
    net = halved(learn_steps(random_net()))
    with torch.no_grad():
        avatar = net.avatar(torch.from_numpy(random_inputs(3)[0]))
    seen = []
    for steps in (1, 2, 3):
        network = RetouchNetwork(model, "cpu", threads=1, steps=steps)
        network.planes[:], network.code[:] = planes[0], code[0]
        network.wear(random_inputs(3)[0][0])
        for _ in range(2):  # the second frame does not go on from the first
            network.run()
        with torch.no_grad():
            wanted = fields_in_steps(
                lambda picture, left: net(picture, torch.from_numpy(code), avatar, left),
                torch.from_numpy(planes),
                steps,
            )
        for name in FIELDS:
            np.testing.assert_allclose(
                getattr(network.fields, name), getattr(wanted, name)[0].numpy(), atol=3e-3, err_msg=name
            )
        seen.append(network.fields.flow.copy())
    assert float(np.abs(seen[0] - seen[1]).max()) > 0.003
    assert float(np.abs(seen[1] - seen[2]).max()) > 0.003


def test_a_network_of_one_step_refuses_more(model: ModelFolder) -> None:
    with pytest.raises(ModelError, match="goes in one step, got 2; choose --steps 1"):
        RetouchNetwork(model, "cpu", threads=1, steps=2)


def test_the_fastest_of_several_runs_counts(model: ModelFolder) -> None:
    times = iter([0.0, 0.9, 1.0, 1.02, 2.0, 2.5, 3.0, 3.4, 4.0, 4.3, 5.0, 5.4, 6.0, 6.6, 7.0, 7.7])
    network = RetouchNetwork(model, "cpu", threads=1)
    assert network.fastest_ms(lambda: next(times)) == pytest.approx(20.0)
