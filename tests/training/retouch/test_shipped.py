from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")
pytest.importorskip("onnx", reason="pip install 'omote[export]'")
pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")

import torch

from runtime.inference.retouch_model import AVATAR_FILE, FORM_FILE, load_retouch_model
from tests.networks.retouch_models import answering_net, learn_steps, random_inputs
from training.errors import TrainingError
from training.retouch.export import export_retouch
from training.retouch.shipped import form_net_of


@pytest.mark.parametrize("has_paint", [True, False])
def test_the_network_is_the_one_that_was_exported_with_its_paint(tmp_path: Path, has_paint: bool) -> None:
    """To half precision: the folder's weights are rounded to it."""
    trained = answering_net()
    export_retouch(trained, tmp_path, trained_on="nothing", hours=0.0, has_paint=has_paint)
    net = form_net_of(load_retouch_model(tmp_path)).eval()
    trained.eval()  # the exporter leaves it learning
    planes, code, _ = (torch.from_numpy(one) for one in random_inputs())
    with torch.no_grad():
        avatar, wanted_avatar = net.avatar(planes), trained.avatar(planes)
        torch.testing.assert_close(avatar, wanted_avatar, atol=1e-3, rtol=1e-3)
        made, wanted = net(planes, code, avatar), trained(planes, code, wanted_avatar)
    for name, one in made._asdict().items():
        torch.testing.assert_close(one, getattr(wanted, name), atol=2e-3, rtol=1e-2, msg=name)
    assert float(made.mask.std()) > 1e-3


def test_what_it_learned_of_later_steps_is_there_again(tmp_path: Path) -> None:
    trained = learn_steps(answering_net())
    export_retouch(trained, tmp_path, trained_on="nothing", hours=0.0, has_paint=False)
    net = form_net_of(load_retouch_model(tmp_path))
    torch.testing.assert_close(net.behind.weight, trained.behind.weight, atol=1e-3, rtol=1e-3)


def test_graphs_of_another_network_are_refused(tmp_path: Path) -> None:
    export_retouch(answering_net(), tmp_path, trained_on="nothing", hours=0.0)
    model = load_retouch_model(tmp_path)
    model.graphs[FORM_FILE] = model.graphs[AVATAR_FILE]  # type: ignore[index]
    with pytest.raises(TrainingError, match="no weight of this network"):
        form_net_of(model)
