from __future__ import annotations

import argparse
from contextlib import ExitStack
from pathlib import Path

import pytest

from measure.commands.method_options import add_method_options, open_judges, open_methods
from protocol.errors import OmoteError


def options(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_method_options(parser, default=("copy",), size=128)
    return parser.parse_args(["-o", "report", *words])


def test_methods_are_opened_by_their_names() -> None:
    with ExitStack() as stack:
        (method,) = open_methods(options(), stack)
        assert method.name == "copy"
    with pytest.raises(SystemExit):
        options("--methods", "guess")


def test_a_folder_that_is_no_network_is_refused(tmp_path: Path) -> None:
    with ExitStack() as stack, pytest.raises(OmoteError, match="model"):
        open_methods(options("--model", str(tmp_path)), stack)


def test_without_judges_there_are_none() -> None:
    assert open_judges(argparse.Namespace(judges=None)) is None
