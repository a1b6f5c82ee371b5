from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.vts.dispatch import HANDLERS, OPEN_HANDLERS, answer_request
from bridge.vts.parameters import Plugin
from bridge.vts.tokens import TokenStore
from bridge.vts.vts_state import PluginSession, VtsState

PLUGIN = Plugin("Plugin", "Tester")


async def deny(plugin: Plugin) -> bool:
    return False


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> VtsState:
    return VtsState(TokenStore(tmp_path_factory.mktemp("vts") / "tokens.json"), deny, now_s=0.0)


def reply_to(state: VtsState, session: PluginSession, message: str | bytes) -> dict[str, Any]:
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
def test_every_request_type_answers_any_data(state: VtsState, kind: str, data: object) -> None:
    reply = reply_to(state, PluginSession(PLUGIN), request(kind, data))
    assert reply["messageType"] in ("APIError", kind.removesuffix("Request") + "Response")


@settings(max_examples=150)
@given(message=st.binary(max_size=200) | st.text(max_size=200))
def test_any_message_is_answered(state: VtsState, message: str | bytes) -> None:
    assert reply_to(state, PluginSession(), message)["messageType"] == "APIError"


def test_a_denied_plugin_gets_error_50_and_a_concurrent_request_error_51(state: VtsState) -> None:
    message = request("AuthenticationTokenRequest", {"pluginName": "Plugin", "pluginDeveloper": "Tester"})
    assert reply_to(state, PluginSession(), message)["data"]["errorID"] == 50
    state.is_asking = True
    assert reply_to(state, PluginSession(), message)["data"]["errorID"] == 51
    state.is_asking = False
