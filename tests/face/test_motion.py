from __future__ import annotations

import numpy as np
import pytest

from face.motion import NEUTRAL, Motion
from protocol.channels import CHANNEL_INDEX, CHANNELS, LAYERS


def test_the_layers_are_views_into_one_buffer_in_wire_order() -> None:
    motion = Motion.neutral()
    for layer in LAYERS:
        view = getattr(motion, layer)
        view[:] = np.arange(len(view)) + 100.0
        for place, name in enumerate(CHANNEL_INDEX[layer]):
            assert motion.values[CHANNEL_INDEX[layer][name]] == place + 100.0


def test_a_neutral_motion_is_the_portrait_at_its_own_size() -> None:
    motion = Motion.neutral()
    assert motion.values.dtype == np.float32
    assert len(motion.values) == len(CHANNELS)
    assert motion.pose[-1] == 1.0  # scale
    assert motion.view[-1] == 1.0  # distance
    assert np.count_nonzero(motion.values) == 2


def test_motions_do_not_share_their_values_with_the_constant() -> None:
    Motion.neutral().expression[:] = 1.0
    assert not Motion.neutral().expression.any()
    with pytest.raises(ValueError, match="read-only"):
        NEUTRAL[0] = 1.0


def test_copying_keeps_the_views() -> None:
    one, other = Motion.neutral(), Motion.neutral()
    view = one.gaze
    other.gaze[:] = (0.1, -0.2)
    one.set_from(other)
    other.gaze[:] = 0.0
    assert view.tolist() == pytest.approx([0.1, -0.2])
