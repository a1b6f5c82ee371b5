from __future__ import annotations

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import CodecError
from protocol.messages import Command, ControlMessage
from runtime.panel.page_messages import AvatarChange, FrameAck, TrackerChange, decode_page_message
from runtime.trackers.tracker_wish import TrackerWish


def test_control_gets_the_panels_source() -> None:
    text = json.dumps({"type": "control", "layer": "pose", "source": "tracker", "values": {"yaw": 0.5}})
    assert decode_page_message(text) == ControlMessage(layer="pose", source="panel", values={"yaw": 0.5})


def test_ack_and_release_are_understood() -> None:
    assert decode_page_message('{"type":"ack"}') == FrameAck()
    release = decode_page_message('{"type":"command","name":"release","argument":"panel","request_id":"1"}')
    assert release == Command(name="release", argument="panel", request_id="1")


def test_changes_of_avatars_are_understood() -> None:
    text = '{"type":"avatar","action":"rename","key":"me","name":"Zoë","request_id":"3"}'
    assert decode_page_message(text) == AvatarChange(action="rename", key="me", name="Zoë", request_id="3")


def test_changes_of_trackers_are_understood() -> None:
    text = '{"type":"tracker","action":"start","wish":{"kind":"webcam","device":2},"request_id":"3"}'
    wish = TrackerWish(kind="webcam", device=2)
    assert decode_page_message(text) == TrackerChange(action="start", wish=wish, request_id="3")
    for action in ("calibrate", "cancel", "forget"):
        text = f'{{"type":"tracker","action":"{action}","wish":{{"kind":"network"}}}}'
        found = decode_page_message(text)
        assert found == TrackerChange(action=action, wish=TrackerWish(kind="network"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        (b"\x00\x01", "not JSON"),
        ("[" * 60_000, "wrong type or missing field"),
        ("\ud800", "not JSON"),
        ("null", "wrong type or missing field"),
        ('{"type":"nothing"}', "wrong type or missing field"),
        (
            '{"type":"control","layer":"pose","source":"x","values":{"yaw":"left"}}',
            "wrong type or missing field",
        ),
        ('{"type":"command","name":"stop"}', "command not for pages"),
        ('{"type":"command","name":"format_disk"}', "wrong type or missing field"),
        (json.dumps({"type": "command", "name": "release", "argument": "x" * 2000}), "argument too long"),
        ('{"type":"avatar","action":"burn","key":"me"}', "wrong type or missing field"),
        (json.dumps({"type": "avatar", "action": "delete", "key": "x" * 2000}), "argument too long"),
        ('{"type":"tracker","action":"start","wish":{"kind":"sh"}}', "wrong type or missing field"),
        (
            '{"type":"tracker","action":"start","wish":{"kind":"webcam","device":"/x"}}',
            "wrong type or missing field",
        ),
        (json.dumps({"type": "ack", "pad": "x" * 70_000}), "too large"),
    ],
)
def test_invalid_messages_of_a_page_are_refused_with_a_reason(text: str | bytes, reason: str) -> None:
    with pytest.raises(CodecError) as refused:
        decode_page_message(text)
    assert refused.value.reason == reason


@given(st.text())
def test_any_text_is_refused_or_understood(text: str) -> None:
    with suppress(CodecError):
        decode_page_message(text)
