"""Requests about the session: state, tokens, authentication, statistics, events."""

from __future__ import annotations

from typing import Final

import msgspec

from bridge.vts.api import VTS_VERSION, ApiError, ErrorId
from bridge.vts.parameters import Plugin
from bridge.vts.vts_state import PluginSession, VtsState

MAX_NAME: Final = 32
MIN_NAME: Final = 3
MAX_TEST_MESSAGE: Final = 32
#: Events that a plugin may subscribe to. Only the first four are ever sent.
EVENTS: Final = (
    "TestEvent", "TrackingStatusChangedEvent", "ModelLoadedEvent", "HotkeyTriggeredEvent",
    "BackgroundChangedEvent", "ModelConfigChangedEvent", "ModelMovedEvent", "ModelOutlineEvent",
    "ModelAnimationEvent", "ItemEvent", "ModelClickedEvent", "PostProcessingEvent",
    "Live2DCubismEditorConnectedEvent",
)  # fmt: skip


class NoData(msgspec.Struct):
    """Data of a request or response without fields; fields that are sent anyway are ignored."""


class ApiState(msgspec.Struct, rename="camel"):
    """The data of an APIStateResponse."""

    active: bool
    vtube_studio_version: str = msgspec.field(name="vTubeStudioVersion")
    current_session_authenticated: bool


class TokenRequest(msgspec.Struct, rename="camel"):
    """The data of an AuthenticationTokenRequest, without the plugin's icon."""

    plugin_name: str
    plugin_developer: str


class Token(msgspec.Struct, rename="camel"):
    """The data of an AuthenticationTokenResponse."""

    authentication_token: str


class AuthenticationRequest(msgspec.Struct, rename="camel"):
    """The data of an AuthenticationRequest."""

    plugin_name: str
    plugin_developer: str
    authentication_token: str


class Authenticated(msgspec.Struct):
    """The data of an AuthenticationResponse."""

    authenticated: bool
    reason: str


class Statistics(msgspec.Struct, rename="camel"):
    """The data of a StatisticsResponse; the window size is the avatar picture's."""

    uptime: int
    allowed_plugins: int
    connected_plugins: int
    framerate: int = 60
    vtube_studio_version: str = msgspec.field(default=VTS_VERSION, name="vTubeStudioVersion")
    started_with_steam: bool = False
    window_width: int = 512
    window_height: int = 512
    window_is_fullscreen: bool = False


class Folders(msgspec.Struct):
    """The data of a VTSFolderInfoResponse: VTube Studio's own folder names."""

    models: str = "Live2DModels"
    backgrounds: str = "Backgrounds"
    items: str = "Items"
    config: str = "Config"
    logs: str = "Logs"
    backup: str = "Backup"


class FaceFound(msgspec.Struct):
    """The data of a FaceFoundResponse."""

    found: bool


class SubscriptionRequest(msgspec.Struct, rename="camel"):
    """The data of an EventSubscriptionRequest."""

    event_name: str = ""
    subscribe: bool = True
    config: msgspec.Raw = msgspec.Raw(b"{}")


class Subscribed(msgspec.Struct, rename="camel"):
    """The data of an EventSubscriptionResponse."""

    subscribed_event_count: int
    subscribed_events: list[str]


class Test(msgspec.Struct, rename="camel"):
    """The data of a TestEvent."""

    your_test_message: str
    counter: int


class TestConfig(msgspec.Struct, rename="camel"):
    """The configuration of a TestEvent."""

    test_message_for_event: str = ""


def api_state(state: VtsState, session: PluginSession, request: NoData, now_s: float) -> ApiState:
    """Answer an APIStateRequest."""
    return ApiState(True, VTS_VERSION, session.plugin is not None)


async def grant_token(
    state: VtsState, session: PluginSession, request: TokenRequest, now_s: float
) -> Token | ApiError:
    """Answer an AuthenticationTokenRequest: ask the user whether the plugin may control the face."""
    for name, error_id in (
        (request.plugin_name, ErrorId.PLUGIN_NAME_INVALID),
        (request.plugin_developer, ErrorId.DEVELOPER_NAME_INVALID),
    ):
        # These names are printed to a terminal, so control characters are refused.
        if not MIN_NAME <= len(name) <= MAX_NAME or not name.isprintable() or name.isspace():
            return ApiError(
                error_id,
                f"got {name!r}, expected pluginName and pluginDeveloper of {MIN_NAME} to {MAX_NAME} "
                "printable characters",
            )
    if state.is_asking:
        return ApiError(
            ErrorId.TOKEN_REQUEST_ONGOING, "the user is being asked about a plugin already; try again later"
        )
    plugin = Plugin(request.plugin_name, request.plugin_developer)
    state.is_asking = True
    try:
        is_allowed = await state.approve(plugin)
    finally:
        state.is_asking = False
    if not is_allowed:
        return ApiError(ErrorId.TOKEN_DENIED, "The user has denied API access for this plugin.")
    return Token(state.tokens.grant(plugin))


def authenticate(
    state: VtsState, session: PluginSession, request: AuthenticationRequest, now_s: float
) -> Authenticated:
    """Answer an AuthenticationRequest; a wrong token is answered with False, not with an error."""
    plugin = Plugin(request.plugin_name, request.plugin_developer)
    if state.tokens.is_valid(plugin, request.authentication_token):
        session.plugin = plugin
        return Authenticated(
            True, "Token valid. The plugin is authenticated for the duration of this session."
        )
    session.plugin = None
    return Authenticated(False, "Token invalid or revoked. Ask for another with AuthenticationTokenRequest.")


def statistics(state: VtsState, session: PluginSession, request: NoData, now_s: float) -> Statistics:
    """Answer a StatisticsRequest."""
    connected = sum(other.plugin is not None for other in state.sessions)
    return Statistics(round((now_s - state.began_s) * 1000), len(state.tokens), connected)


def folders(state: VtsState, session: PluginSession, request: NoData, now_s: float) -> Folders:
    """Answer a VTSFolderInfoRequest."""
    return Folders()


def face_found(state: VtsState, session: PluginSession, request: NoData, now_s: float) -> FaceFound:
    """Answer a FaceFoundRequest."""
    return FaceFound(state.is_face_found(now_s))


def subscribe(
    state: VtsState, session: PluginSession, request: SubscriptionRequest, now_s: float
) -> Subscribed | ApiError:
    """Answer an EventSubscriptionRequest: subscribe to an event, or unsubscribe from one or from all."""
    event = request.event_name
    if event and event not in EVENTS:
        return ApiError(ErrorId.EVENT_UNKNOWN, f"got event {event!r}, expected one of {', '.join(EVENTS)}")
    if not request.subscribe:
        if event:
            session.events.pop(event, None)
        else:
            session.events.clear()
    elif not event:
        return ApiError(ErrorId.EVENT_UNKNOWN, "eventName is missing")
    else:
        if event == "TestEvent" and len(_test_message(request.config)) > MAX_TEST_MESSAGE:
            return ApiError(
                ErrorId.EVENT_TEST_MESSAGE_TOO_LONG,
                f"testMessageForEvent may have at most {MAX_TEST_MESSAGE} characters",
            )
        session.events[event] = request.config.copy()
    return Subscribed(len(session.events), list(session.events))


def queue_test_events(state: VtsState, now_s: float) -> None:
    """Queue a TestEvent with the subscriber's own message for every subscriber; called once a second."""
    counter = int(now_s - state.began_s)
    for session in state.sessions:
        if "TestEvent" in session.events:
            state.queue_event(
                "TestEvent", Test(_test_message(session.events["TestEvent"]), counter), only=session
            )


def _test_message(config: msgspec.Raw) -> str:
    try:
        return msgspec.json.decode(config, type=TestConfig).test_message_for_event
    except msgspec.DecodeError:
        return ""
