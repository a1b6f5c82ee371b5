from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.vts.dispatch import HANDLERS, OPEN_HANDLERS, answer_request
from bridge.vts.parameters import Plugin
from bridge.vts.session_requests import queue_test_events
from bridge.vts.tokens import MAX_PLUGINS, TokenStore
from bridge.vts.vts_state import PluginSession, VtsState

PLUGIN = Plugin("Plugin", "Tester")


async def deny(plugin: Plugin) -> bool:
    return False


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> VtsState:
    return VtsState(TokenStore(tmp_path_factory.mktemp("vts") / "tokens.json"), deny, now_s=0.0)


def asked(state: VtsState, session: PluginSession, message: str | bytes) -> dict[str, Any]:
    answer = asyncio.run(answer_request(state, session, message, now_s=1.0, now_ms=1000))
    reply: dict[str, Any] = json.loads(answer.text)
    return reply


def request(kind: str, data: object) -> str:
    envelope = {"apiName": "VTubeStudioPublicAPI", "apiVersion": "1.0", "requestID": "1"}
    return json.dumps(envelope | {"messageType": kind, "data": data})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    ["parameterValues", "id", "value", "weight", "mode", "name", "parameterName", "min", "max", "defaultValue",
     "hotkeyID", "eventName", "config", "expressionFile", "pluginName", "pluginDeveloper", "modelID"]
)  # fmt: skip


@settings(max_examples=150)
@given(
    kind=st.sampled_from([*HANDLERS, *OPEN_HANDLERS]), data=JSON | st.dictionaries(FIELDS, JSON, max_size=5)
)
def test_whatever_a_plugin_asks_it_is_answered(state: VtsState, kind: str, data: object) -> None:
    reply = asked(state, PluginSession(PLUGIN), request(kind, data))
    assert reply["messageType"] in ("APIError", kind.removesuffix("Request") + "Response")


@settings(max_examples=150)
@given(message=st.binary(max_size=200) | st.text(max_size=200))
def test_whatever_comes_is_answered(state: VtsState, message: str | bytes) -> None:
    assert asked(state, PluginSession(), message)["messageType"] == "APIError"


def test_denied_plugin_gets_error_50_and_a_second_question_has_to_wait(state: VtsState) -> None:
    wish = request("AuthenticationTokenRequest", {"pluginName": "Plugin", "pluginDeveloper": "Tester"})
    assert asked(state, PluginSession(), wish)["data"]["errorID"] == 50
    state.is_asking = True
    assert asked(state, PluginSession(), wish)["data"]["errorID"] == 51
    state.is_asking = False


def test_events_go_to_those_who_subscribed(state: VtsState) -> None:
    listener, other = state.open_session(), state.open_session()
    listener.plugin = other.plugin = PLUGIN
    wish = {"eventName": "TestEvent", "subscribe": True, "config": {"testMessageForEvent": "hi"}}
    assert asked(state, listener, request("EventSubscriptionRequest", wish))["data"] == {
        "subscribedEventCount": 1,
        "subscribedEvents": ["TestEvent"],
    }
    queue_test_events(state, 7.5)
    ((session, text),) = state.drain_events(1)
    assert session is listener
    assert json.loads(text)["data"] == {"yourTestMessage": "hi", "counter": 7}
    wish["config"] = {"testMessageForEvent": "x" * 33}
    assert asked(state, listener, request("EventSubscriptionRequest", wish))["data"]["errorID"] == 100000
    asked(state, listener, request("EventSubscriptionRequest", {"subscribe": False}))
    queue_test_events(state, 8.5)
    assert state.drain_events(1) == []
    state.close_session(listener)
    state.close_session(other)


def test_tokens_survive_a_restart_and_a_damaged_file_is_begun_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "new folder" / "tokens.json"
    token = TokenStore(path).grant(PLUGIN)
    again = TokenStore(path)
    assert again.is_valid(PLUGIN, token)
    assert not again.is_valid(Plugin("Plugin", "Somebody else"), token)
    assert not again.is_valid(PLUGIN, token[:-1])
    assert again.grant(PLUGIN) != token
    assert not again.is_valid(PLUGIN, token)
    path.write_text("{")
    assert len(TokenStore(path)) == 0
    assert "cannot be read" in caplog.text


def test_tokens_are_bounded(tmp_path: Path) -> None:
    store = TokenStore(tmp_path / "tokens.json")
    first = store.grant(PLUGIN)
    for number in range(MAX_PLUGINS):
        store.grant(Plugin(f"Plugin {number}", "Tester"))
    assert len(store) == MAX_PLUGINS
    assert not store.is_valid(PLUGIN, first)
