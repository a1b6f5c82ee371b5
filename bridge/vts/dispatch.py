"""Request dispatch: one message of a plugin in, its reply out, by a table of request types.

answer = await answer_request(state, session, text, now_s=..., now_ms=...)
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, Final, NamedTuple

import msgspec

from bridge.vts import emotion_requests, model_requests, parameter_requests, session_requests
from bridge.vts.api import ApiError, ErrorId, read_request, write_reply
from bridge.vts.parameters import Plugin
from bridge.vts.session_requests import NoData
from bridge.vts.vts_state import PluginSession, VtsState
from protocol.decode_errors import explain


class Answer(NamedTuple):
    """One reply.

    Attributes:
        text: the message to send back.
        injected_by: the plugin whose request has set values, if it has.
    """

    text: str
    injected_by: Plugin | None = None


class Handler(NamedTuple):
    """How one type of request is read and answered.

    Attributes:
        data_type: the Struct that the request's data decodes to.
        answer: (state, session, data, now_s) -> the reply's data or an `ApiError`; may return an awaitable.
        error_id: the error answered to data that does not decode.
    """

    data_type: type[msgspec.Struct]
    answer: Callable[[VtsState, PluginSession, Any, float], msgspec.Struct | Awaitable[msgspec.Struct]]
    error_id: ErrorId = ErrorId.JSON_INVALID


#: Requests that are answered before the session has authenticated.
OPEN_HANDLERS: Final[dict[str, Handler]] = {
    "APIStateRequest": Handler(NoData, session_requests.api_state),
    "AuthenticationTokenRequest": Handler(
        session_requests.TokenRequest, session_requests.grant_token, ErrorId.PLUGIN_NAME_INVALID
    ),
    "AuthenticationRequest": Handler(
        session_requests.AuthenticationRequest, session_requests.authenticate, ErrorId.TOKEN_MISSING
    ),
}
#: Requests that need an authenticated session.
HANDLERS: Final[dict[str, Handler]] = {
    "StatisticsRequest": Handler(NoData, session_requests.statistics),
    "VTSFolderInfoRequest": Handler(NoData, session_requests.folders),
    "FaceFoundRequest": Handler(NoData, session_requests.face_found),
    "EventSubscriptionRequest": Handler(
        session_requests.SubscriptionRequest, session_requests.subscribe, ErrorId.EVENT_UNKNOWN
    ),
    "CurrentModelRequest": Handler(NoData, model_requests.current_model),
    "AvailableModelsRequest": Handler(NoData, model_requests.available_models),
    "ModelLoadRequest": Handler(
        model_requests.ModelLoadRequest, model_requests.load_model, ErrorId.MODEL_ID_MISSING
    ),
    "ArtMeshListRequest": Handler(NoData, model_requests.art_meshes),
    "HotkeysInCurrentModelRequest": Handler(
        emotion_requests.HotkeysRequest, emotion_requests.hotkeys, ErrorId.MODEL_NOT_FOUND
    ),
    "HotkeyTriggerRequest": Handler(
        emotion_requests.TriggerRequest, emotion_requests.trigger_hotkey, ErrorId.HOTKEY_NOT_FOUND
    ),
    "ExpressionStateRequest": Handler(
        emotion_requests.ExpressionStateRequest,
        emotion_requests.expression_states,
        ErrorId.EXPRESSION_STATE_FILE_INVALID,
    ),
    "ExpressionActivationRequest": Handler(
        emotion_requests.ExpressionActivationRequest,
        emotion_requests.activate_expression,
        ErrorId.EXPRESSION_FILE_INVALID,
    ),
    "InputParameterListRequest": Handler(NoData, parameter_requests.input_list),
    "ParameterValueRequest": Handler(
        parameter_requests.ValueRequest, parameter_requests.value, ErrorId.VALUE_NOT_FOUND
    ),
    "Live2DParameterListRequest": Handler(NoData, parameter_requests.live2d_list),
    "ParameterCreationRequest": Handler(
        parameter_requests.CreationRequest, parameter_requests.create, ErrorId.PARAMETER_VALUES_INVALID
    ),
    "ParameterDeletionRequest": Handler(
        parameter_requests.DeletionRequest, parameter_requests.delete, ErrorId.DELETION_NAME_INVALID
    ),
    "InjectParameterDataRequest": Handler(
        parameter_requests.InjectRequest, parameter_requests.inject, ErrorId.INJECT_VALUE_INVALID
    ),
}


async def answer_request(
    state: VtsState, session: PluginSession, text: str | bytes, *, now_s: float, now_ms: int
) -> Answer:
    """Answer one message of a plugin. Never raises: invalid input is answered with an error.

    Args:
        state: shared by all sessions.
        session: the plugin's.
        text: the WebSocket message as received.
        now_s: now, seconds, on the clock of `VtsState`.
        now_ms: now, Unix milliseconds, for the reply's timestamp.
    """
    request = read_request(text)
    if isinstance(request, tuple):
        request_id, error = request
        return _refuse(state, request_id, error, now_ms)
    handler = OPEN_HANDLERS.get(request.message_type)
    if handler is None and request.message_type in HANDLERS:
        if session.plugin is None:
            wrong = "authenticate first, with an AuthenticationRequest"
            return _refuse(state, request.request_id, ApiError(ErrorId.NEEDS_AUTHENTICATION, wrong), now_ms)
        handler = HANDLERS[request.message_type]
    if handler is None:
        wrong = f"{request.message_type[:64]!r} is not a request that Omote answers"
        return _refuse(state, request.request_id, ApiError(ErrorId.TYPE_UNKNOWN, wrong), now_ms)
    try:
        data = msgspec.json.decode(request.data, type=handler.data_type)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error_in_data:
        wrong = f"data of {request.message_type}: {explain(error_in_data)}"
        return _refuse(state, request.request_id, ApiError(handler.error_id, wrong), now_ms)
    answer = handler.answer(state, session, data, now_s)
    reply = await answer if inspect.isawaitable(answer) else answer
    if isinstance(reply, ApiError):
        return _refuse(state, request.request_id, reply, now_ms)
    state.answered += 1
    kind = request.message_type.removesuffix("Request") + "Response"
    is_injection = request.message_type == "InjectParameterDataRequest"
    return Answer(
        write_reply(request.request_id, kind, reply, now_ms), session.plugin if is_injection else None
    )


def _refuse(state: VtsState, request_id: str, error: ApiError, now_ms: int) -> Answer:
    state.refused[error.error_id] = state.refused.get(error.error_id, 0) + 1
    return Answer(write_reply(request_id, "APIError", error, now_ms))
