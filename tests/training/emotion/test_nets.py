from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch

from networks.composite import CompositeNet, PlainComposite
from networks.emotion_filter import EMOTION_CODE, HolisticEncoder
from training.emotion.movers import RATE_HZ
from training.emotion.nets import EmotionNets, compose_takes, emotion_codes, filter_takes
from training.emotion.recipe import EmotionRecipe
from training.emotion.takes import histories


def seen(count: int = 2, frames: int = 40) -> np.ndarray:
    return np.random.default_rng(4).random((count, frames, 52)).astype(np.float32)


def test_the_recipe_chooses_the_composite() -> None:
    assert isinstance(EmotionNets(EmotionRecipe()).composite, CompositeNet)
    assert isinstance(EmotionNets(EmotionRecipe("composite")).composite, PlainComposite)


def test_takes_are_filtered_as_single_moments_are() -> None:
    net, takes = EmotionNets(EmotionRecipe()).eval().filter, seen()
    moment = histories(takes, np.array([1]), np.array([30]))
    with torch.no_grad():
        known = net(torch.from_numpy(moment)).expression[0].numpy()
    np.testing.assert_allclose(filter_takes(net, takes)[1, 30], known, atol=1e-6)


def test_takes_are_composed_as_single_frames_are() -> None:
    net, takes = CompositeNet().eval(), seen(3, 2000)  # more than is computed at once
    codes = np.random.default_rng(5).normal(size=(3, 2000, EMOTION_CODE)).astype(np.float32)
    with torch.no_grad():
        known = net(torch.from_numpy(takes[2, 1990:]), torch.from_numpy(codes[2, 1990:])).numpy()
    np.testing.assert_allclose(compose_takes(net, takes, codes)[2, 1990:], known, atol=1e-6)


def test_the_emotion_follows_slowly_with_its_time_constant() -> None:
    encoder = HolisticEncoder().eval()
    takes = np.zeros((1, 10 * RATE_HZ, 52), np.float32)
    takes[:, RATE_HZ:] = seen(1, 1)[:, :1]  # another face from the first second on
    slow, own = (emotion_codes(encoder, takes, slow_s=slow_s)[0] for slow_s in (1.0, 0.0))
    share = (slow - own[0]) @ (own[-1] - own[0]) / np.sum((own[-1] - own[0]) ** 2)
    assert share[RATE_HZ - 1] == pytest.approx(0.0, abs=1e-6)
    assert share[2 * RATE_HZ - 1] == pytest.approx(1.0 - np.exp(-1.0), abs=0.02)
    assert share[-1] == pytest.approx(1.0, abs=1e-3)
