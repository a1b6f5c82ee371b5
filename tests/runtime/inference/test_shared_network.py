"""Several faces on one network: one copy is loaded, and each face gets its own avatar's picture."""

from __future__ import annotations

import gc
import shutil
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")
pytest.importorskip("cv2")

from face.avatar import load_avatar
from face.liveportrait.portrait_face import ROLE, load_face, save_face
from face.motion import Motion
from inference.errors import ProviderError
from inference.weight_search import FoundWeights
from runtime.engines.liveportrait import LivePortraitEngine
from runtime.inference.liveportrait_network import LivePortraitNetwork, find_liveportrait
from runtime.inference.settings import NeuralSettings
from runtime.inference.shared_network import LIVEPORTRAITS, SharedNetworks

SIZE = 96


def test_two_faces_draw_their_own_avatars_with_one_network(
    liveportrait_weights: Path, liveportrait_avatar: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    shutil.copytree(liveportrait_avatar, other)
    face = load_face(load_avatar(other))
    save_face(replace(face, volume=-face.volume), other / load_avatar(other).files[ROLE].name)
    settings = NeuralSettings(("cpu",), weights=str(liveportrait_weights))

    def alone(folder: Path) -> np.ndarray:
        engine = LivePortraitEngine(SIZE, settings)
        engine.set_avatar(load_avatar(folder))
        made = engine.render(Motion.neutral(), 0.0).copy()
        engine.close()
        return made

    wanted = [alone(folder) for folder in (liveportrait_avatar, other)]
    assert np.abs(wanted[0].astype(int) - wanted[1]).mean() > 1.0
    engines = [LivePortraitEngine(SIZE, settings) for _ in range(2)]
    for engine, folder in zip(engines, (liveportrait_avatar, other), strict=True):
        engine.set_avatar(load_avatar(folder))
    gc.collect()
    assert len(LIVEPORTRAITS) == 1
    for _ in range(2):  # in turn
        for engine, picture in zip(engines, wanted, strict=True):
            np.testing.assert_array_equal(engine.render(Motion.neutral(), 0.0), picture)
    for engine in engines:
        engine.close()


@pytest.fixture
def found(liveportrait_weights: Path) -> FoundWeights:
    return find_liveportrait(liveportrait_weights)


def test_who_wants_the_same_one_waits_and_another_provider_does_not(found: FoundWeights) -> None:
    """As CUDA draws while TensorRT compiles."""
    may_load, made = threading.Event(), list[str]()

    def make(files: FoundWeights, provider: str) -> LivePortraitNetwork:
        made.append(provider)
        if provider == "tensorrt":
            assert may_load.wait(60)
        return LivePortraitNetwork(files, "cpu")

    networks, opened = SharedNetworks(make), list[LivePortraitNetwork]()
    slow = [
        threading.Thread(target=lambda: opened.append(networks.open(found, "tensorrt"))) for _ in range(2)
    ]
    for thread in slow:
        thread.start()
    quick = networks.open(found, "cuda")
    assert opened == []
    may_load.set()
    for thread in slow:
        thread.join(60)
    assert opened[0] is opened[1]
    assert opened[0] is not quick
    assert sorted(made) == ["cuda", "tensorrt"]


def test_a_network_is_given_back_with_its_last_face(found: FoundWeights) -> None:
    networks = SharedNetworks(LivePortraitNetwork)
    first, second = networks.open(found, "cpu"), networks.open(found, "cpu")
    assert first is second
    del first
    gc.collect()
    assert len(networks) == 1
    del second
    gc.collect()
    assert len(networks) == 0


def test_one_that_cannot_be_loaded_is_tried_again(found: FoundWeights) -> None:
    def make(files: FoundWeights, provider: str) -> LivePortraitNetwork:
        raise ProviderError("no card")

    networks = SharedNetworks(make)
    for _ in range(2):
        with pytest.raises(ProviderError, match="no card"):
            networks.open(found, "cuda")
    assert len(networks) == 0
