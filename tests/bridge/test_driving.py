"""Who drives what when several trackers send at once: through sockets into the runtime's own control."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from bridge.sending.publisher import ControlPublisher
from bridge.trackers.livelink import LiveLinkTracker
from bridge.trackers.openseeface import OpenSeeFaceTracker
from bridge.trackers.vmc import VmcTracker
from protocol.messages import ControlMessage
from tests.bridge.desktop_encoders import openseeface, vmc_clips, vmc_head
from tests.bridge.hub_running import repeating, running_hub
from tests.bridge.phone_encoders import Face, livelink
from tests.bridge.runtime_stage import STEEPEST, Stage, open_stage, shown

LEFT, RIGHT = 0.5, -0.5


@pytest.fixture
def stage() -> Iterator[Stage]:
    with open_stage() as stage:
        yield stage


def has(layer: str, name: str, value: float) -> Callable[[NDArray[np.float32]], bool]:
    """What tells whether a frame shows a value."""
    return lambda frame: abs(shown(frame, layer, name) - value) < 0.02


def test_newest_of_two_sources_drives_and_its_loss_causes_no_jump(stage: Stage) -> None:
    anna = livelink(Face(yaw=LEFT), subject="Anna")

    def anna_drives(frame: NDArray[np.float32]) -> bool:
        return has("pose", "yaw", LEFT)(frame) and "yaw" in stage.owned("livelink:Anna")

    def other_drives(frame: NDArray[np.float32]) -> bool:
        is_owned = "yaw" in stage.owned("openseeface:127.0.0.1:0") - stage.owned("livelink:Anna")
        return has("pose", "yaw", RIGHT)(frame) and is_owned

    with (
        running_hub(stage.address, LiveLinkTracker()) as hub,
        repeating(lambda: hub.send("livelink", anna)),
    ):
        stage.until(anna_drives)
        # The second source begins later, and drives as long as it sends.
        with (
            running_hub(stage.address, OpenSeeFaceTracker()) as other,
            repeating(lambda: other.send("openseeface", openseeface(yaw=RIGHT))),
        ):
            stage.until(other_drives)
        stage.until(anna_drives)
    # No source is left: back to rest, as smoothly.
    stage.until(lambda frame: abs(shown(frame, "pose", "yaw")) < 0.01 and stage.control.status() == [])
    assert stage.steepest("pose", "yaw") < (LEFT - RIGHT) * STEEPEST * 1.3
    assert not stage.inbox.dropped()


def test_one_source_drives_two_layers_and_another_may_take_one_of_them(stage: Stage) -> None:
    face = livelink(Face(yaw=LEFT, coefficients={"jawOpen": 0.8}), subject="Anna")

    def anna_drives(frame: NDArray[np.float32]) -> bool:
        is_shown = has("pose", "yaw", LEFT)(frame) and has("expression", "jawOpen", 0.8)(frame)
        return is_shown and {"yaw", "jawOpen"} <= stage.owned("livelink:Anna")

    def jaw_is_the_other_s(frame: NDArray[np.float32]) -> bool:
        is_shown = has("pose", "yaw", LEFT)(frame) and has("expression", "jawOpen", 0.2)(frame)
        # What the second does not name stays with the first.
        return (
            is_shown
            and "mouthClose" in stage.owned("livelink:Anna")
            and stage.owned("vmc:127.0.0.1") == {"jawOpen"}
        )

    with (
        running_hub(stage.address, LiveLinkTracker()) as hub,
        repeating(lambda: hub.send("livelink", face)),
    ):
        stage.until(anna_drives)

        def vmc() -> None:
            other.send("vmc", vmc_clips({"jawOpen": 0.2}), vmc_head(RIGHT, 0.0, 0.0))

        with (
            running_hub(stage.address, VmcTracker(), layers=("expression",)) as other,
            repeating(vmc),
        ):
            stage.until(jaw_is_the_other_s)
        stage.until(anna_drives)
    assert stage.steepest("expression", "jawOpen") < 0.8 * STEEPEST * 1.3


def test_script_of_higher_priority_wins_over_a_tracker_that_began_later(stage: Stage) -> None:
    script = ControlMessage(layer="pose", source="script", values={"yaw": RIGHT}, priority=5, ttl_s=60.0)
    with ControlPublisher(stage.address) as publisher:
        stage.until(lambda _: publisher.send([script]))
        stage.until(has("pose", "yaw", RIGHT))
        with (
            running_hub(stage.address, LiveLinkTracker()) as hub,
            repeating(lambda: hub.send("livelink", livelink(Face(yaw=LEFT, pitch=-0.6)))),
        ):
            frame = stage.until(has("pose", "pitch", -0.6))
    assert shown(frame, "pose", "yaw") == pytest.approx(RIGHT, abs=0.02)


def test_restarted_bridge_keeps_driving(stage: Stage) -> None:
    for yaw in (LEFT, RIGHT):
        with (
            running_hub(stage.address, LiveLinkTracker()) as hub,
            repeating(lambda hub=hub, yaw=yaw: hub.send("livelink", livelink(Face(yaw=yaw)))),  # type: ignore[misc]
        ):
            stage.until(has("pose", "yaw", yaw))
    assert not stage.inbox.dropped()
