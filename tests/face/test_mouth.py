from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from face.avatar import load_avatar
from face.motion import Motion
from face.mouth import CROWN, MOUTH_PARTS, crown_share, mouth_places, mouth_tints
from face.rig import HeadRig, load_rig


@pytest.fixture(scope="module")
def rig(drawn_avatar: Path) -> HeadRig:
    return load_rig(load_avatar(drawn_avatar))


def part(rig: HeadRig, *names: str) -> np.ndarray:
    return np.unique(rig.model.part(*names))


def test_only_the_parts_of_the_mouth_have_a_colour(rig: HeadRig) -> None:
    tints = mouth_tints(rig)
    inside = part(rig, *MOUTH_PARTS)
    assert tints.shape == rig.neutral.shape
    assert tints.dtype == np.float32
    assert (tints[inside] > 0).all()
    assert tints.max() <= 1.1
    assert not np.delete(tints, inside, axis=0).any()


def test_the_socket_is_darker_at_its_back(rig: HeadRig) -> None:
    socket = part(rig, "mouth_socket")
    depth = rig.neutral[socket, 2]
    light = mouth_tints(rig)[socket].sum(1)
    front, back = depth > np.quantile(depth, 0.8), depth < np.quantile(depth, 0.2)
    assert light[back].mean() < 0.7 * light[front].mean()


def test_teeth_are_brighter_than_tongue_and_gums_and_less_red(rig: HeadRig) -> None:
    tints = mouth_tints(rig)
    teeth, soft = tints[part(rig, "teeth_upper")].mean(0), tints[part(rig, "gums", "tongue")].mean(0)
    assert teeth.sum() > soft.sum()
    assert teeth[0] / teeth[2] < soft[0] / soft[2]


def test_every_part_takes_its_colour_from_the_avatar(rig: HeadRig) -> None:
    for row, parts in enumerate((("mouth_socket",), ("gums",), ("tongue",), ("teeth_upper", "teeth_lower"))):
        colours = np.zeros((5, 3), np.float32)
        colours[row] = (0, 1, 0)
        green = mouth_tints(replace(rig, mouth_colours=colours))
        assert (green[:, (0, 2)] == 0).all()
        assert green[part(rig, *parts), 1].max() > 0.5
    grey = np.repeat(rig.mouth_colours.mean(1, keepdims=True), 3, 1)
    tints = mouth_tints(replace(rig, mouth_colours=grey))
    assert np.ptp(tints, axis=1).max() < 1e-6


def test_nothing_is_darker_than_the_portraits_own_shadow(rig: HeadRig) -> None:
    colours = rig.mouth_colours.copy()
    colours[-1] = (0.2, 0.1, 0.3)
    tints = mouth_tints(replace(rig, mouth_colours=np.maximum(colours, colours[-1])))
    assert (tints[part(rig, *MOUTH_PARTS)] >= colours[-1] - 1e-6).all()


@pytest.mark.parametrize(("name", "way"), [("teeth_upper", 1), ("teeth_lower", -1)])
def test_the_line_of_the_gums_is_an_arc_over_teeth_and_gums(rig: HeadRig, name: str, way: int) -> None:
    share = crown_share(rig.model, rig.neutral)
    teeth = part(rig, name)
    front = teeth[rig.neutral[teeth, 2] > np.quantile(rig.neutral[teeth, 2], 0.6)]
    edge = (way * rig.neutral[front, 1]).min()
    above = way * rig.neutral[front, 1] - edge
    assert (share[front[above < CROWN[name][0] - 0.2]] == 1).all()
    assert (share[front[above > CROWN[name][1] + 0.2]] == 0).all()
    # what lies between the roots has the colour of what lies beside it
    gums = part(rig, "gums")
    for vertex in gums[rig.neutral[gums, 2] > np.quantile(rig.neutral[gums, 2], 0.9)]:
        away = np.linalg.norm(rig.neutral[front] - rig.neutral[vertex], axis=1)
        level = np.abs(rig.neutral[front, 1] - rig.neutral[vertex, 1]) < 0.1
        beside = front[level & (away < 0.5)]
        if len(beside):
            assert np.abs(share[beside] - share[vertex]).min() < 0.75
    outside = np.setdiff1d(np.arange(len(share)), part(rig, "teeth_upper", "teeth_lower", "gums"))
    assert not share[outside].any()


def test_places_in_the_picture_of_the_mouth_are_where_the_portrait_shows_them(rig: HeadRig) -> None:
    view = np.array([-0.1, 0.05, 0.2], np.float32)
    at = replace(rig, mouth_view=view)
    places = mouth_places(at)
    assert places.shape == (len(rig.neutral), 2)
    motion = Motion.neutral()
    motion.values[:] = rig.portrait
    seen = rig.camera.project(rig.camera.seen(rig.model.expressed(rig.neutral, motion.expression), motion))
    teeth = part(rig, "teeth_upper")  # which no shape moves
    assert places[teeth] * view[2] + view[:2] == pytest.approx(seen[teeth], abs=2e-3)
