from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from bridge.vts.parameters import HOLD_S, Injected
from bridge.vts.vts_state import MAX_EVENTS, VtsState
from tests.bridge.vts.vts_sessions import PLUGIN, authenticated, new_state


class Data(msgspec.Struct):
    number: int


@pytest.fixture
def state(tmp_path: Path) -> VtsState:
    return new_state(tmp_path)


def test_an_event_goes_to_its_subscribers_only(state: VtsState) -> None:
    first, second, other = (authenticated(state) for _ in range(3))
    first.events["ModelLoadedEvent"] = second.events["ModelLoadedEvent"] = msgspec.Raw(b"{}")
    other.events["TestEvent"] = msgspec.Raw(b"{}")
    state.queue_event("ModelLoadedEvent", Data(1))
    state.queue_event("ModelLoadedEvent", Data(2), only=second)
    events = [(session, json.loads(text)) for session, text in state.drain_events(now_ms=7)]
    assert [session for session, _ in events] == [first, second, second]
    assert [event["data"]["number"] for _, event in events] == [1, 1, 2]
    assert {event["messageType"] for _, event in events} == {"ModelLoadedEvent"}
    assert {event["timestamp"] for _, event in events} == {7}
    assert state.drain_events(now_ms=8) == []


def test_a_closed_session_gets_no_events(state: VtsState) -> None:
    session = authenticated(state)
    session.events["TestEvent"] = msgspec.Raw(b"{}")
    state.close_session(session)
    state.close_session(session)
    state.queue_event("TestEvent", Data(1))
    assert state.drain_events(now_ms=1) == []


def test_queued_events_are_bounded_and_the_oldest_are_dropped(state: VtsState) -> None:
    session = authenticated(state)
    session.events["TestEvent"] = msgspec.Raw(b"{}")
    for number in range(MAX_EVENTS + 5):
        state.queue_event("TestEvent", Data(number))
    numbers = [json.loads(text)["data"]["number"] for _, text in state.drain_events(now_ms=1)]
    assert numbers == list(range(5, MAX_EVENTS + 5))


def test_a_face_is_found_for_a_second_and_both_changes_are_events(state: VtsState) -> None:
    session = authenticated(state)
    session.events["TrackingStatusChangedEvent"] = msgspec.Raw(b"{}")
    state.report_face(10.0)
    for now_s in (10.0, 10.5, 10.0 + HOLD_S, 12.0):
        state.update(now_s)
    found = [json.loads(text)["data"]["faceFound"] for _, text in state.drain_events(now_ms=1)]
    assert found == [True, False]
    assert not state.is_face_found(10.0 + HOLD_S)


def test_update_drops_values_that_have_expired(state: VtsState) -> None:
    state.parameters.inject(PLUGIN, "set", [Injected("FaceAngleX", 5.0)], 10.0)
    state.update(10.0 + HOLD_S / 2)
    assert state.parameters.plugins() == {PLUGIN}
    state.update(10.0 + HOLD_S)
    assert state.parameters.plugins() == set()
