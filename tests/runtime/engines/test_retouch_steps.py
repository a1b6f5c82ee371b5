"""The retouch engine in more than one step: its pictures, and how the further steps come and go."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")
pytest.importorskip("onnx", reason="pip install 'omote[export]'")
pytest.importorskip("onnxruntime", reason="pip install 'omote[neural]'")

from inference.errors import ModelError
from runtime.engines.head import HeadEngine
from runtime.engines.retouch import RetouchEngine
from runtime.inference.settings import NeuralSettings
from tests.networks.retouch_models import answering_net, halved, learn_steps, write_random_model
from tests.runtime.engines.fading import fading
from tests.runtime.engines.retouch_reference import MOTIONS, SIZE, avatar, reference


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_random_model(tmp_path_factory.mktemp("model") / "retouch", has_steps=True, is_answering=True)


@pytest.fixture(scope="module")
def engine(model: Path) -> Iterator[RetouchEngine]:
    made = RetouchEngine(SIZE, NeuralSettings(("cpu",), str(model), steps=3))
    yield made
    made.close()


@pytest.fixture(scope="module")
def head() -> Iterator[HeadEngine]:
    made = HeadEngine(SIZE)
    yield made
    made.close()


def net() -> Any:
    return halved(learn_steps(answering_net()))


def test_three_steps_agree_with_the_torch_reference(engine: RetouchEngine, head: HeadEngine) -> None:
    worn = avatar("ines", "keep")
    engine.set_avatar(worn)
    assert engine.network is not None
    assert engine.network.parts == ("form", "steps")
    got = engine.render(MOTIONS[1], 0.0)[..., :3].astype(int)
    off = np.abs(got - reference(head, worn, MOTIONS[1], net=net(), steps=3)[..., :3])
    assert np.percentile(off, 99.9) <= 3.0
    apart = np.abs(got - reference(head, worn, MOTIONS[1], net=net())[..., :3])
    assert apart.mean() > 20 * off.mean()  # else three steps would be one


def test_further_steps_fade_out_before_the_network_does(engine: RetouchEngine, head: HeadEngine) -> None:
    worn = avatar("ines", "keep")
    engine.set_avatar(worn)
    pictures = fading(engine, "steps")
    wanted = {
        2: reference(head, worn, MOTIONS[1], net=net(), steps=3),
        1: reference(head, worn, MOTIONS[1], net=net()),
        0: head.render(MOTIONS[1], 0.0),
    }
    for level, shown in pictures.items():
        off = np.abs(shown[-1][..., :3].astype(int) - wanted[level][..., :3])
        assert np.percentile(off, 99.9) <= 3.0, level
    for level in (1, 0):
        whole = np.abs(pictures[level][-1].astype(int) - pictures[level][0]).mean()
        steps = [
            np.abs(after.astype(int) - before).mean() for before, after in itertools.pairwise(pictures[level])
        ]
        assert whole > 0.2
        assert max(steps) < 0.25 * whole


def test_a_network_of_one_step_says_so(tmp_path: Path) -> None:
    model = write_random_model(tmp_path / "one")
    with pytest.raises(ModelError, match="goes in one step, got 2; choose --steps 1"):
        RetouchEngine(SIZE, NeuralSettings(("cpu",), str(model), steps=2))
