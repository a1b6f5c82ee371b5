from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("psutil")

from benchmarks import memory

ROOT = Path(__file__).resolve().parents[2]
GIVEN_BACK = """
import os, numpy
from benchmarks.memory import _peak_mb
held = numpy.ones((300, 2**20), numpy.uint8)
del held
print(_peak_mb(os.getpid()))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process's largest memory")
def test_memory_that_was_given_back_is_in_the_largest() -> None:
    done = subprocess.run(
        [sys.executable, "-c", GIVEN_BACK], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert 300 < float(done.stdout) < 600


def test_a_process_that_has_ended_has_no_memory() -> None:
    assert memory._peak_mb(2**30) == 0.0


def test_an_unknown_row_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        memory.main(["--rows", "head,nothing"])
    assert "--rows nothing, expected some of null, head" in capsys.readouterr().err
