"""`omote-bridge import` as a program."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.__main__ import main
from protocol.take import TakeReader
from tests.bridge.takes.livelink_csv_files import CODES, random_table


def test_a_csv_becomes_a_take_and_the_line_says_how_to_play_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, take = tmp_path / "take.csv", tmp_path / "take.mcap"
    source.write_text(random_table(CODES, decimals=6), encoding="utf-8")
    assert main(["import", str(source), "-o", str(take), "--source", "anna"]) == 0
    said = "".join(capsys.readouterr())
    assert "6 rows at 29.97 frames a second, drop-frame, 6 of them with a face" in said
    assert f"omote-bridge replay {take}" in said
    with TakeReader(take) as reader:
        assert {message.source for _, message in reader} == {"anna"}


def test_an_error_is_one_line_and_exit_code_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["import", str(tmp_path / "no.csv"), "-o", str(tmp_path / "a.mcap")]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(f"omote-bridge: {tmp_path / 'no.csv'} cannot be read")
    assert line.endswith("expected a CSV file of Live Link Face")
