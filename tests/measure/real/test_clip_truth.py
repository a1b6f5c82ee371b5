from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bridge.trackers.face import load_landmarker
from face.camera import rotation
from face.motion import Motion
from measure.real.clip_truth import clip_truth, motion_of_messages, relative
from protocol.blendshapes import INDEX
from protocol.messages import ControlMessage
from tests.measure.real.short_clip import short_clip


def test_messages_of_all_layers_make_one_motion() -> None:
    motion = motion_of_messages(
        (
            ControlMessage(layer="pose", source="clip", values={"yaw": 0.25, "x": 0.1}),
            ControlMessage(layer="expression", source="clip", values={"jawOpen": 0.5}),
            ControlMessage(layer="gaze", source="clip", values={"pitch": -0.125}),
        )
    )
    assert motion.pose.tolist() == pytest.approx([0.25, 0, 0, 0.1, 0, 0, 1])
    assert motion.expression[INDEX["jawOpen"]] == 0.5
    assert motion.gaze.tolist() == [0.0, -0.125]


def test_a_relative_pose_turns_the_first_one_into_the_other() -> None:
    first, now = Motion.neutral(), Motion.neutral()
    first.pose[:] = 0.2, -0.1, 0.05, 0.02, 0.0, 0.0, 1.1
    now.pose[:] = -0.3, 0.15, 0.1, 0.05, -0.01, 0.0, 1.32
    now.expression[INDEX["jawOpen"]] = 0.4
    against = relative(now, first)
    turned = rotation(*map(float, against.pose[:3])) @ rotation(*map(float, first.pose[:3]))
    assert np.abs(turned - rotation(*map(float, now.pose[:3]))).max() < 1e-5
    assert against.pose[3:].tolist() == pytest.approx([0.03, -0.01, 0.0, 1.2], abs=1e-6)
    assert against.expression[INDEX["jawOpen"]] == np.float32(0.4)
    assert relative(first, first).pose.tolist() == pytest.approx([0, 0, 0, 0, 0, 0, 1], abs=1e-6)


def test_a_clip_is_cut_around_its_first_face(
    shared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = short_clip(shared, tmp_path, monkeypatch)
    with load_landmarker(None) as landmarker:
        truth = clip_truth(clip, landmarker, size=128, most=3)
    assert truth.portrait.shape == (512, 512, 3)
    assert truth.pictures.shape == (3, 128, 128, 3)
    # the first picture is the portrait, so its Motion is the portrait's own pose
    small = truth.portrait.reshape(128, 4, 128, 4, 3).mean((1, 3))
    assert np.abs(small - truth.pictures[0]).mean() < 3
    assert np.abs(truth.motions[0].pose - [0, 0, 0, 0, 0, 0, 1]).max() < 1e-5
    # the face fills at least the share of the square that an avatar is cut from
    points = truth.found[0].landmarks[:468, :2]
    assert 0.40 * 128 <= max(np.ptp(points[:, 1]), 1.1 * np.ptp(points[:, 0])) < 0.75 * 128
