"""Portraits of the real studio: the parts lie where the landmarks say that they are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from studio.head.source import read_face_source
from studio.renderer import Studio
from training.parsing.studio_portraits import draw_portrait, portrait_factors
from vision.portrait_parts import PORTRAIT_PART


@pytest.fixture(scope="module")
def studio(small_head: Path) -> Iterator[Studio]:
    with Studio(read_face_source(small_head)) as made:
        yield made


def test_a_person_keeps_look_and_style_and_changes_pose() -> None:
    one, other = (portrait_factors(7, number, seed=0) for number in (0, 1))
    assert (one.look, one.style) == (other.look, other.style)
    assert one.pose != other.pose
    assert portrait_factors(7, 0, seed=0).pose == one.pose
    assert portrait_factors(7, 0, seed=1).look != one.look


def test_the_face_is_skin_and_the_edge_is_background(studio: Studio) -> None:
    for identity in range(4):
        portrait = draw_portrait(studio, portrait_factors(identity, 0, seed=0), 160)
        nose = portrait.landmarks[4].astype(int)
        assert portrait.part[nose[1], nose[0]] == PORTRAIT_PART["skin"]
        assert portrait.person[nose[1], nose[0], 3] == 255
        assert portrait.person[:3, :3, 3].max() == 0


def test_every_pixel_of_the_person_has_a_part(studio: Studio) -> None:
    portrait = draw_portrait(studio, portrait_factors(3, 0, seed=0), 160)
    assert (portrait.part[portrait.person[..., 3] > 0] != PORTRAIT_PART["background"]).all()


def test_the_neck_is_below_the_chin_and_ears_are_beside_the_face(studio: Studio) -> None:
    seen = {"neck": 0, "ears": 0}
    for identity in range(6):
        portrait = draw_portrait(studio, portrait_factors(identity, 1, seed=0), 160)
        chin, left, right = (
            portrait.landmarks[152],
            portrait.landmarks[:, 0].min(),
            portrait.landmarks[:, 0].max(),
        )
        for name in seen:
            ys, xs = np.nonzero((portrait.part == PORTRAIT_PART[name]) & (portrait.person[..., 3] > 128))
            if len(ys) < 20:
                continue
            seen[name] += 1
            if name == "neck":
                assert np.median(ys) > chin[1] - 6
            else:
                inside = (xs > left + 6) & (xs < right - 6)
                assert inside.mean() < 0.5
    assert min(seen.values()) > 0
