"""The face as a torch module: tensor names of the published students, and the original's numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")

import torch

from networks.tha4.face_morpher import FaceMorpher
from tests.tha_characters import FACE_LAYERS, random_poses, random_state

GOLDEN = np.load(Path(__file__).parents[2] / "data" / "tha4.npz")


def test_the_face_is_the_originals() -> None:
    net = FaceMorpher()
    net.load_state_dict(
        {name: torch.from_numpy(array) for name, array in random_state(FACE_LAYERS, 0).items()}
    )
    with torch.no_grad():
        made = net(torch.from_numpy(random_poses(3)[:, :39]))
    assert made.shape == (3, 4, 128, 128)
    places = GOLDEN["face_places"]
    assert made[:, :, places[:, 0], places[:, 1]].numpy() == pytest.approx(GOLDEN["face"], abs=1e-5)
    assert made.mean((1, 2, 3)).numpy() == pytest.approx(GOLDEN["mean"][:, 0], abs=1e-5)
