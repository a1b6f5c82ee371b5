from __future__ import annotations

import json
import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.errors import CodecError
from runtime.avatars.making_messages import MakeTask
from runtime.panel import making_requests
from runtime.panel.making_requests import MAX_UPLOAD_BYTES, Keep, Upload, decode_making_request


def test_requests_are_understood() -> None:
    assert decode_making_request('{"type":"upload","kind":"photo","size":9}') == Upload(kind="photo", size=9)
    text = '{"type":"make","face":2,"cut":[0,0.5,1],"background":"plate","at_rest":true}'
    wanted = MakeTask(face=2, cut=(0.0, 0.5, 1.0), background="plate", at_rest=True)
    assert decode_making_request(text) == wanted
    assert decode_making_request('{"type":"make","face":1,"cut":null}') == MakeTask(face=1)
    assert decode_making_request('{"type":"keep","name":"Zoë"}') == Keep(name="Zoë")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "not JSON"),
        ("[" * 60_000, "wrong type or missing field"),
        ('{"type":"upload","kind":"photo","size":0}', "too large"),
        ('{"type":"upload","kind":"photo","size":-5}', "too large"),
        (json.dumps({"type": "upload", "kind": "photo", "size": MAX_UPLOAD_BYTES + 1}), "too large"),
        ('{"type":"upload","kind":"/etc/passwd","size":5}', "wrong type or missing field"),
        ('{"type":"make","face":0}', "out of range"),
        ('{"type":"make","face":1,"cut":[0,0]}', "wrong type or missing field"),
        ('{"type":"make","face":1,"cut":[0,0,NaN]}', "not JSON"),
        ('{"type":"make","face":1,"background":"../x"}', "out of range"),
        (json.dumps({"type": "keep", "name": "x" * 500}), "argument too long"),
        (json.dumps({"type": "keep", "name": "x" * 70_000}), "too large"),
        ('{"type":"look"}', "wrong type or missing field"),
    ],
)
def test_what_is_no_request_is_refused_with_a_reason(text: str, reason: str) -> None:
    with pytest.raises(CodecError) as refused:
        decode_making_request(text)
    assert refused.value.reason == reason


@given(st.text())
def test_any_text_is_refused_or_understood(text: str) -> None:
    with suppress(CodecError):
        decode_making_request(text)


def test_the_page_knows_the_limit() -> None:
    page = (Path(making_requests.__file__).parent / "maker.js").read_text("utf-8")
    [megabytes] = re.findall(r"const MAX_MB = (\d+);", page)
    assert int(megabytes) * 1024 * 1024 == MAX_UPLOAD_BYTES
