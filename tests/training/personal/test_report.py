from __future__ import annotations

from pathlib import Path

import pytest
import torch

from networks.personal import PersonalSkinNet
from tests.training.personal.skin_source import made_heads
from training.loop import WEIGHTS
from training.personal.report import main


def test_both_tables_are_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made_heads(tmp_path / "unseen.npz", 2)
    torch.save(PersonalSkinNet().state_dict(), tmp_path / WEIGHTS)
    assert main([str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "| none | net | net_unaged | most_none | most |"
    assert [line.split(" | ")[0] for line in lines[-4:]] == ["| plain", "| copied", "| mean", "| full"]


def test_a_run_without_heads_says_what_makes_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    torch.save(PersonalSkinNet().state_dict(), tmp_path / WEIGHTS)
    assert main([str(tmp_path)]) == 1
    assert "omote-train personal" in capsys.readouterr().err
