"""Ownership, time to live, weights and fades, at explicit times."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from face.motion import NEUTRAL
from protocol.channels import CHANNEL_INDEX
from protocol.messages import ControlMessage
from runtime.control.control import MAX_DRIVERS, Control
from runtime.control.fade import FADE_S
from runtime.control.one_euro import SmoothingSettings
from runtime.intake.inbox import Received

DT_S = 1.0 / 60.0
YAW = CHANNEL_INDEX["pose"]["yaw"]
JAW = CHANNEL_INDEX["expression"]["jawOpen"]
BROW = CHANNEL_INDEX["expression"]["browInnerUp"]
SCALE = CHANNEL_INDEX["pose"]["scale"]
#: The steepest step of 3u^2 - 2u^3 over FADE_S at 60 frames a second, a little rounded up.
STEEPEST = 1.5 * DT_S / FADE_S + 0.005


class Stage:
    """A control, its clock, and what it showed in every frame."""

    def __init__(self, smoothing: SmoothingSettings | None = None) -> None:
        self.dropped: list[str] = []
        self.control = Control(smoothing, lambda reason, detail: self.dropped.append(reason))
        self.now_s = 0.0
        self.base = NEUTRAL.copy()
        self.shown: list[NDArray[np.float32]] = []

    def send(
        self, layer: str, source: str, values: dict[str, float], **others: object
    ) -> NDArray[np.float32]:
        """Send one message and show the next frame."""
        message = ControlMessage(layer=layer, source=source, values=values, **others)  # type: ignore[arg-type]
        return self.frame([message])

    def frame(self, messages: list[ControlMessage] | None = None) -> NDArray[np.float32]:
        self.now_s += DT_S
        self.control.update([Received(message, 0) for message in messages or []], self.now_s)
        values = self.base.copy()
        self.control.settle(values, DT_S)
        self.shown.append(values)
        return values

    def wait(self, seconds: float) -> NDArray[np.float32]:
        for _ in range(round(seconds / DT_S)):
            self.frame()
        return self.shown[-1]

    def steepest(self, channel: int) -> float:
        return float(np.abs(np.diff([values[channel] for values in self.shown])).max())

    def owned(self, source: str) -> list[str]:
        return [name for d in self.control.status() if d.source == source for name in d.owned]


def pose(source: str, yaw: float, **others: object) -> ControlMessage:
    return ControlMessage(layer="pose", source=source, values={"yaw": yaw}, **others)  # type: ignore[arg-type]


def test_a_driver_fades_in_and_owns_only_what_it_names() -> None:
    stage = Stage()
    first = stage.send("expression", "lips", {"jawOpen": 0.8}, ttl_s=9.0)
    assert first[JAW] == pytest.approx(0.0, abs=0.01)
    assert stage.wait(0.35)[JAW] == pytest.approx(0.8)
    assert stage.owned("lips") == ["jawOpen"]
    stage.send("expression", "tracker", {"browInnerUp": 0.5}, ttl_s=9.0)
    shown = stage.wait(0.35)
    assert shown[JAW] == pytest.approx(0.8)
    assert shown[BROW] == pytest.approx(0.5)
    assert stage.owned("lips") == ["jawOpen"]
    assert stage.steepest(JAW) <= 0.8 * STEEPEST


def test_a_fading_driver_moves_at_once() -> None:
    stage = Stage()
    stage.send("expression", "lips", {"jawOpen": 0.2}, ttl_s=9.0)
    before = stage.frame()[JAW]
    after = stage.send("expression", "lips", {"jawOpen": 0.5}, ttl_s=9.0)[JAW]
    assert after - before > 0.3


def test_the_highest_priority_owns_whoever_sends_last() -> None:
    stage = Stage()
    for _ in range(40):
        stage.frame([pose("high", 0.5, priority=5), pose("low", -0.5)])
    assert stage.shown[-1][YAW] == pytest.approx(0.5)
    assert stage.owned("low") == []


def test_two_equal_trackers_do_not_flicker() -> None:
    stage = Stage()
    for number in range(120):
        messages = [pose("first", -0.5)] if number < 30 or number % 2 else []
        if number >= 30 and number % 2 == 0:
            messages.append(pose("second", 0.5))
        stage.frame(messages)
    settled = [values[YAW] for values in stage.shown[80:]]
    assert settled == pytest.approx([0.5] * len(settled))
    assert stage.steepest(YAW) <= 1.0 * STEEPEST


def test_losing_the_owner_hands_over_to_the_next_then_to_idle() -> None:
    stage = Stage()
    stage.base[YAW] = 0.1
    stage.frame([pose("below", -0.4, ttl_s=3.0), pose("above", 0.6, ttl_s=1.0)])
    assert stage.wait(0.5)[YAW] == pytest.approx(0.6)
    assert stage.wait(1.5)[YAW] == pytest.approx(-0.4)
    assert stage.owned("below") == ["yaw"]
    assert stage.wait(2.0)[YAW] == pytest.approx(0.1)
    assert stage.control.status() == []
    assert stage.steepest(YAW) <= 1.0 * STEEPEST


def test_a_tracker_that_dies_is_back_to_idle_within_its_time_to_live_and_a_fade() -> None:
    stage = Stage()
    stage.send("expression", "webcam", {"jawOpen": 0.9}, ttl_s=0.5)
    stage.wait(0.5 + FADE_S + 2 * DT_S)
    assert stage.shown[-1][JAW] == 0.0


def test_an_owner_that_changes_in_mid_fade_does_not_jump() -> None:
    stage = Stage()
    for number in range(60):
        stage.frame([pose(f"driver {number // 4}", (-1) ** (number // 4) * 1.0, priority=number // 4)])
    # Each change starts from what is shown, so no step is steeper than a whole fade over the whole range.
    assert stage.steepest(YAW) <= 2.0 * STEEPEST


@pytest.mark.parametrize("stall_s", [0.0, 0.5, 5.0])
def test_no_change_of_driver_turns_the_head_faster_than_two_degrees_a_frame(stall_s: float) -> None:
    """Takeover from one end of the range to the other, a driver's death, a weight; the loop may stall in between."""
    stage = Stage()
    limit = math.radians(2.0) + 1e-4

    def frames(seconds: float, *messages: ControlMessage) -> None:
        stage.frame(list(messages))
        for number in range(round(seconds / DT_S)):
            if number == 8 and stall_s:  # in the middle of the fade
                stage.now_s += stall_s
                values = stage.base.copy()
                stage.control.update([], stage.now_s)
                stage.control.settle(values, min(stall_s, 0.25))
                stage.shown.append(values)
            stage.frame()

    frames(2.0, pose("first", 1.0, ttl_s=60.0))
    frames(2.0, pose("second", -1.0, ttl_s=60.0))
    frames(2.0, pose("second", -1.0, ttl_s=60.0, weight=0.0))
    stage.control.release("first")
    frames(2.0)
    assert stage.shown[-1][YAW] == pytest.approx(stage.base[YAW], abs=1e-4)
    steps = np.abs(np.diff([values[YAW] for values in stage.shown]))
    assert np.sort(steps)[-5:].max() <= limit * (2.0 if stall_s else 1.0)  # a late frame counts as two


def test_weight_blends_with_what_lies_beneath() -> None:
    stage = Stage()
    stage.base[YAW] = 0.2
    stage.frame([pose("a", 0.4, ttl_s=9.0), pose("b", 0.8, weight=0.5, ttl_s=9.0)])
    assert stage.wait(0.5)[YAW] == pytest.approx(0.6)
    stage.frame([pose("a", 0.4, weight=0.5, ttl_s=9.0), pose("b", 0.8, weight=0.5, ttl_s=9.0)])
    assert stage.wait(1.0)[YAW] == pytest.approx(0.55)  # a over idle: 0.3; b over that: 0.55
    assert stage.steepest(YAW) <= 0.6 * STEEPEST


def test_a_weight_that_switches_is_eased() -> None:
    stage = Stage()
    stage.frame([pose("a", 1.0, ttl_s=9.0)])
    stage.wait(1.0)
    stage.frame([pose("a", 1.0, weight=0.0, ttl_s=9.0)])
    assert stage.shown[-1][YAW] > 0.9
    assert stage.wait(1.5)[YAW] == pytest.approx(0.0)
    assert stage.owned("a") == []


def test_adds_are_summed_limited_and_fade_in_and_out() -> None:
    stage = Stage()
    stage.frame([pose("a", 0.4, ttl_s=9.0), pose("n", 0.1, mode="add", ttl_s=1.0)])
    stage.frame([pose("m", 0.2, mode="add", weight=0.5, ttl_s=1.0)])
    assert stage.wait(0.5)[YAW] == pytest.approx(0.6)
    assert stage.wait(1.0)[YAW] == pytest.approx(0.4)
    assert stage.steepest(YAW) <= 0.6 * STEEPEST
    stage.frame([pose("n", 1.1, mode="add", ttl_s=9.0)])
    assert stage.wait(1.0)[YAW] == pytest.approx(1.2)


def test_an_added_factor_counts_from_one() -> None:
    stage = Stage()
    stage.send("pose", "zoom", {"scale": 1.2}, mode="add", ttl_s=9.0)
    assert stage.wait(0.5)[SCALE] == pytest.approx(1.2)


def test_channels_of_one_driver_expire_on_their_own() -> None:
    stage = Stage()
    stage.send("expression", "script", {"browInnerUp": 0.7}, ttl_s=0.5)
    for _ in range(60):
        stage.send("expression", "script", {"jawOpen": 0.3}, ttl_s=0.5)
    assert stage.shown[-1][BROW] == 0.0
    assert stage.shown[-1][JAW] == pytest.approx(0.3)


def test_release_lets_go_of_every_layer() -> None:
    stage = Stage()
    stage.frame(
        [pose("a", 0.5, ttl_s=9.0), ControlMessage(layer="gaze", source="a", values={"yaw": 0.2}, ttl_s=9.0)]
    )
    stage.wait(0.5)
    assert stage.control.release("a") == 2
    assert stage.control.release("a") == 0
    assert stage.frame()[YAW] == pytest.approx(0.5, abs=0.5 * STEEPEST)
    assert stage.wait(0.5)[YAW] == 0.0


def test_recenter_takes_the_pose_of_now_as_neutral_and_remembers_it() -> None:
    stage = Stage()
    values = {"yaw": 0.3, "scale": 1.5}
    stage.send("pose", "webcam", values)
    stage.wait(0.5)
    assert stage.control.recenter("webcam") == 1
    assert stage.frame()[YAW] == pytest.approx(0.3, abs=0.3 * STEEPEST)
    shown = stage.wait(0.4)
    assert shown[YAW] == pytest.approx(0.0, abs=1e-6)
    assert shown[SCALE] == pytest.approx(1.0)
    stage.wait(2.0)
    stage.send("pose", "webcam", {"yaw": 0.4, "scale": 3.0})
    shown = stage.wait(0.5)
    assert shown[YAW] == pytest.approx(0.1, abs=1e-6)
    assert shown[SCALE] == pytest.approx(2.0)


def test_recenter_without_a_tracker_says_so() -> None:
    assert Stage().control.recenter("") == 0


def test_the_number_of_drivers_is_bounded_and_refusals_are_counted() -> None:
    stage = Stage()
    stage.frame([pose(f"driver {n}", 0.1) for n in range(MAX_DRIVERS + 3)])
    assert stage.dropped == ["too many drivers"] * 3
    assert len(stage.control.status()) == MAX_DRIVERS
    stage.wait(1.5)
    stage.frame([pose("late", 0.1)])
    assert [driver.source for driver in stage.control.status()] == ["late"]


def test_the_claim_follows_the_weight_of_the_emotion_and_fades() -> None:
    stage = Stage()
    stage.send("emotion", "bot", {"happy": 1.0}, weight=0.7)
    assert stage.control.claim == pytest.approx(0.0, abs=0.02)
    stage.wait(0.4)
    assert stage.control.claim == pytest.approx(0.7)
    stage.send("emotion", "bot", {"happy": 1.0}, mode="add")
    stage.wait(1.5)
    assert stage.control.claim == 0.0


def test_only_trackers_are_smoothed() -> None:
    def steps(source: str) -> float:
        stage = Stage(SmoothingSettings(sources=("webcam",)))
        rng = np.random.default_rng(1)
        for _ in range(200):
            stage.frame([pose(source, 0.2 + 0.01 * float(rng.standard_normal()))])
        return float(np.std(np.diff([values[YAW] for values in stage.shown[60:]])))

    assert steps("webcam 0") < 0.35 * steps("script")


def test_random_traffic_never_jumps_and_never_leaves_the_limits() -> None:
    """Drivers of constant values that come, go, overtake and change weight: only fades may move the face."""
    rng = np.random.default_rng(7)
    stage = Stage()
    wants = {f"driver {n}": float(rng.uniform(-1.0, 1.0)) for n in range(8)}
    for _ in range(1200):
        messages = [
            pose(
                source,
                yaw,
                priority=int(rng.integers(0, 3)) if rng.random() < 0.02 else 0,
                weight=1.0 if rng.random() < 0.5 else float(rng.random()),
                ttl_s=float(rng.uniform(0.05, 0.6)),
                mode="set" if int(source[-1]) < 6 else "add",
            )
            for source, yaw in wants.items()
            if rng.random() < 0.08
        ]
        stage.frame(messages)
    assert max(abs(values[YAW]) for values in stage.shown) <= 1.2 + 1e-6
    # Two fades, a hand-over and a weight, may add up; a jump would be up to 2.
    assert stage.steepest(YAW) < 0.5
