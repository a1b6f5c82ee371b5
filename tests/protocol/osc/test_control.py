from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.blendshapes import BLENDSHAPES
from protocol.codec import check_control
from protocol.messages import ControlMessage
from protocol.osc.control import read_osc_control
from protocol.osc.parse import OscMessage

SENDER = "osc:127.0.0.1:50000"


def only(*messages: OscMessage) -> ControlMessage:
    control, refusals = read_osc_control(messages, SENDER)
    assert refusals == []
    [message] = control
    return message


def test_one_channel_is_named_by_its_address() -> None:
    assert only(("/omote/pose/yaw", (0.25,))) == ControlMessage(
        layer="pose", source=SENDER, values={"yaw": 0.25}
    )


@pytest.mark.parametrize("spelling", ["eyeBlinkLeft", "EyeBlinkLeft", "eyeBlink_L", "eyeblinkleft"])
def test_blendshapes_may_be_spelt_as_any_program_does(spelling: str) -> None:
    assert only((f"/omote/expression/{spelling}", (1,))).values == {"eyeBlinkLeft": 1.0}


def test_weight_and_ttl_may_follow_the_value() -> None:
    message = only(("/omote/emotion/happy", (1.0, 0.7, 10)))
    assert (message.values, message.weight, message.ttl_s) == ({"happy": 1.0}, 0.7, 10.0)


def test_a_layer_takes_its_channels_in_wire_order() -> None:
    assert only(("/omote/pose", (0.1, 0.2, 0.3))).values == {"yaw": 0.1, "pitch": 0.2, "roll": 0.3}
    assert only(("/omote/gaze", (0.1, 0.2))).values == {"yaw": 0.1, "pitch": 0.2}
    assert list(only(("/omote/expression", (0.5,) * 52)).values) == list(BLENDSHAPES)


def test_a_layer_takes_names_and_values_in_turn() -> None:
    assert only(("/omote/emotion", ("happy", 1.0, "sad", 0.25))).values == {"happy": 1.0, "sad": 0.25}


def test_settings_hold_for_what_follows_in_the_datagram() -> None:
    control, refusals = read_osc_control(
        [
            ("/omote/pose/yaw", (0.1,)),
            ("/omote/source", ("面",)),
            ("/omote/mode", ("add",)),
            ("/omote/weight", (0.5,)),
            ("/omote/priority", (3,)),
            ("/omote/ttl", (5.0,)),
            ("/omote/pose/yaw", (0.2,)),
            ("/omote/pose/pitch", (0.3,)),
        ],
        SENDER,
    )
    assert refusals == []
    assert control == [
        ControlMessage(layer="pose", source=SENDER, values={"yaw": 0.1}),
        ControlMessage(
            layer="pose",
            source="面",
            values={"yaw": 0.2, "pitch": 0.3},
            mode="add",
            weight=0.5,
            priority=3,
            ttl_s=5.0,
        ),
    ]


@pytest.mark.parametrize(
    ("address", "arguments", "reason"),
    [
        ("/omote", (), "unknown OSC address"),
        ("/omote/", (0.5,), "unknown OSC address"),
        ("/omote/nose/yaw", (0.5,), "unknown OSC address"),
        ("/omote/pose/yaw/deep", (0.5,), "unknown OSC address"),
        ("/avatar/parameters/JawOpen", (0.5,), "unknown OSC address"),
        ("/omote/pose/yaw", (), "wrong OSC arguments"),
        ("/omote/pose/yaw", ("left",), "wrong OSC arguments"),
        ("/omote/pose/yaw", (0.5, None), "wrong OSC arguments"),
        ("/omote/pose", (), "wrong OSC arguments"),
        ("/omote/gaze", (0.1, 0.2, 0.3), "wrong OSC arguments"),
        ("/omote/gaze", (0.1, "yaw"), "wrong OSC arguments"),
        ("/omote/emotion", ("happy",), "wrong OSC arguments"),
        ("/omote/emotion", ("happy", 1.0, 0.5, "sad"), "wrong OSC arguments"),
        ("/omote/mode", ("multiply",), "wrong OSC arguments"),
        ("/omote/source", (3,), "wrong OSC arguments"),
        ("/omote/ttl", ("long",), "wrong OSC arguments"),
        ("/omote/priority", (0.5,), "wrong OSC arguments"),
    ],
)
def test_wrong_arguments_are_refused_with_their_reason(
    address: str, arguments: tuple[float | str | None, ...], reason: str
) -> None:
    control, refusals = read_osc_control([(address, arguments)], SENDER)
    assert control == []
    assert [refusal.reason for refusal in refusals] == [reason]


def test_unknown_channels_and_values_are_left_to_the_check() -> None:
    [message] = read_osc_control(
        [("/omote/expression/jawOpne", (0.5,)), ("/omote/expression/jawOpen", (3.0,))], SENDER
    )[0]
    checked, refusals = check_control(message)
    assert checked is None
    assert [refusal.reason for refusal in refusals] == ["unknown channel", "out of range"]


argument = st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats() | st.text() | st.binary()
address = st.sampled_from(
    [
        "/omote/pose",
        "/omote/pose/yaw",
        "/omote/emotion",
        "/omote/source",
        "/omote/ttl",
        "/omote/priority",
        "/omote/mode",
    ]
) | st.text().map("/omote/".__add__)


@given(st.lists(st.tuples(address, st.lists(argument, max_size=5).map(tuple)), max_size=5))
def test_no_arguments_raise(messages: list[OscMessage]) -> None:
    for message in read_osc_control(messages, SENDER).messages:
        check_control(message)
