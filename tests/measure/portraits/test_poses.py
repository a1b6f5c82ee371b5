from __future__ import annotations

import numpy as np
import pytest

from face.motion import Motion
from measure.portraits.poses import STEPS, SWEPT, YAWS_DEG, indices_of, shown_poses
from protocol.blendshapes import BLENDSHAPES, INDEX
from protocol.channels import EMOTIONS
from runtime.control.control import Control
from runtime.layers.emotion import EmotionLayer


def test_turns_emotions_and_sweeps_are_all_there() -> None:
    poses = shown_poses()
    yaws = [pose for pose in poses if pose.kind == "yaw"]
    assert [np.degrees(pose.motion.pose[0]) for pose in yaws] == pytest.approx(YAWS_DEG)
    felt = [pose for pose in poses if pose.kind == "emotion"]
    assert [EMOTIONS[int(pose.motion.emotion.argmax())] for pose in felt] == list(EMOTIONS)
    assert all(pose.motion.expression.max() > 0.2 for pose in felt)  # the engine draws expressions, not names
    assert sum(pose.kind == "sweep" for pose in poses) == len(SWEPT) * len(STEPS)


def test_a_sweep_moves_its_own_shapes_alone() -> None:
    for pose in shown_poses():
        if pose.kind == "sweep":
            moved = np.flatnonzero(pose.motion.expression)
            wanted = indices_of(pose.word) if pose.amount else []
            assert sorted(moved) == sorted(wanted)


def test_a_name_without_a_side_means_both() -> None:
    assert indices_of("jawOpen") == [INDEX["jawOpen"]]
    assert [BLENDSHAPES[k] for k in indices_of("eyeBlink")] == ["eyeBlinkLeft", "eyeBlinkRight"]


def test_emotions_are_drawn_as_the_runtime_shows_them() -> None:
    for pose in shown_poses():
        if pose.kind != "emotion":
            continue
        layer, control, shown = EmotionLayer(), Control(), Motion.neutral()
        for _ in range(60):
            shown.set_from(Motion.neutral())
            shown.emotion[:] = pose.motion.emotion
            layer(shown, control, 1 / 30)
        np.testing.assert_allclose(pose.motion.expression, shown.expression, atol=2e-3)
