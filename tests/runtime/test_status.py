"""StatusBuilder: each number of the Status comes from the object that owns it."""

from __future__ import annotations

from pathlib import Path

import pytest

from face.motion import Motion
from protocol.messages import ControlMessage
from runtime.avatars.slot import AvatarSlot
from runtime.control.control import Control
from runtime.intake.inbox import Inbox, Received
from runtime.layers.emotion import EmotionLayer
from runtime.publishers.memory import MemoryPublisher
from runtime.publishers.publisher_set import PublisherSet
from runtime.stage_timers import StageTimers
from runtime.status import StatusBuilder
from runtime.takes.desk import TakeDesk
from runtime.takes.folder import TakeFolder


class Counted(MemoryPublisher):
    """One that has sent bytes over a network."""

    sent_bytes = 0


def test_the_status_tells_the_state_of_all_parts(tmp_path: Path) -> None:
    inbox, control, emotion = Inbox(), Control(), EmotionLayer()
    slot = AvatarSlot(size=128, engine="null")
    slot.load(None)
    memory = Counted()
    publishers = PublisherSet({"memory": lambda: memory})
    builder = StatusBuilder(
        inbox=inbox,
        control=control,
        slot=slot,
        takes=TakeDesk(TakeFolder(tmp_path), inbox),
        publishers=publishers,
        timers=StageTimers(("render",), lambda: 0.0),
        target_fps=50.0,
        emotion=emotion,
    )
    emotion.tracked[:] = 0.25
    emotion.filtered[3] = 0.123456
    message = ControlMessage(layer="pose", source="script", values={"yaw": 0.1})
    control.update([Received(message, 0)], 100.0)
    inbox.count_drop("not OSC", "3 bytes")
    builder.start(100.0)
    memory.sent_bytes = 1000
    builder.update_fps(60, 102.0)
    memory.sent_bytes = 4000
    builder.update_fps(100, 103.0)
    motion = Motion.neutral()
    motion.values[0] = 0.25
    status = builder.build(motion, 100, 103.5)
    assert (status.engine, status.provider, status.size, status.avatar) == ("null", "numpy", 128, "numbers")
    assert (status.fps, status.target_fps, status.frames) == (40.0, 50.0, 100)
    assert status.sent_bytes_s == 3000.0
    assert status.uptime_s == pytest.approx(3.5)
    assert status.values == motion.values.tolist()
    assert [driver.source for driver in status.drivers] == ["script"]
    assert status.dropped == {"not OSC": 1}
    assert status.notes == ["last not OSC: 3 bytes"]
    assert status.publishers == ["memory"]
    assert [stage.name for stage in status.stages] == ["render", "frame", "latency"]
    assert status.worn == ""
    assert status.tracked == [0.25] * 52
    assert status.filtered[3] == pytest.approx(0.1235)
    assert sum(status.filtered) == pytest.approx(0.1235)
