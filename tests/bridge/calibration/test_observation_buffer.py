from __future__ import annotations

from bridge.calibration.observation_buffer import MAX_OBSERVATIONS, SILENT_NS, ObservationBuffer
from bridge.observation import Observation
from protocol.codec import Refusal


def face(source: str, *, is_face: bool = True) -> Observation:
    return Observation(source, is_face=is_face)


def test_observations_are_drained_once_and_in_order() -> None:
    buffer = ObservationBuffer()
    faces = [face("vmc:a") for _ in range(3)]
    for number, each in enumerate(faces):
        buffer.receive("vmc", each, number)
    assert [id(each) for each in buffer.drain()] == [id(each) for each in faces]
    assert buffer.drain() == []
    assert (buffer.tracker, buffer.source) == ("vmc", "vmc:a")


def test_without_a_choice_the_first_source_with_a_face_is_kept() -> None:
    buffer = ObservationBuffer()
    buffer.receive("vmc", face("vmc:a", is_face=False), 0)
    buffer.receive("livelink", face("livelink:b"), 1)
    buffer.receive("vmc", face("vmc:a"), 2)
    assert [each.source for each in buffer.drain()] == ["livelink:b"]


def test_another_source_takes_over_when_the_first_is_silent() -> None:
    buffer = ObservationBuffer()
    buffer.receive("livelink", face("livelink:b"), 0)
    buffer.receive("vmc", face("vmc:a"), SILENT_NS - 1)
    buffer.receive("vmc", face("vmc:a"), SILENT_NS)
    assert [each.source for each in buffer.drain()] == ["vmc:a"]  # the first source's are discarded
    assert (buffer.tracker, buffer.source) == ("vmc", "vmc:a")


def test_a_chosen_source_is_never_replaced() -> None:
    buffer = ObservationBuffer("livelink:b")
    buffer.receive("vmc", face("vmc:a"), 10 * SILENT_NS)
    assert buffer.drain() == []
    buffer.receive("livelink", face("livelink:b"), 11 * SILENT_NS)
    assert len(buffer.drain()) == 1


def test_an_undrained_buffer_keeps_the_newest() -> None:
    buffer = ObservationBuffer()
    for number in range(MAX_OBSERVATIONS + 1):
        buffer.receive("vmc", face("vmc:a"), number)
    assert len(buffer.drain()) == MAX_OBSERVATIONS


def test_refusals_are_counted_by_tracker_and_reason() -> None:
    buffer = ObservationBuffer()
    buffer.refuse("vmc", [Refusal("not OSC", "5 bytes"), Refusal("not OSC", "7 bytes")])
    assert buffer.refused == {"vmc: not OSC": 2}
