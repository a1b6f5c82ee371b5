"""Who drives what when several trackers send at once: through sockets into the runtime's own control."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

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


def test_newest_of_two_sources_drives_and_its_loss_causes_no_jump(stage: Stage) -> None:
    anna = livelink(Face(yaw=LEFT), subject="Anna")
    with (
        running_hub(stage.address, LiveLinkTracker()) as hub,
        repeating(lambda: hub.send("livelink", anna)),
    ):
        frame = stage.run(1.2)
        assert shown(frame, "pose", "yaw") == pytest.approx(LEFT, abs=0.02)
        assert "yaw" in stage.owned("livelink:Anna")
        # The second source begins later, and drives as long as it sends.
        with (
            running_hub(stage.address, OpenSeeFaceTracker()) as other,
            repeating(lambda: other.send("openseeface", openseeface(yaw=RIGHT))),
        ):
            frame = stage.run(1.0)
            assert shown(frame, "pose", "yaw") == pytest.approx(RIGHT, abs=0.02)
            assert "yaw" in stage.owned("openseeface:127.0.0.1:0")
            assert "yaw" not in stage.owned("livelink:Anna")
        frame = stage.run(1.2)
        assert shown(frame, "pose", "yaw") == pytest.approx(LEFT, abs=0.02)
        assert "yaw" in stage.owned("livelink:Anna")
    # No source is left: back to rest, as smoothly.
    frame = stage.run(1.2)
    assert shown(frame, "pose", "yaw") == pytest.approx(0.0, abs=0.01)
    assert stage.control.status() == []
    assert stage.steepest("pose", "yaw") < (LEFT - RIGHT) * STEEPEST * 1.3
    assert not stage.inbox.dropped()


def test_one_source_drives_two_layers_and_another_may_take_one_of_them(stage: Stage) -> None:
    face = livelink(Face(yaw=LEFT, coefficients={"jawOpen": 0.8}), subject="Anna")
    with (
        running_hub(stage.address, LiveLinkTracker()) as hub,
        repeating(lambda: hub.send("livelink", face)),
    ):
        frame = stage.run(1.2)
        assert shown(frame, "pose", "yaw") == pytest.approx(LEFT, abs=0.02)
        assert shown(frame, "expression", "jawOpen") == pytest.approx(0.8, abs=0.02)
        assert {"yaw", "jawOpen"} <= stage.owned("livelink:Anna")

        def vmc() -> None:
            other.send("vmc", vmc_clips({"jawOpen": 0.2}), vmc_head(RIGHT, 0.0, 0.0))

        with (
            running_hub(stage.address, VmcTracker(), layers=("expression",)) as other,
            repeating(vmc),
        ):
            frame = stage.run(1.0)
            assert shown(frame, "pose", "yaw") == pytest.approx(LEFT, abs=0.02)
            assert shown(frame, "expression", "jawOpen") == pytest.approx(0.2, abs=0.02)
            # What the second does not name stays with the first.
            assert "mouthClose" in stage.owned("livelink:Anna")
            assert stage.owned("vmc:127.0.0.1") == {"jawOpen"}
        frame = stage.run(1.2)
        assert shown(frame, "expression", "jawOpen") == pytest.approx(0.8, abs=0.02)
    assert stage.steepest("expression", "jawOpen") < 0.8 * STEEPEST * 1.3


def test_script_of_higher_priority_wins_over_a_tracker_that_began_later(stage: Stage) -> None:
    script = ControlMessage(layer="pose", source="script", values={"yaw": RIGHT}, priority=5, ttl_s=30.0)
    with ControlPublisher(stage.address) as publisher:
        while not publisher.send([script]):
            stage.run(0.02)
        stage.run(0.5)
        with (
            running_hub(stage.address, LiveLinkTracker()) as hub,
            repeating(lambda: hub.send("livelink", livelink(Face(yaw=LEFT, pitch=-0.6)))),
        ):
            frame = stage.run(1.0)
    assert shown(frame, "pose", "yaw") == pytest.approx(RIGHT, abs=0.02)
    assert shown(frame, "pose", "pitch") == pytest.approx(-0.6, abs=0.02)


def test_restarted_bridge_keeps_driving(stage: Stage) -> None:
    for _ in range(2):
        with (
            running_hub(stage.address, LiveLinkTracker()) as hub,
            repeating(lambda hub=hub: hub.send("livelink", livelink(Face(yaw=LEFT)))),  # type: ignore[misc]
        ):
            frame = stage.run(1.0)
            assert shown(frame, "pose", "yaw") == pytest.approx(LEFT, abs=0.02)
    assert not stage.inbox.dropped()
