from __future__ import annotations

import numpy as np
import pytest

from face.limits import HeadLimits
from face.motion import NEUTRAL, Motion
from face.rest import PortraitRest
from protocol.channels import CHANNEL_INDEX
from protocol.messages import ControlMessage, LayerName
from runtime.control.control import Control
from runtime.control.fade import FADE_S
from runtime.intake.inbox import Received
from runtime.layers.at_rest import REST_FADE_S
from runtime.layers.compose import compose, default_layers
from runtime.layers.idle import IdleSettings

DT_S = 1 / 60
YAW = CHANNEL_INDEX["pose"]["yaw"]
SMILE = CHANNEL_INDEX["expression"]["mouthSmileLeft"]


class Worn:
    """A face that was turned and smiled in its portrait."""

    def __init__(self) -> None:
        portrait = NEUTRAL.copy()
        portrait[YAW], portrait[SMILE] = -0.3, 0.4
        self.portrait = portrait
        self.at_rest: PortraitRest | None = PortraitRest(portrait)
        self.limits: HeadLimits | None = None


def shown(
    worn: Worn, control: Control, seconds: float, *messages: tuple[LayerName, str, dict[str, float]]
) -> np.ndarray:
    """Every frame's values, (N, CHANNELS), while the messages arrive again and again."""
    layers, motion, frames = default_layers(IdleSettings(amount=0.0), worn), Motion.neutral(), []
    for number in range(round(seconds / DT_S)):
        sent = [
            ControlMessage(layer=layer, source=source, values=values, ttl_s=60)
            for layer, source, values in messages
        ]
        control.update([Received(one, 0) for one in sent], number * DT_S)
        frames.append(compose(layers, motion, control, DT_S).values.copy())
    return np.array(frames)


def test_without_drivers_the_face_is_as_in_the_portrait() -> None:
    worn = Worn()
    assert shown(worn, Control(), 0.5)[-1] == pytest.approx(worn.portrait, abs=1e-6)


def test_a_face_that_rests_neutral_is_left_as_it_is() -> None:
    worn = Worn()
    worn.at_rest = None
    assert np.array_equal(shown(worn, Control(), 0.5)[-1], NEUTRAL)


def test_a_tracker_changes_the_portraits_face_and_a_script_sets_it() -> None:
    worn = Worn()
    tracked = shown(
        worn,
        Control(),
        2.0,
        ("pose", "webcam", {"yaw": 0.2}),
        ("expression", "webcam", {"mouthSmileLeft": 0.5}),
    )
    assert tracked[-1][YAW] == pytest.approx(-0.1, abs=1e-5)
    assert tracked[-1][SMILE] == pytest.approx(0.7, abs=1e-5)
    for source in ("script", "panel", "script of mine", "script (take)"):
        exact = shown(
            worn,
            Control(),
            2.0,
            ("pose", source, {"yaw": 0.2}),
            ("expression", source, {"mouthSmileLeft": 0.1}),
        )
        assert exact[-1][YAW] == pytest.approx(0.2, abs=1e-5)
        assert exact[-1][SMILE] == pytest.approx(0.1, abs=1e-5)


def test_which_drivers_are_exact_is_a_setting() -> None:
    control = Control(absolute=("robot",))
    exact = shown(
        Worn(),
        control,
        2.0,
        ("pose", "robot 1", {"yaw": 0.2}),
        ("expression", "script", {"mouthSmileLeft": 0.0}),
    )
    assert exact[-1][YAW] == pytest.approx(0.2, abs=1e-5)
    assert exact[-1][SMILE] == pytest.approx(0.4, abs=1e-5)


def test_a_script_takes_over_without_a_jump() -> None:
    worn, control = Worn(), Control()
    before = shown(worn, control, 1.0, ("pose", "webcam", {"yaw": 0.1}))
    after = shown(worn, control, 2.0, ("pose", "webcam", {"yaw": 0.1}), ("pose", "script", {"yaw": 0.1}))
    steps = np.abs(np.diff(np.concatenate([before[-1:], after])[:, YAW]))
    assert after[-1][YAW] == pytest.approx(0.1, abs=1e-5)
    assert steps.max() < 0.3 * DT_S / FADE_S + 1e-3  # the portrait's 0.3, over a fade


def test_the_rest_is_changed_without_a_jump_there_and_back() -> None:
    """No faster than a smooth step over the fade may be, 1.5 times a straight line; then exactly the other rest."""
    worn, control = Worn(), Control()
    layers, motion = default_layers(IdleSettings(amount=0.0), worn), Motion.neutral()

    def frames(seconds: float) -> np.ndarray:
        return np.array(
            [compose(layers, motion, control, DT_S).values.copy() for _ in range(round(seconds / DT_S))]
        )

    mapping = worn.at_rest
    first = frames(0.1)
    worn.at_rest = None
    away = frames(1.0)
    worn.at_rest = mapping
    back = frames(1.0)
    seen = np.concatenate([first, away, back])[:, [YAW, SMILE]]
    assert np.abs(np.diff(seen, axis=0)).max() < 1.5 * 0.4 * DT_S / REST_FADE_S + 1e-3
    assert np.array_equal(away[-1], NEUTRAL)
    assert back[-1] == pytest.approx(worn.portrait, abs=1e-6)
    assert 0.1 < away[round(REST_FADE_S / 2 / DT_S), SMILE] < 0.3  # half way


def test_an_emotion_shows_the_same_on_every_portrait() -> None:
    worn = Worn()
    seen = shown(worn, Control(), 3.0, ("emotion", "hotkey", {"sad": 1.0}))[-1]
    worn.at_rest = None
    plain = shown(worn, Control(), 3.0, ("emotion", "hotkey", {"sad": 1.0}))[-1]
    places = list(CHANNEL_INDEX["expression"].values())
    assert seen[places] == pytest.approx(plain[places], abs=1e-3)
