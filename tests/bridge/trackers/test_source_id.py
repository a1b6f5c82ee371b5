from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bridge.trackers.source_id import source_id
from protocol.codec import check_control
from protocol.messages import ControlMessage


def test_source_id_holds_tracker_and_sender() -> None:
    assert source_id("livelink", "Anna") == "livelink:Anna"
    assert source_id("meowface", "10.0.0.1:12345") == "meowface:10.0.0.1:12345"


@given(st.text())
def test_runtime_accepts_every_source_id(who: str) -> None:
    message = ControlMessage(layer="pose", source=source_id("livelink", who), values={"yaw": 0.1})
    assert check_control(message).refusals == ()
