from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")
pytest.importorskip("onnx", reason="pip install 'omote[export]'")
pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")

import torch

from bridge.trackers.tracker_network import TRACKER_FILE, load_tracker_model
from networks.tracker import REST, TrackerNet
from tests.made_faces import made_faces
from tests.networks.tracker_models import random_crops, random_tracker
from training.errors import TrainingError
from training.model_folder_writer import ModelCard
from training.onnx_graph import onnx_graph
from training.tracker.batches import FaceBatches
from training.tracker.export import export_tracker
from training.tracker.face_pictures import write_faces
from training.tracker.shipped import tracker_net_of


def test_the_network_reads_as_the_one_that_was_exported(tmp_path: Path) -> None:
    """To bytes: the folder's weights are rounded to them."""
    trained = random_tracker()
    for norm in trained.modules():
        if isinstance(norm, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(norm.weight, 0.5, 1.5)
            torch.nn.init.uniform_(norm.running_var, 0.5, 2.0)
            torch.nn.init.normal_(norm.running_mean, 0.0, 0.2)
    write_faces(made_faces(0, 6), tmp_path / "p000000")
    export_tracker(trained, tmp_path / "model", ModelCard("nothing", 0.0))
    trained.eval()  # the exporter leaves it learning
    typical = FaceBatches([tmp_path / "p000000"], batch=16, seed=0).make(0)
    net = tracker_net_of(load_tracker_model(tmp_path / "model"), typical).eval()
    crops = {name: torch.from_numpy(one) for name, one in random_crops(count=4).items()}
    rest = torch.randn(4, REST, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        expected, read = trained(**crops, rest=rest), net(**crops, rest=rest)
    for name, one in read._asdict().items():
        torch.testing.assert_close(one, getattr(expected, name), atol=0.05, rtol=0.02, msg=name)


def test_a_network_without_the_rest_is_refused(tmp_path: Path) -> None:
    class WithoutRest(torch.nn.Module):
        def __init__(self, net: TrackerNet) -> None:
            super().__init__()
            self.net = net

        def forward(self, *crops: torch.Tensor) -> torch.Tensor:
            made: torch.Tensor = self.net(*crops).expression
            return made

    export_tracker(random_tracker(), tmp_path / "model", ModelCard("nothing", 0.0))
    model = load_tracker_model(tmp_path / "model")
    crops = tuple(torch.from_numpy(one) for one in random_crops().values())
    graph = onnx_graph(WithoutRest(random_tracker()).eval(), crops, ["face", "eyes", "mouth"], ["expression"])
    model.graphs[TRACKER_FILE] = graph  # type: ignore[index]
    write_faces(made_faces(0, 6), tmp_path / "p000000")
    typical = FaceBatches([tmp_path / "p000000"], batch=4, seed=0).make(0)
    with pytest.raises(TrainingError, match=r"has no weights of .*rest.*without --begin-with"):
        tracker_net_of(model, typical)
