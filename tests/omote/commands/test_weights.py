"""`omote weights` says what is wanted, from where and under which licence, and what is here."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inference.weight_sets import weight_sets
from omote.commands import weights

SET = weight_sets("liveportrait")[0]


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    weights.add_parser(parser.add_subparsers())
    return weights.run(parser.parse_args(["weights", *arguments]))


def test_an_empty_folder_is_told_where_to_get_everything(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("liveportrait", "--weights", str(tmp_path)) == 0
    shown = capsys.readouterr().out
    for one in weight_sets("liveportrait"):
        assert one.title in shown
        assert one.licence in shown
        assert all(source in shown for source in one.sources)
        assert all(file.name in shown for file in one.files)


def test_files_that_are_here_are_named_to_programs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for one in SET.files:
        (tmp_path / one.name).write_bytes(b"not a network")
    assert run("--weights", str(tmp_path), "--json") == 0
    found = {one["key"]: one for one in json.loads(capsys.readouterr().out)}[SET.key]
    assert found["is_complete"] is True
    assert found["folder"] == str(tmp_path)
    assert found["files"]["stitching.onnx"] == str(tmp_path / "stitching.onnx")


def test_check_finds_what_is_another_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "stitching.onnx").write_bytes(b"not a network")
    assert run("--weights", str(tmp_path), "--check") == 1
    assert "differs" in capsys.readouterr().out


def test_check_draws_a_contact_sheet(
    liveportrait_weights: Path, liveportrait_avatar: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the real engine; the narrow networks' files differ from those in circulation, so it ends with 1."""
    sheet = tmp_path / "sheet.png"
    given = ["--weights", str(liveportrait_weights), "--avatar", str(liveportrait_avatar)]
    assert run("liveportrait", "--check", *given, "--providers", "cpu", "-o", str(sheet)) == 1
    shown = capsys.readouterr().out
    assert "motions by liveportrait on" in shown
    assert "ms a picture" in shown
    with Image.open(sheet) as picture:
        assert picture.width > 1000
        assert np.asarray(picture).std() > 20


def test_an_avatar_that_is_not_there_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--weights", str(tmp_path), "--check", "--avatar", str(tmp_path / "nobody")) == 1
    assert "omote weights:" in capsys.readouterr().err
