from __future__ import annotations

import pytest

from omote.clips.kept_parts import held_gaze, kept_parts
from runtime.errors import ConfigError


def test_parts_are_named_one_by_one_or_as_the_expression() -> None:
    assert kept_parts("") == ()
    assert kept_parts("gaze, pose") == ("pose", "gaze")
    assert kept_parts("expression") == ("eyes", "mouth")
    assert kept_parts("mouth,expression") == ("eyes", "mouth")


@pytest.mark.parametrize("text", ["nose", ",", " ", "pose,"])
def test_another_name_is_refused_with_those_there_are(text: str) -> None:
    with pytest.raises(
        ConfigError, match="no such part; choose from pose, eyes, gaze, mouth, emotion, view, expression"
    ):
        kept_parts(text)


def test_the_gaze_is_held_where_it_is_left_out() -> None:
    assert held_gaze(()) == held_gaze(("pose", "gaze")) == ()
    (message,) = held_gaze(("eyes",))
    assert (message.layer, message.values) == ("gaze", {"yaw": 0.0, "pitch": 0.0})
