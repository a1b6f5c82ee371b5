"""The shifts between two Motions against geometry: the head's vertices through the portrait's camera."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from face.avatar import load_avatar
from face.deform import FaceDeformer
from face.motion import Motion
from face.rig import HeadRig, load_rig
from protocol.channels import CHANNEL_INDEX
from runtime.engines.flow_pass import FLOW_PX, FlowPass
from runtime.engines.head import HeadEngine

#: Vertices of the face are compared where the picture of shifts shows them, within this share of the frame.
CLOSE = 0.003
MOTIONS = {
    "shifted and nearer": {"pose_x": 0.05, "pose_scale": 1.1},
    "turned": {"pose_yaw": 0.15, "pose_pitch": 0.05},
    "with another expression": {"expression_jawOpen": 0.4, "expression_mouthSmileLeft": 0.5},
    "seen from the side": {"view_azimuth": 0.12, "pose_roll": 0.08},
}


@pytest.fixture(scope="module")
def engine(drawn_avatar: Path) -> Iterator[HeadEngine]:
    made = HeadEngine(256)
    made.set_avatar(load_avatar(drawn_avatar))
    yield made
    made.close()


@pytest.fixture(scope="module")
def rig(drawn_avatar: Path) -> HeadRig:
    return load_rig(load_avatar(drawn_avatar))


def moved(rig: HeadRig, **values: float) -> Motion:
    motion = Motion.neutral()
    motion.values[:] = rig.portrait
    for name, value in values.items():
        layer, channel = name.split("_")
        motion.values[CHANNEL_INDEX[layer][channel]] += value if name != "pose_scale" else value - 1.0
    return motion


def shifts(engine: HeadEngine, earlier: Motion, now: Motion) -> NDArray[np.float32]:
    """(FLOW_PX, FLOW_PX, 2), top row first."""
    flow = FlowPass(engine.gl)
    head = engine.draw(earlier)
    flow.set_head(head)
    flow.remember(head, earlier)
    flow.show()
    engine.deform(head, now)
    flow.draw(head, now)
    made = np.frombuffer(flow.shifts.read(), np.float32).reshape(FLOW_PX, FLOW_PX, 4)[..., :2].copy()
    flow.release_head()
    return made


def places(rig: HeadRig, motion: Motion) -> NDArray[np.float32]:
    """Where the vertices of the face lie, (V, 2) 0..1 from the frame's upper left corner."""
    vertices = FaceDeformer(rig).deform(motion.expression, motion.gaze)
    return rig.camera.project(rig.camera.seen(vertices, motion)) + np.float32(0.5)


@pytest.mark.parametrize("values", MOTIONS.values(), ids=MOTIONS)
def test_the_face_is_found_where_it_was(engine: HeadEngine, rig: HeadRig, values: dict[str, float]) -> None:
    earlier, now = moved(rig), moved(rig, **values)
    made = shifts(engine, earlier, now)
    before, after = places(rig, earlier), places(rig, now)
    wanted = before - after
    assert np.abs(wanted).max() > 0.02  # it has moved
    # the front of the face, around the nose, which nothing covers
    seen = rig.camera.seen(FaceDeformer(rig).deform(now.expression, now.gaze), now)
    nearest = int(np.argmax(seen[:, 2]))
    near = np.flatnonzero(np.linalg.norm(after - after[nearest], axis=1) < 0.05)
    near = near[seen[near, 2] > seen[nearest, 2] - 2.0]
    assert len(near) > 20
    columns, rows = np.clip((after[near] * FLOW_PX).astype(int).T, 0, FLOW_PX - 1)
    error = np.linalg.norm(made[rows, columns] - wanted[near], axis=1)
    assert np.median(error) < CLOSE
    assert np.quantile(error, 0.9) < 2 * CLOSE


def test_far_from_the_head_nothing_moves_and_between_it_is_soft(engine: HeadEngine, rig: HeadRig) -> None:
    earlier, now = moved(rig), moved(rig, pose_x=0.05)
    length = np.linalg.norm(shifts(engine, earlier, now), axis=2)
    wanted = np.linalg.norm(places(rig, now) - places(rig, earlier), axis=1)
    assert length.max() == pytest.approx(float(wanted.max()), rel=0.1)  # the nearest point moves the furthest
    assert length[2, 2] < 0.002  # the upper corners of a portrait
    # no tear: neighbours differ by less than a fifth of the whole movement
    for axis in (0, 1):
        assert np.abs(np.diff(length, axis=axis)).max() < 0.02


def test_the_same_motion_has_not_moved(engine: HeadEngine, rig: HeadRig) -> None:
    flow = FlowPass(engine.gl)
    motion = moved(rig, pose_yaw=0.2)
    head = engine.draw(motion)
    flow.set_head(head)
    assert not flow.has_moved(motion)  # there is no picture yet
    flow.remember(head, motion)
    flow.show()
    assert not flow.has_moved(motion)
    assert flow.has_moved(moved(rig))
    flow.draw(head, motion)
    assert np.abs(np.frombuffer(flow.shifts.read(), np.float32).reshape(-1, 4)[:, :2]).max() < 1e-6
    flow.release_head()
    assert not flow.has_moved(moved(rig))
