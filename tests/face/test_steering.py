from __future__ import annotations

import numpy as np

from face.avatar import load_avatar
from face.conditions import CODE, frame_code
from face.motion import Motion
from face.rig import load_rig
from face.steering import EMOTIONS_IN, EXPRESSION_IN, POSE_IN, steering_of
from protocol.blendshapes import INDEX
from runtime.avatars.builtin import builtin_avatars


def test_each_number_of_a_motion_stands_where_the_network_reads_it() -> None:
    camera = load_rig(load_avatar(builtin_avatars()["ines"])).camera
    motion = Motion.neutral()
    motion.expression[INDEX["jawOpen"]] = 0.75
    motion.gaze[:] = 0.2, -0.1
    motion.emotion[3] = 0.5
    motion.pose[3], motion.pose[6] = 0.05, 1.25
    code = frame_code(motion, camera, out=np.zeros(CODE, np.float32))
    expression, emotion, pose = steering_of(code)
    assert [one.shape for one in (expression, emotion, pose)] == [
        (EXPRESSION_IN,),
        (EMOTIONS_IN,),
        (POSE_IN,),
    ]
    assert expression[INDEX["jawOpen"]] == 0.75
    np.testing.assert_array_equal(expression[52:], np.float32([0.2, -0.1, 1.0]))
    assert (emotion.nonzero()[0].tolist(), emotion[3]) == ([3], 0.5)
    np.testing.assert_allclose(pose[3:], [0.05, 0.0, np.log(1.25)], atol=1e-6)


def test_frames_of_clips_are_told_apart() -> None:
    codes = np.random.default_rng(0).random((2, 3, CODE), np.float32)
    both = steering_of(codes)
    for name in both._fields:
        np.testing.assert_array_equal(getattr(both, name)[1, 2], getattr(steering_of(codes[1, 2]), name))
