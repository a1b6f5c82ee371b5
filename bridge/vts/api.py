"""VTube Studio's public API: message envelopes and error numbers, read and written. No state.

    request = read_request(text)                 # Request, or the request id and the ApiError to answer with
    text = write_reply(request.request_id, "APIStateResponse", state, now_ms)

Source: DenchiSoft/VTubeStudio, README "API Details" and Files/ErrorID.cs (MIT).
"""

from __future__ import annotations

import uuid
from enum import IntEnum
from typing import Final

import msgspec

from protocol.decode_errors import explain

API_NAME: Final = "VTubeStudioPublicAPI"
API_VERSION: Final = "1.0"
#: The VTube Studio version reported to plugins: the first one that has every request answered here.
VTS_VERSION: Final = "1.28.0"
#: Far above a plugin icon of 128 x 128 pixels in base64, the largest value a plugin may send.
MAX_MESSAGE_BYTES: Final = 262_144
MAX_REQUEST_ID: Final = 64


class ErrorId(IntEnum):
    """The error numbers in use, as in Files/ErrorID.cs."""

    INTERNAL = 0
    JSON_INVALID = 2
    API_NAME_INVALID = 3
    API_VERSION_INVALID = 4
    REQUEST_ID_INVALID = 5
    TYPE_MISSING = 6
    TYPE_UNKNOWN = 7
    NEEDS_AUTHENTICATION = 8
    TOKEN_DENIED = 50
    TOKEN_REQUEST_ONGOING = 51
    PLUGIN_NAME_INVALID = 52
    DEVELOPER_NAME_INVALID = 53
    PLUGIN_ICON_INVALID = 54
    TOKEN_MISSING = 100
    MODEL_ID_MISSING = 150
    MODEL_NOT_FOUND = 152
    HOTKEY_NOT_FOUND = 202
    HOTKEY_COOLDOWN = 203
    HOTKEY_ITEM_NOT_FOUND = 207
    PARAMETER_NAME_INVALID = 350
    PARAMETER_VALUES_INVALID = 351
    PARAMETER_OF_OTHER_PLUGIN = 352
    EXPLANATION_TOO_LONG = 353
    PARAMETER_IS_DEFAULT = 354
    TOO_MANY_OF_PLUGIN = 355
    TOO_MANY_IN_ALL = 356
    DELETION_NAME_INVALID = 400
    DELETION_NOT_FOUND = 401
    DELETION_OF_OTHER_PLUGIN = 402
    DELETION_OF_DEFAULT = 403
    INJECT_NO_DATA = 450
    INJECT_VALUE_INVALID = 451
    INJECT_WEIGHT_INVALID = 452
    INJECT_NOT_FOUND = 453
    INJECT_OF_OTHER_PLUGIN = 454
    INJECT_MODE_UNKNOWN = 455
    VALUE_NOT_FOUND = 500
    EXPRESSION_STATE_FILE_INVALID = 600
    EXPRESSION_STATE_NOT_FOUND = 601
    EXPRESSION_FILE_INVALID = 650
    EXPRESSION_NOT_FOUND = 651
    EVENT_UNKNOWN = 950
    EVENT_TEST_MESSAGE_TOO_LONG = 100_000


class ApiError(msgspec.Struct, frozen=True, rename={"error_id": "errorID"}):
    """The data of an error reply.

    Attributes:
        error_id: one of `ErrorId`.
        message: the error in words, for the plugin's developer.
    """

    error_id: int
    message: str


class Request(msgspec.Struct, frozen=True):
    """The envelope of a request.

    Attributes:
        request_id: repeated in the reply.
        message_type: the type of request, such as "APIStateRequest".
        data: the request's data, still JSON; {} where there was none.
    """

    request_id: str
    message_type: str
    data: msgspec.Raw


class _Envelope(msgspec.Struct, rename="camel"):
    api_name: str = ""
    api_version: str = ""
    message_type: str = ""
    request_id: str | None = msgspec.field(default=None, name="requestID")
    data: msgspec.Raw = msgspec.Raw(b"{}")


class _Reply(msgspec.Struct, rename="camel"):
    timestamp: int
    message_type: str
    request_id: str = msgspec.field(name="requestID")
    data: msgspec.Struct
    api_name: str = API_NAME
    api_version: str = API_VERSION


_NOTHING: Final = msgspec.Raw(b"{}")
_decoder: Final = msgspec.json.Decoder(_Envelope)
_encoder: Final = msgspec.json.Encoder()


def read_request(text: str | bytes) -> Request | tuple[str, ApiError]:
    """Decode the envelope of one message of a plugin. Never raises.

    Returns:
        The request, or the request id to answer to and the error.
    """
    try:
        envelope = _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        return new_request_id(), ApiError(ErrorId.JSON_INVALID, f"not a request in JSON: {explain(error)}")
    request_id = envelope.request_id
    if request_id is None:
        request_id = new_request_id()
    elif not 1 <= len(request_id) <= MAX_REQUEST_ID or not request_id.isascii():
        wrong = f"requestID is expected to have 1 to {MAX_REQUEST_ID} ASCII characters"
        return new_request_id(), ApiError(ErrorId.REQUEST_ID_INVALID, wrong)
    if envelope.api_name != API_NAME:
        return request_id, ApiError(ErrorId.API_NAME_INVALID, f"apiName is expected to be {API_NAME!r}")
    if envelope.api_version != API_VERSION:
        return request_id, ApiError(
            ErrorId.API_VERSION_INVALID, f"apiVersion is expected to be {API_VERSION!r}"
        )
    if not envelope.message_type:
        return request_id, ApiError(ErrorId.TYPE_MISSING, "messageType is missing")
    # "data" may be left out, or null.
    data = _NOTHING if bytes(envelope.data) == b"null" else envelope.data
    return Request(request_id, envelope.message_type, data)


def write_reply(request_id: str, message_type: str, data: msgspec.Struct, now_ms: int) -> str:
    """Encode one message to a plugin: a reply or an event; with an `ApiError` as data, an error reply.

    Args:
        request_id: of the request that is answered; a new one for an event.
        message_type: such as "APIStateResponse"; replaced by "APIError" for an error.
        data: the message's data.
        now_ms: now, Unix milliseconds.
    """
    kind = "APIError" if isinstance(data, ApiError) else message_type
    return _encoder.encode(_Reply(now_ms, kind, request_id, data)).decode()


def new_request_id() -> str:
    """Make an id for an event, or for a request that came without one."""
    return uuid.uuid4().hex
