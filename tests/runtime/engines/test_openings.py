from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from face.avatar import load_avatar
from face.deform import FaceDeformer
from face.motion import Motion
from face.rig import HeadRig, load_rig
from protocol.blendshapes import INDEX
from runtime.engines.openings import MARGIN_PX, MARGIN_SHARES, Openings, opening_vertices

SIZE = 400


@pytest.fixture(scope="module")
def rig(drawn_avatar: Path) -> HeadRig:
    return load_rig(load_avatar(drawn_avatar))


def boxes(rig: HeadRig, motion: Motion) -> tuple[tuple[int, int, int, int], ...]:
    head = FaceDeformer(rig).deform(motion.expression, motion.gaze)
    return Openings(opening_vertices(rig.model), rig.camera, SIZE).boxes(head, motion)


def posed(**shapes: float) -> Motion:
    motion = Motion.neutral()
    for name, value in shapes.items():
        motion.expression[INDEX[name]] = value
    return motion


def test_edges_are_those_of_left_eye_right_eye_and_mouth(rig: HeadRig) -> None:
    left, right, mouth = (set(row.tolist()) for row in opening_vertices(rig.model))
    for row, loop in ((left, rig.model.lids[0]), (right, rig.model.lids[1]), (mouth, rig.model.lips)):
        assert row == {*loop.upper.tolist(), *loop.lower.tolist()}
    assert rig.neutral[list(left), 0].min() > 0 > rig.neutral[list(right), 0].max()


@pytest.mark.parametrize("yaw", [0.0, 0.5, -0.4])
def test_a_box_holds_the_edge_and_a_margin_and_no_more(rig: HeadRig, yaw: float) -> None:
    """The places of the edges are computed here one by one, with the camera's matrices."""
    motion = posed(jawOpen=0.5, eyeWideLeft=1.0)
    motion.pose[0], motion.pose[6] = yaw, 1.1
    head = FaceDeformer(rig).deform(motion.expression, motion.gaze)
    camera = rig.camera
    clip = camera.projection() @ camera.view(motion)
    cos, sin = math.cos(yaw), math.sin(yaw)
    turned = np.array([[cos, 0, sin], [0, 1, 0], [-sin, 0, cos]])
    loops = (*rig.model.lids, rig.model.lips)
    for loop, share, (left, top, width, height) in zip(loops, MARGIN_SHARES, boxes(rig, motion), strict=True):
        places = []
        for vertex in [*loop.upper, *loop.lower]:
            point = camera.pivot_rest + 1.1 * turned @ (head[vertex] - camera.pivot)
            x, y, _, w = clip @ [*point, 1.0]
            places.append(((x / w + 1) / 2 * SIZE, (1 - y / w) / 2 * SIZE))
        low, high = np.min(places, 0), np.max(places, 0)
        margin = MARGIN_PX + share * (high - low).max()
        low, high = low - margin, high + margin
        assert np.abs(low - (left, top)).max() <= 1.01
        assert np.abs(high - (left + width, top + height)).max() <= 1.01


def test_shut_eyes_and_lips_leave_narrow_boxes(rig: HeadRig) -> None:
    wide = boxes(rig, posed(eyeWideLeft=1.0, eyeWideRight=1.0, jawOpen=0.8))
    shut = boxes(rig, posed(eyeBlinkLeft=1.0, eyeBlinkRight=1.0))
    for before, after in zip(wide, shut, strict=True):
        assert after[3] < 0.9 * before[3]


def test_boxes_end_with_the_frame(rig: HeadRig) -> None:
    motion = Motion.neutral()
    motion.pose[3] = 0.75  # half a face beyond the edge
    for left, top, width, height in boxes(rig, motion):
        assert 0 <= left <= left + width <= SIZE
        assert 0 <= top <= top + height <= SIZE
    motion.pose[3] = 3.0
    assert all(width == 0 for _, _, width, _ in boxes(rig, motion))


def test_a_face_behind_the_camera_bounds_nothing(rig: HeadRig) -> None:
    motion = Motion.neutral()
    motion.pose[5] = 20.0
    assert boxes(rig, motion) == ((0, 0, SIZE, SIZE),) * 3
