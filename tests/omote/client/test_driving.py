from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any, get_type_hints

import pytest

from omote.client import Omote, ValueRefusedError, channel_values
from omote.client.driving import program_name
from omote.client.runtime_address import RuntimeAddress
from protocol.channels import CHANNELS, LAYERS
from protocol.messages import ControlMessage
from runtime.intake.inbox import Inbox
from runtime.intake.receiver import Receiver, ReceiverPorts
from tests.waiting import until


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def face(inbox: Inbox) -> Iterator[Omote]:
    with Receiver(inbox, ReceiverPorts(0, None, None, None)) as receiver:
        assert receiver.ports.control is not None
        address = RuntimeAddress(control_port=receiver.ports.control)
        with Omote(source="test", address=address, must_run=False) as face:
            assert until(lambda: face.is_connected)
            yield face


@pytest.mark.parametrize("layer", LAYERS)
def test_the_types_have_exactly_the_layer_s_channels(layer: str) -> None:
    hints = get_type_hints(getattr(channel_values, f"{layer.capitalize()}Values"))
    assert list(hints.items()) == [(c.name, float) for c in CHANNELS if c.layer == layer]


@pytest.mark.parametrize(
    ("layer", "values", "options"),
    [
        ("pose", {"yaw": 0.3, "scale": 1.2}, {"weight": 0.5}),
        ("expression", {"jawOpen": 1, "tongueOut": 0.5}, {"ttl_s": 5.0}),
        ("gaze", {"yaw": -0.2}, {}),
        ("emotion", {"happy": 1, "valence": -1}, {"weight": 0.7, "ttl_s": 60.0}),
        ("view", {"distance": 2}, {"weight": 0.0}),
    ],
)
def test_a_method_sends_its_layer_s_message(
    face: Omote, inbox: Inbox, layer: Any, values: dict[str, float], options: dict[str, float]
) -> None:
    assert getattr(face, layer)(**values, **options)
    [received] = until(inbox.take)
    assert received.message == ControlMessage(layer=layer, source="test", values=values, **options)


@pytest.mark.parametrize(
    ("layer", "values", "says"),
    [
        ("expression", {"jawOpne": 0.5}, "did you mean jawOpen"),
        ("pose", {"yaw": 20}, "pose yaw = 20, expected -1.2 to 1.2"),
        ("emotion", {"happy": float("nan")}, "non-finite value"),
        ("emotion", {"happy": 1, "weight": 3}, "bad weight: got 3, expected 0 to 1"),
        ("gaze", {"yaw": 0.1, "ttl_s": 100}, "bad ttl: got ttl_s 100"),
        ("gaze", {"yaw": "left"}, "must be a number; got yaw = 'left'"),
        ("gaze", {"yaw": 0.1, "weight": None}, "must be a number; got weight = None"),
        ("view", {}, "name at least one channel of view"),
    ],
)
def test_what_the_runtime_would_refuse_is_refused_before_it_is_sent(
    face: Omote, inbox: Inbox, layer: str, values: dict[str, Any], says: str
) -> None:
    with pytest.raises(ValueRefusedError, match=says.replace("(", r"\(")):
        getattr(face, layer)(**values)
    assert face.pose(yaw=0.1)
    [received] = until(inbox.take)
    assert received.message.values == {"yaw": 0.1}
    assert inbox.dropped() == {}


def test_a_layer_that_does_not_exist_is_named(face: Omote) -> None:
    with pytest.raises(
        ValueRefusedError, match=r"got 'expresion', expected one of pose.*did you mean expression"
    ):
        face.layer("expresion")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("argument", "name"),
    [
        ("/home/me/bot.py", "bot.py"),
        ("", "python"),
        ("-c", "python"),
        ("a" * 200, "a" * 64),
        ("a\nb", "python"),
    ],
)
def test_a_driver_is_called_like_its_program(
    monkeypatch: pytest.MonkeyPatch, argument: str, name: str
) -> None:
    monkeypatch.setattr(sys, "argv", [argument])
    assert program_name() == name
