"""The designs differ, are drawn whole, and their folders are what their source makes."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from authoring.builtin.clothes import KINDS
from authoring.builtin.design import OMOTE, Design
from authoring.builtin.designs import DESIGNS
from authoring.builtin.hair import CUTS
from authoring.builtin.head import BuiltinHead, build_head
from authoring.builtin.layers import draw_eye
from authoring.builtin.portrait import backdrop, draw_layer, face_surfaces
from face.avatar import load_avatar
from face.rig import load_rig
from protocol.blendshapes import INDEX

FOLDER = Path(__file__).parents[3] / "runtime" / "builtin"


@pytest.fixture(params=DESIGNS.values(), ids=DESIGNS)
def design(request: pytest.FixtureRequest) -> Design:
    assert isinstance(request.param, Design)
    return request.param


def colours(value: object) -> list[float]:
    """All numbers in nested tuples."""
    return [x for part in value for x in colours(part)] if isinstance(value, tuple) else [float(str(value))]


def test_the_first_one_is_omote_and_each_has_its_own_look() -> None:
    assert next(iter(DESIGNS.values())) is OMOTE
    for one, other in combinations(DESIGNS.values(), 2):
        assert one.head != other.head
        assert one.hair.cut != other.hair.cut
        assert np.abs(np.subtract(one.backdrop, other.backdrop)).max() > 0.05


def test_it_names_what_exists_and_colours_that_can_be_shown(design: Design) -> None:
    assert design.hair.cut in CUTS
    assert design.clothes.kind in KINDS
    assert all(name in INDEX and 0 <= weight <= 1 for name, weight in design.head.rest)
    skin, hair, clothes = design.skin, design.hair, design.clothes
    shown = colours((skin.tone, skin.lip, skin.brow, hair.deep, hair.middle, hair.tip, design.backdrop))
    shown += colours((clothes.outer, clothes.inner, clothes.trim, design.eyes.deep, design.eyes.glow))
    assert 0 <= min(shown) <= max(shown) <= 1


def test_the_folder_is_the_result_of_its_source(design: Design) -> None:
    """The head, an iris and the wall: what is quick to make again. Omote's own test makes everything."""
    folder = FOLDER / design.name.lower()
    avatar = load_avatar(folder)
    assert avatar.name == design.name
    head = build_head(design)
    rig = load_rig(avatar)
    np.testing.assert_allclose(rig.neutral, head.vertices, atol=1e-3)
    np.testing.assert_allclose(rig.iris_sine, design.head.iris_sine, atol=1e-3)
    for role, made in (("iris_left", draw_eye(design.eyes, 0)[1]), ("plate", backdrop(design))):
        with Image.open(avatar.files[role]) as image:
            kept = np.asarray(image.convert("RGBA"), np.float32) / 255
        opaque = kept[..., 3] > 0.99
        assert np.abs(kept[..., :3] - made[..., :3])[opaque].mean() < 0.02


@pytest.fixture(
    scope="module", params=[one for one in DESIGNS.values() if one is not OMOTE], ids=lambda one: one.name
)
def drawn(request: pytest.FixtureRequest) -> tuple[BuiltinHead, np.ndarray]:
    head = build_head(request.param)
    layer = draw_layer(head, face_surfaces(head), 1)
    return head, np.dstack([layer.rgb, layer.alpha])


def test_the_drawn_face_has_its_skins_colour(drawn: tuple[BuiltinHead, np.ndarray]) -> None:
    head, picture = drawn
    shown = np.median(picture[picture[..., 3] == 1][:, :3], axis=0)
    assert shown == pytest.approx(np.array(head.design.skin.tone), abs=0.16)
