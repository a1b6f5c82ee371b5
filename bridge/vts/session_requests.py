"""Requests about the session: state, tokens, authentication, statistics, events."""

from __future__ import annotations

from typing import Final

import msgspec

from bridge.vts.api import STUDIO_VERSION, ApiError, ErrorId
from bridge.vts.parameters import Plugin
from bridge.vts.studio import Session, Studio

MAX_NAME: Final = 32
MIN_NAME: Final = 3
MAX_TEST_MESSAGE: Final = 32
#: What a plugin may subscribe to. Those after the first four never happen here.
EVENTS: Final = (
    "TestEvent", "TrackingStatusChangedEvent", "ModelLoadedEvent", "HotkeyTriggeredEvent",
    "BackgroundChangedEvent", "ModelConfigChangedEvent", "ModelMovedEvent", "ModelOutlineEvent",
    "ModelAnimationEvent", "ItemEvent", "ModelClickedEvent", "PostProcessingEvent",
    "Live2DCubismEditorConnectedEvent",
)  # fmt: skip


class Nothing(msgspec.Struct):
    """Data that is not looked at, or empty."""


class ApiState(msgspec.Struct, rename="camel"):
    """The data of an APIStateResponse."""

    active: bool
    vtube_studio_version: str = msgspec.field(name="vTubeStudioVersion")
    current_session_authenticated: bool


class TokenRequest(msgspec.Struct, rename="camel"):
    """The data of an AuthenticationTokenRequest; the icon is not shown."""

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
    """The data of a StatisticsResponse; the window is the avatar's picture."""

    uptime: int
    allowed_plugins: int
    connected_plugins: int
    framerate: int = 60
    vtube_studio_version: str = msgspec.field(default=STUDIO_VERSION, name="vTubeStudioVersion")
    started_with_steam: bool = False
    window_width: int = 512
    window_height: int = 512
    window_is_fullscreen: bool = False


class Folders(msgspec.Struct):
    """The data of a VTSFolderInfoResponse: VTube Studio's own names."""

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


def api_state(studio: Studio, session: Session, asked: Nothing, now_s: float) -> ApiState:
    """Answer an APIStateRequest."""
    return ApiState(True, STUDIO_VERSION, session.plugin is not None)


async def grant_token(
    studio: Studio, session: Session, asked: TokenRequest, now_s: float
) -> Token | ApiError:
    """Ask the user about a plugin, and give it a token."""
    for name, error_id in (
        (asked.plugin_name, ErrorId.PLUGIN_NAME_INVALID),
        (asked.plugin_developer, ErrorId.DEVELOPER_NAME_INVALID),
    ):
        # These names are shown in a terminal: no control characters.
        if not MIN_NAME <= len(name) <= MAX_NAME or not name.isprintable() or name.isspace():
            return ApiError(
                error_id,
                f"got {name!r}, expected pluginName and pluginDeveloper of {MIN_NAME} to {MAX_NAME} "
                "printable characters",
            )
    if studio.is_asking:
        return ApiError(
            ErrorId.TOKEN_REQUEST_ONGOING, "the user is being asked about a plugin already; try again later"
        )
    plugin = Plugin(asked.plugin_name, asked.plugin_developer)
    studio.is_asking = True
    try:
        is_allowed = await studio.approve(plugin)
    finally:
        studio.is_asking = False
    if not is_allowed:
        return ApiError(ErrorId.TOKEN_DENIED, "The user has denied API access for this plugin.")
    return Token(studio.tokens.grant(plugin))


def authenticate(
    studio: Studio, session: Session, asked: AuthenticationRequest, now_s: float
) -> Authenticated:
    """Answer an AuthenticationRequest; a wrong token is no error."""
    plugin = Plugin(asked.plugin_name, asked.plugin_developer)
    if studio.tokens.is_valid(plugin, asked.authentication_token):
        session.plugin = plugin
        return Authenticated(
            True, "Token valid. The plugin is authenticated for the duration of this session."
        )
    session.plugin = None
    return Authenticated(False, "Token invalid or revoked. Ask for another with AuthenticationTokenRequest.")


def statistics(studio: Studio, session: Session, asked: Nothing, now_s: float) -> Statistics:
    """Answer a StatisticsRequest."""
    connected = sum(other.plugin is not None for other in studio.sessions)
    return Statistics(round((now_s - studio.began_s) * 1000), len(studio.tokens), connected)


def folders(studio: Studio, session: Session, asked: Nothing, now_s: float) -> Folders:
    """Answer a VTSFolderInfoRequest."""
    return Folders()


def face_found(studio: Studio, session: Session, asked: Nothing, now_s: float) -> FaceFound:
    """Answer a FaceFoundRequest."""
    return FaceFound(studio.is_face(now_s))


def subscribe(
    studio: Studio, session: Session, asked: SubscriptionRequest, now_s: float
) -> Subscribed | ApiError:
    """Subscribe to an event, or unsubscribe from one or from all."""
    event = asked.event_name
    if event and event not in EVENTS:
        return ApiError(ErrorId.EVENT_UNKNOWN, f"got event {event!r}, expected one of {', '.join(EVENTS)}")
    if not asked.subscribe:
        if event:
            session.events.pop(event, None)
        else:
            session.events.clear()
    elif not event:
        return ApiError(ErrorId.EVENT_UNKNOWN, "eventName is missing")
    else:
        if event == "TestEvent" and len(_test_message(asked.config)) > MAX_TEST_MESSAGE:
            return ApiError(
                ErrorId.EVENT_TEST_MESSAGE_TOO_LONG,
                f"testMessageForEvent may have at most {MAX_TEST_MESSAGE} characters",
            )
        session.events[event] = asked.config.copy()
    return Subscribed(len(session.events), list(session.events))


def tell_test(studio: Studio, now_s: float) -> None:
    """Once a second: tell every subscriber of TestEvent what it wanted to be told."""
    counter = int(now_s - studio.began_s)
    for session in studio.sessions:
        if "TestEvent" in session.events:
            studio.tell("TestEvent", Test(_test_message(session.events["TestEvent"]), counter), only=session)


def _test_message(config: msgspec.Raw) -> str:
    try:
        return msgspec.json.decode(config, type=TestConfig).test_message_for_event
    except msgspec.DecodeError:
        return ""
