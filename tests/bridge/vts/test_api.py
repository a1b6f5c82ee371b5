from __future__ import annotations

import json

import msgspec
import pytest

from bridge.vts.api import ApiError, ErrorId, Request, new_request_id, read_request, write_reply

ENVELOPE = {
    "apiName": "VTubeStudioPublicAPI",
    "apiVersion": "1.0",
    "requestID": "SomeID",
    "messageType": "APIStateRequest",
}


class Data(msgspec.Struct):
    number: int


def test_the_readme_example_is_read() -> None:
    """The first request of VTube Studio's README, "API Details"."""
    request = read_request(json.dumps(ENVELOPE))
    assert request == Request("SomeID", "APIStateRequest", msgspec.Raw(b"{}"))


@pytest.mark.parametrize(("data", "raw"), [(None, b"{}"), ({"a": [1]}, b'{"a": [1]}')])
def test_data_stays_json_and_null_counts_as_empty(data: object, raw: bytes) -> None:
    request = read_request(json.dumps(ENVELOPE | {"data": data}))
    assert isinstance(request, Request)
    assert bytes(request.data) == raw


@pytest.mark.parametrize(
    ("changed", "error_id"),
    [
        ({"apiName": "Other"}, ErrorId.API_NAME_INVALID),
        ({"apiVersion": "2.0"}, ErrorId.API_VERSION_INVALID),
        ({"requestID": ""}, ErrorId.REQUEST_ID_INVALID),
        ({"requestID": "x" * 65}, ErrorId.REQUEST_ID_INVALID),
        ({"requestID": "ümlaut"}, ErrorId.REQUEST_ID_INVALID),
        ({"messageType": ""}, ErrorId.TYPE_MISSING),
        ({"messageType": 5}, ErrorId.JSON_INVALID),
    ],
)
def test_an_invalid_envelope_is_an_error(changed: dict[str, object], error_id: ErrorId) -> None:
    answer = read_request(json.dumps(ENVELOPE | changed))
    assert isinstance(answer, tuple)
    request_id, error = answer
    assert error.error_id == error_id
    assert request_id  # the error can be sent as a reply


def test_a_request_without_an_id_gets_one() -> None:
    envelope = {key: value for key, value in ENVELOPE.items() if key != "requestID"}
    request = read_request(json.dumps(envelope))
    assert isinstance(request, Request)
    assert len(request.request_id) == 32


def test_a_reply_has_the_fields_of_the_readme() -> None:
    reply = json.loads(write_reply("SomeID", "APIStateResponse", Data(3), now_ms=1_625_405_710_728))
    assert reply == {
        "apiName": "VTubeStudioPublicAPI",
        "apiVersion": "1.0",
        "timestamp": 1_625_405_710_728,
        "requestID": "SomeID",
        "messageType": "APIStateResponse",
        "data": {"number": 3},
    }


def test_an_error_is_a_reply_of_its_own_type() -> None:
    error = ApiError(ErrorId.TOKEN_DENIED, "no")
    reply = json.loads(write_reply("SomeID", "AuthenticationTokenResponse", error, now_ms=1))
    assert reply["messageType"] == "APIError"
    assert reply["data"] == {"errorID": 50, "message": "no"}


def test_new_request_ids_differ() -> None:
    assert len({new_request_id() for _ in range(100)}) == 100
