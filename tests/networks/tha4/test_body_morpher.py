"""The body as a torch module: tensor names of the published students, and the original's numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="networks need torch: pip install 'omote[torch]'")

import torch

from networks.tha4.body_morpher import BodyMorpher
from networks.tha4.face_morpher import FaceMorpher
from tests.tha_characters import BODY_LAYERS, FACE_LAYERS, random_canvas, random_poses, random_state

GOLDEN = np.load(Path(__file__).parents[2] / "data" / "tha4.npz")


def test_all_that_the_body_makes_is_the_originals() -> None:
    face, body = FaceMorpher(), BodyMorpher()
    for net, layers, seed in ((face, FACE_LAYERS, 0), (body, BODY_LAYERS, 1)):
        net.load_state_dict({name: torch.from_numpy(a) for name, a in random_state(layers, seed).items()})
    pose = torch.from_numpy(random_poses(3)[:1])
    with torch.no_grad():
        picture = torch.from_numpy(random_canvas())[None]
        picture[:, :, 80:208, 192:320] = face(pose[:, :39])
        made = body(picture, pose)
    places = GOLDEN["body_places"]
    for name in ("opacity", "colour", "change", "moved", "picture"):
        found = getattr(made, name)[0, :, places[:, 0], places[:, 1]].numpy()
        assert found == pytest.approx(GOLDEN[name][0], abs=1e-4), name
