from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

import torch

from face.emotion_filter import ARTICULATION
from protocol.blendshapes import INDEX
from training.emotion.adversary import PAST, EmotionAdversary
from training.loop import TrainOptions
from training.ranks import Ranks


def moments(count: int, telling: float) -> tuple[torch.Tensor, torch.Tensor]:
    """Faces (count, PAST, 52) of which one shape for each emotion tells it, and the emotions (count, 8)."""
    emotion = torch.randint(8, (count,))
    faces = torch.rand(count, len(PAST), 52)
    faces[torch.arange(count), :, emotion] += telling
    return faces, torch.nn.functional.one_hot(emotion, 8).float()


@pytest.fixture
def adversary() -> EmotionAdversary:
    device = torch.device("cpu")
    with Ranks(device) as ranks:
        return EmotionAdversary(TrainOptions(minutes=1.0, rate=5e-3), device, ranks)


def test_it_finds_what_tells_an_emotion_and_the_loss_says_so(adversary: EmotionAdversary) -> None:
    torch.manual_seed(0)
    for step in range(150):
        named = adversary.learn(*moments(256, 2.0), 5e-3, step)
    assert named > 0.9
    told, silent = (adversary.betrayal(*moments(256, telling)).item() for telling in (2.0, 0.0))
    assert told > 1.0
    assert silent < told


def test_the_loss_falls_as_the_face_betrays_less(adversary: EmotionAdversary) -> None:
    torch.manual_seed(0)
    for step in range(150):
        adversary.learn(*moments(256, 2.0), 5e-3, step)
    faces, emotions = moments(64, 2.0)
    faces.requires_grad_()
    before = adversary.betrayal(faces, emotions)
    (way,) = torch.autograd.grad(before, faces)
    after = adversary.betrayal(faces - 0.5 * way / way.norm() * faces.norm() * 0.1, emotions)
    assert after.item() < before.item()


def test_calm_moments_do_not_count(adversary: EmotionAdversary) -> None:
    faces, _ = moments(16, 2.0)
    assert adversary.betrayal(faces, torch.zeros(16, 8)).item() == 0.0


def test_articulation_learns_nothing_from_it(adversary: EmotionAdversary) -> None:
    faces, emotions = moments(16, 2.0)
    faces.requires_grad_()
    (way,) = torch.autograd.grad(adversary.betrayal(faces, emotions), faces)
    still = [INDEX[name] for name in ARTICULATION]
    assert not way[..., still].any()
    assert way[..., INDEX["browDownLeft"]].abs().sum() > 0.0
