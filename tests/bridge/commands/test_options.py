from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from bridge.commands.options import (
    FACE_LAYERS,
    add_driver_options,
    client_key,
    layers_among,
    number_between,
    source_id,
)
from bridge.errors import BridgeError


def test_driver_options_have_working_defaults() -> None:
    parser = argparse.ArgumentParser()
    add_driver_options(parser, layers=("pose", "gaze"))
    options = parser.parse_args([])
    assert options.layers == ("pose", "gaze")
    assert options.to == "tcp://127.0.0.1:5570"
    assert (options.mirror, options.source, options.profile, options.record) == (False, None, None, None)


@pytest.mark.parametrize(
    ("text", "layers"),
    [("pose", ("pose",)), (" gaze , pose,", ("pose", "gaze")), ("pose,pose", ("pose",))],
)
def test_layers_are_read_in_the_order_of_the_program(text: str, layers: tuple[str, ...]) -> None:
    assert layers_among(FACE_LAYERS)(text) == layers


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "got none"),
        ("poze", r"got poze; expected some of pose,expression,gaze"),
        ("pose,view", "view.*not driven by this tracker"),
    ],
)
def test_layers_that_cannot_be_driven_are_named(text: str, says: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match=says):
        layers_among(FACE_LAYERS)(text)


@pytest.mark.parametrize(("text", "number"), [("1", 1.0), ("2.5", 2.5), ("1e1", 10.0)])
def test_numbers_within_the_limits_are_read(text: str, number: float) -> None:
    assert number_between(1.0, 10.0)(text) == number


@pytest.mark.parametrize("text", ["0.99", "11", "nan", "inf", "-inf", "two", ""])
def test_other_numbers_are_refused_with_the_limits(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="expected 1 to 10"):
        number_between(1.0, 10.0)(text)


@pytest.mark.parametrize("text", ["", " ", "x" * 65, "line\nbreak", "\x1b[2J"])
def test_source_names_that_the_runtime_would_refuse_are_refused_here(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="1 to 64 printable"):
        source_id(text)
    assert source_id("Anna's phone") == "Anna's phone"


def test_a_key_file_that_cannot_be_read_says_how_to_make_one(tmp_path: Path) -> None:
    assert client_key(argparse.Namespace(key=None)) is None
    assert client_key(argparse.Namespace()) is None
    (tmp_path / "bad.key").write_text("no key")
    for name in ("bad.key", "missing.key"):
        with pytest.raises(BridgeError, match="omote keys add NAME"):
            client_key(argparse.Namespace(key=tmp_path / name))
