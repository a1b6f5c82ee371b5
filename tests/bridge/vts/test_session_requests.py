from __future__ import annotations

import asyncio
import json
from pathlib import Path

import msgspec
import pytest

from bridge.vts.api import ApiError, ErrorId
from bridge.vts.parameters import Plugin
from bridge.vts.session_requests import (
    EVENTS,
    MAX_NAME,
    AuthenticationRequest,
    NoData,
    Subscribed,
    SubscriptionRequest,
    Token,
    TokenRequest,
    api_state,
    authenticate,
    face_found,
    grant_token,
    queue_test_events,
    statistics,
    subscribe,
)
from bridge.vts.vts_state import VtsState
from tests.bridge.vts.vts_sessions import authenticated, new_state


@pytest.fixture
def state(tmp_path: Path) -> VtsState:
    return new_state(tmp_path, now_s=100.0)


def test_a_granted_token_authenticates_its_plugin_and_no_other(state: VtsState) -> None:
    session = state.open_session()
    granted = asyncio.run(grant_token(state, session, TokenRequest("Mine", "Author"), 100.0))
    assert isinstance(granted, Token)
    token = granted.authentication_token
    assert authenticate(state, session, AuthenticationRequest("Mine", "Author", token), 100.0).authenticated
    assert session.plugin == Plugin("Mine", "Author")
    assert api_state(state, session, NoData(), 100.0).current_session_authenticated
    stolen = AuthenticationRequest("Other", "Author", token)
    assert not authenticate(state, session, stolen, 100.0).authenticated
    assert session.plugin is None


@pytest.mark.parametrize("name", ["", "ab", "x" * (MAX_NAME + 1), "bell\a", "   "])
def test_names_that_cannot_be_shown_in_a_terminal_are_refused(state: VtsState, name: str) -> None:
    session = state.open_session()
    for request, error_id in (
        (TokenRequest(name, "Author"), ErrorId.PLUGIN_NAME_INVALID),
        (TokenRequest("Mine", name), ErrorId.DEVELOPER_NAME_INVALID),
    ):
        answer = asyncio.run(grant_token(state, session, request, 100.0))
        assert isinstance(answer, ApiError)
        assert answer.error_id == error_id


def test_only_one_question_to_the_user_at_a_time(state: VtsState) -> None:
    asked: list[Plugin] = []

    async def approve_the_first(plugin: Plugin) -> bool:
        asked.append(plugin)
        await asyncio.sleep(0)
        return True

    async def two_at_once() -> list[object]:
        requests = (TokenRequest("First", "Me!"), TokenRequest("Second", "Me!"))
        return await asyncio.gather(*(grant_token(state, session, each, 100.0) for each in requests))

    state.approve = approve_the_first
    session = state.open_session()
    first, second = asyncio.run(two_at_once())
    assert isinstance(first, Token)
    assert isinstance(second, ApiError)
    assert second.error_id == ErrorId.TOKEN_REQUEST_ONGOING
    assert asked == [Plugin("First", "Me!")]
    assert not state.is_asking


def test_subscriptions_are_listed_replaced_and_cancelled(state: VtsState) -> None:
    session = authenticated(state)
    for event in (EVENTS[0], EVENTS[2], EVENTS[0]):
        answer = subscribe(state, session, SubscriptionRequest(event), 100.0)
    assert isinstance(answer, Subscribed)
    assert (answer.subscribed_event_count, answer.subscribed_events) == (2, [EVENTS[0], EVENTS[2]])
    cancelled = subscribe(state, session, SubscriptionRequest(EVENTS[0], subscribe=False), 100.0)
    assert isinstance(cancelled, Subscribed)
    assert cancelled.subscribed_events == [EVENTS[2]]
    emptied = subscribe(state, session, SubscriptionRequest("", subscribe=False), 100.0)
    assert isinstance(emptied, Subscribed)
    assert emptied.subscribed_events == []


@pytest.mark.parametrize(
    ("event", "config", "error_id"),
    [
        ("NoSuchEvent", b"{}", ErrorId.EVENT_UNKNOWN),
        ("", b"{}", ErrorId.EVENT_UNKNOWN),
        (
            "TestEvent",
            json.dumps({"testMessageForEvent": "x" * 33}).encode(),
            ErrorId.EVENT_TEST_MESSAGE_TOO_LONG,
        ),
    ],
)
def test_impossible_subscriptions_are_errors(
    state: VtsState, event: str, config: bytes, error_id: ErrorId
) -> None:
    session = authenticated(state)
    answer = subscribe(state, session, SubscriptionRequest(event, config=msgspec.Raw(config)), 100.0)
    assert isinstance(answer, ApiError)
    assert answer.error_id == error_id
    assert session.events == {}


def test_a_test_event_repeats_the_subscribers_message_and_counts_seconds(state: VtsState) -> None:
    listener, other = authenticated(state), authenticated(state)
    config = msgspec.Raw(b'{"testMessageForEvent": "hi"}')
    subscribe(state, listener, SubscriptionRequest("TestEvent", config=config), 100.0)
    queue_test_events(state, 107.5)
    ((session, text),) = state.drain_events(1)
    assert session is listener
    assert json.loads(text)["data"] == {"yourTestMessage": "hi", "counter": 7}
    subscribe(state, listener, SubscriptionRequest("TestEvent", subscribe=False), 100.0)
    queue_test_events(state, 108.5)
    assert state.drain_events(1) == []
    assert other.events == {}


def test_statistics_count_authenticated_plugins_and_uptime(state: VtsState) -> None:
    authenticated(state)
    session = state.open_session()
    told = statistics(state, session, NoData(), 101.5)
    assert (told.uptime, told.connected_plugins, told.allowed_plugins) == (1500, 1, 0)


def test_the_face_is_found_while_a_plugin_reports_it(state: VtsState) -> None:
    session = authenticated(state)
    assert not face_found(state, session, NoData(), 100.0).found
    state.report_face(100.0)
    assert face_found(state, session, NoData(), 100.5).found
