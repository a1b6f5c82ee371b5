"""One message of a plugin in, its reply out: which request is read how and answered by what.

answer = await answer_request(studio, session, text, now_s=..., now_ms=...)
"""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable
from typing import Any, Final, NamedTuple

import msgspec

from bridge.vts import model_requests, parameter_requests, session_requests
from bridge.vts.api import ApiError, ErrorId, read_request, write_reply
from bridge.vts.parameters import Plugin
from bridge.vts.session_requests import Nothing
from bridge.vts.studio import Session, Studio


class Answer(NamedTuple):
    """One reply, and who has set something with it, if anybody."""

    text: str
    mover: Plugin | None = None


class Handler(NamedTuple):
    """How one kind of request is read and answered.

    Attributes:
        reads: the Struct that its data is.
        answer: (studio, session, data, now_s) -> the reply's data, or an error; may be awaited.
        error_id: what is answered to data that is not that.
    """

    reads: type[msgspec.Struct]
    answer: Callable[[Studio, Session, Any, float], msgspec.Struct | Awaitable[msgspec.Struct]]
    error_id: ErrorId = ErrorId.JSON_INVALID


#: Requests of a session that has not authenticated yet.
OPEN_HANDLERS: Final[dict[str, Handler]] = {
    "APIStateRequest": Handler(Nothing, session_requests.api_state),
    "AuthenticationTokenRequest": Handler(
        session_requests.TokenRequest, session_requests.grant_token, ErrorId.PLUGIN_NAME_INVALID
    ),
    "AuthenticationRequest": Handler(
        session_requests.AuthenticationRequest, session_requests.authenticate, ErrorId.TOKEN_MISSING
    ),
}
HANDLERS: Final[dict[str, Handler]] = {
    "StatisticsRequest": Handler(Nothing, session_requests.statistics),
    "VTSFolderInfoRequest": Handler(Nothing, session_requests.folders),
    "FaceFoundRequest": Handler(Nothing, session_requests.face_found),
    "EventSubscriptionRequest": Handler(
        session_requests.SubscriptionRequest, session_requests.subscribe, ErrorId.EVENT_UNKNOWN
    ),
    "CurrentModelRequest": Handler(Nothing, model_requests.current_model),
    "AvailableModelsRequest": Handler(Nothing, model_requests.available_models),
    "ModelLoadRequest": Handler(
        model_requests.ModelLoadRequest, model_requests.load_model, ErrorId.MODEL_ID_MISSING
    ),
    "ArtMeshListRequest": Handler(Nothing, model_requests.art_meshes),
    "HotkeysInCurrentModelRequest": Handler(
        model_requests.HotkeysRequest, model_requests.hotkeys, ErrorId.MODEL_NOT_FOUND
    ),
    "HotkeyTriggerRequest": Handler(
        model_requests.TriggerRequest, model_requests.trigger_hotkey, ErrorId.HOTKEY_NOT_FOUND
    ),
    "ExpressionStateRequest": Handler(
        model_requests.ExpressionStateRequest,
        model_requests.expression_states,
        ErrorId.EXPRESSION_STATE_FILE_INVALID,
    ),
    "ExpressionActivationRequest": Handler(
        model_requests.ExpressionActivationRequest,
        model_requests.activate_expression,
        ErrorId.EXPRESSION_FILE_INVALID,
    ),
    "InputParameterListRequest": Handler(Nothing, parameter_requests.input_list),
    "ParameterValueRequest": Handler(
        parameter_requests.ValueRequest, parameter_requests.value, ErrorId.VALUE_NOT_FOUND
    ),
    "Live2DParameterListRequest": Handler(Nothing, parameter_requests.live2d_list),
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
    studio: Studio, session: Session, text: str | bytes, *, now_s: float, now_ms: int
) -> Answer:
    """Answer one message. Never raises, whatever it is."""
    request = read_request(text)
    if isinstance(request, tuple):
        request_id, error = request
        return _refuse(studio, request_id, error, now_ms)
    handler = OPEN_HANDLERS.get(request.message_type)
    if handler is None and request.message_type in HANDLERS:
        if session.plugin is None:
            wrong = "authenticate first, with an AuthenticationRequest"
            return _refuse(studio, request.request_id, ApiError(ErrorId.NEEDS_AUTHENTICATION, wrong), now_ms)
        handler = HANDLERS[request.message_type]
    if handler is None:
        wrong = f"{request.message_type[:64]!r} is no request that is answered here"
        return _refuse(studio, request.request_id, ApiError(ErrorId.TYPE_UNKNOWN, wrong), now_ms)
    try:
        asked = msgspec.json.decode(request.data, type=handler.reads)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error_in_data:
        wrong = f"data of {request.message_type}: {error_in_data}"
        return _refuse(studio, request.request_id, ApiError(handler.error_id, wrong), now_ms)
    given = handler.answer(studio, session, asked, now_s)
    data = await given if inspect.isawaitable(given) else given
    if isinstance(data, ApiError):
        return _refuse(studio, request.request_id, data, now_ms)
    studio.answered += 1
    kind = request.message_type.removesuffix("Request") + "Response"
    is_move = request.message_type == "InjectParameterDataRequest"
    return Answer(write_reply(request.request_id, kind, data, now_ms), session.plugin if is_move else None)


def _refuse(studio: Studio, request_id: str, error: ApiError, now_ms: int) -> Answer:
    studio.refused[error.error_id] = studio.refused.get(error.error_id, 0) + 1
    return Answer(write_reply(request_id, "APIError", error, now_ms))
