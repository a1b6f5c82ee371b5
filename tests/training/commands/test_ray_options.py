"""`--ray` of training commands without a Ray; the processes themselves in tests/omote/fleet/test_fleet.py."""

from __future__ import annotations

import argparse
import pickle
import sys
import time
from functools import partial
from pathlib import Path
from types import ModuleType

import pytest

pytest.importorskip("torch", reason="training needs torch: pip install 'omote[torch]'")

from tests.made_pairs import made_pairs
from tests.made_speech import write_speakers
from tests.ports import free_ports
from training.__main__ import main
from training.commands.ray_options import _run
from training.pairs.person_pairs import write_pairs


@pytest.fixture
def places(tmp_path: Path) -> list[str]:
    """--data, --held-out and -o of a run with one person each."""
    for identity, place in enumerate(("pairs", "held-out")):
        write_pairs(made_pairs(identity, 1), tmp_path / place / f"p{identity:06d}")
    where = {"--data": "pairs", "--held-out": "held-out", "-o": "run"}
    return [word for option, name in where.items() for word in (option, str(tmp_path / name))]


def test_workers_without_ray_are_torchruns(places: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["retouch", *places, "--workers", "2"]) == 1
    assert "--workers needs --ray; without Ray several processes are torchrun's" in capsys.readouterr().err


def test_a_cluster_that_does_not_answer_is_said(
    places: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("ray", reason="pip install 'omote[fleet]'")
    (port,) = free_ports(1)
    assert main(["retouch", *places, "--ray", f"127.0.0.1:{port}"]) == 1
    assert f"no Ray answers at 127.0.0.1:{port}" in capsys.readouterr().err


def test_every_network_that_learns_from_data_can_train_on_ray(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("ray", reason="pip install 'omote[fleet]'")
    write_speakers(tmp_path / "speech", range(1))
    write_speakers(tmp_path / "unseen", range(1, 2))
    where = (
        "--data",
        str(tmp_path / "speech"),
        "--held-out",
        str(tmp_path / "unseen"),
        "-o",
        str(tmp_path / "run"),
    )
    (port,) = free_ports(1)
    assert main(["voice", *where, "--ray", f"127.0.0.1:{port}"]) == 1
    assert f"no Ray answers at 127.0.0.1:{port}" in capsys.readouterr().err


def test_after_a_loss_a_process_goes_on_with_the_time_that_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[argparse.Namespace] = []
    command = ModuleType("a_command")
    command.run = lambda options: given.append(options) or 7  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "a_command", command)
    options = {"resume": False, "minutes": 60.0, "output": Path("run")}
    work = pickle.loads(
        pickle.dumps(partial(_run, "a_command", options, time.time() - 1200.0))
    )  # as it travels
    assert work(False) == 7
    assert work(True) == 7
    whole, rest = given
    assert (whole.resume, whole.minutes, whole.output) == (False, 60.0, Path("run"))
    assert rest.resume
    assert rest.minutes <= 40.0
