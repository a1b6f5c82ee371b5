from __future__ import annotations

import json

import msgspec

from terminal.json_line import json_line


class Named(msgspec.Struct):
    name: str
    value: float = 0.5


def test_it_is_one_line_of_ascii_that_reads_back() -> None:
    value = {"rows": [Named("アンナ 😀\n\x1b\x9b"), Named("ü")], "none": None}
    line = json_line(value)
    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line) == {
        "rows": [{"name": "アンナ 😀\n\x1b\x9b", "value": 0.5}, {"name": "ü", "value": 0.5}],
        "none": None,
    }


def test_a_file_name_that_is_not_utf_8_is_kept() -> None:
    name = b"caf\xe9.mp4".decode("utf-8", "surrogateescape")
    assert json.loads(json_line([name])) == [name]


def test_numbers_that_json_does_not_have_are_null() -> None:
    assert json_line((float("nan"), {"a": float("inf")}, 1.5)) == '[null,{"a":null},1.5]'
