"""MessageCoalescer: how many layers it expects of each source."""

from __future__ import annotations

from protocol.messages import ControlMessage
from runtime.intake.coalescing import MAX_SOURCES, MessageCoalescer
from runtime.intake.inbox import Received


def burst(source: str, *layers: str) -> list[Received]:
    values = {"pose": {"yaw": 0.1}, "expression": {"jawOpen": 0.1}, "gaze": {"yaw": 0.1}}
    return [
        Received(ControlMessage(layer=layer, source=source, values=values[layer]), 0)  # type: ignore[arg-type]
        for layer in layers
    ]


def test_the_first_message_of_a_source_is_complete() -> None:
    assert MessageCoalescer().is_complete(burst("webcam", "pose"))


def test_a_driver_of_three_layers_is_complete_with_three() -> None:
    coalescer = MessageCoalescer()
    coalescer.learn(burst("webcam", "pose", "expression", "gaze"))
    assert not coalescer.is_complete(burst("webcam", "pose"))
    assert not coalescer.is_complete(burst("webcam", "pose", "pose", "gaze"))
    assert coalescer.is_complete(burst("webcam", "pose", "expression", "gaze"))
    assert coalescer.is_complete(burst("script", "pose"))


def test_the_expected_number_falls_when_a_source_sends_fewer_layers() -> None:
    coalescer = MessageCoalescer()
    coalescer.learn(burst("webcam", "pose", "expression"))
    for _ in range(20):
        coalescer.learn(burst("webcam", "expression"))
    assert coalescer.is_complete(burst("webcam", "expression"))


def test_the_number_of_known_sources_is_bounded() -> None:
    coalescer = MessageCoalescer()
    coalescer.learn(burst("first", "pose", "gaze"))
    for number in range(MAX_SOURCES):
        coalescer.learn(burst(f"source {number}", "pose"))
    assert coalescer.is_complete(burst("first", "pose"))
