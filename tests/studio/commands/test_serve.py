from __future__ import annotations

import io
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from studio.__main__ import main
from studio.data.sample import FILES


def test_serve_prints_the_speed(small_head: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(f"serve --batches 2 --batch 2 --size 32 --style clay --workers 1 --ict {small_head}".split())
    assert code == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["batch 0", "batch 1"]


def test_serve_writes_a_tar_into_a_pipe(small_head: Path) -> None:
    options = f"serve --tar --batches 1 --batch 2 --size 32 --style clay --workers 1 --ict {small_head}"
    done = subprocess.run(
        [sys.executable, "-m", "studio", *options.split()], capture_output=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as tar:
        assert [name.partition(".")[2] for name in tar.getnames()] == list(FILES) * 2
