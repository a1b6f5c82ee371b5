from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.toml_text import toml_string


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_every_text_reads_back(text: str) -> None:
    assert tomllib.loads(f"name = {toml_string(text)}") == {"name": text}


@pytest.mark.parametrize("text", ["😀", "𝔘𝔫𝔦", "アンナ", 'a"b\\c', "a\x7fb\x00c", "tab\tline\n"])
def test_emoji_and_other_scripts_read_back(text: str) -> None:
    assert tomllib.loads(f"name = {toml_string(text)}")["name"] == text


def test_bytes_that_are_no_utf_8_are_marked() -> None:
    name = b"caf\xe9".decode("utf-8", "surrogateescape")
    assert tomllib.loads(f"name = {toml_string(name)}")["name"].startswith("caf\ufffd")
