from __future__ import annotations

from pathlib import Path

import pytest

from measure.__main__ import main


@pytest.mark.parametrize(
    ("more", "words"),
    [(["--count", "0"], "--count 0, expected 1 to"), (["--seed", "-1"], "--seed -1, expected 0 to")],
)
def test_an_impossible_number_is_refused(
    more: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["mattes", *more]) == 1
    assert words in capsys.readouterr().err


def test_a_network_that_is_missing_is_named(
    small_head: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("cv2")
    pytest.importorskip("onnxruntime")
    assert main(["mattes", "--count", "1", "--ict", str(small_head), "--model", str(tmp_path / "gone")]) == 1
    said = capsys.readouterr().err
    assert "there is no parsing network" in said
    assert said.count("\n") == 1
