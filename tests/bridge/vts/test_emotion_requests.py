from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from bridge.vts.api import ApiError, ErrorId
from bridge.vts.emotion_requests import (
    ExpressionActivationRequest,
    Expressions,
    ExpressionStateRequest,
    Hotkeys,
    HotkeysRequest,
    TriggerRequest,
    activate_expression,
    expression_states,
    hotkeys,
    trigger_hotkey,
)
from bridge.vts.emotions import find_hotkey
from bridge.vts.session_requests import NoData
from bridge.vts.vts_state import VtsState
from protocol.channels import EMOTIONS
from tests.bridge.vts.vts_sessions import authenticated, new_state


@pytest.fixture
def state(tmp_path: Path) -> VtsState:
    return new_state(tmp_path, now_s=100.0)


def error_of(answer: object) -> int:
    assert isinstance(answer, ApiError)
    return answer.error_id


def test_every_listed_hotkey_can_be_triggered(state: VtsState) -> None:
    session = authenticated(state)
    listed = hotkeys(state, session, HotkeysRequest(), 100.0)
    assert isinstance(listed, Hotkeys)
    for key in listed.available_hotkeys:
        assert not isinstance(trigger_hotkey(state, session, TriggerRequest(key.hotkey_id), 100.0), ApiError)
    assert state.emotions.active == EMOTIONS
    assert error_of(hotkeys(state, session, HotkeysRequest("other"), 100.0)) == ErrorId.MODEL_NOT_FOUND


def test_a_hotkey_that_cannot_be_triggered_is_an_error(state: VtsState) -> None:
    session = authenticated(state)
    key = TriggerRequest("happy")
    assert error_of(trigger_hotkey(state, session, TriggerRequest("none"), 1.0)) == ErrorId.HOTKEY_NOT_FOUND
    item = TriggerRequest("happy", item_id="hat")
    assert error_of(trigger_hotkey(state, session, item, 1.0)) == ErrorId.HOTKEY_ITEM_NOT_FOUND
    trigger_hotkey(state, session, key, 1.0)
    assert error_of(trigger_hotkey(state, session, key, 1.01)) == ErrorId.HOTKEY_COOLDOWN
    assert state.emotions.active == ("happy",)


@pytest.mark.parametrize(
    ("config", "is_told"),
    [
        ({}, True),
        ({"ignoreHotkeysTriggeredByAPI": True}, False),
        ({"onlyForAction": "ToggleExpression"}, True),
        ({"onlyForAction": "MoveModel"}, False),
        ({"onlyForAction": 5}, True),  # a configuration that cannot be read filters nothing
    ],
)
def test_a_subscriber_chooses_which_hotkey_events_it_gets(
    state: VtsState, config: dict[str, object], is_told: bool
) -> None:
    session, silent = authenticated(state), authenticated(state)
    session.events["HotkeyTriggeredEvent"] = msgspec.Raw(json.dumps(config).encode())
    trigger_hotkey(state, silent, TriggerRequest("Sad"), 1.0)
    events = state.drain_events(1)
    assert [each for each, _ in events] == [session] * is_told
    for _, text in events:
        found = find_hotkey("sad")
        assert found is not None
        assert json.loads(text)["data"]["hotkeyID"] == found[0]


def test_expressions_show_what_hotkeys_have_switched(state: VtsState) -> None:
    session = authenticated(state)
    activate = ExpressionActivationRequest("angry.exp3.json")
    assert activate_expression(state, session, activate, 1.0) == NoData()
    told = expression_states(state, session, ExpressionStateRequest(details=True), 1.0)
    assert isinstance(told, Expressions)
    assert [each.name for each in told.expressions if each.active] == ["angry"]
    found = find_hotkey("happy")
    assert found is not None
    assert [each.id for each in told.expressions[0].used_in_hotkeys] == [found[0]]
    off = ExpressionActivationRequest("angry.exp3.json", active=False)
    activate_expression(state, session, off, 1.0)
    assert state.emotions.active == ()


@pytest.mark.parametrize(
    ("file", "state_error", "activation_error"), [("happy", 600, 650), ("hat.exp3.json", 601, 651)]
)
def test_unknown_expression_files_are_errors(
    state: VtsState, file: str, state_error: int, activation_error: int
) -> None:
    session = authenticated(state)
    asked = ExpressionStateRequest(expression_file=file)
    assert error_of(expression_states(state, session, asked, 1.0)) == state_error
    switched = ExpressionActivationRequest(file)
    assert error_of(activate_expression(state, session, switched, 1.0)) == activation_error
