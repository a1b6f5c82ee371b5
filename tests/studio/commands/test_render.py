from __future__ import annotations

from pathlib import Path

import pytest

from studio.__main__ import main
from studio.data.recipe import Recipe


def test_render_reports_the_shards_and_the_next_step(
    small_head: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "data"
    code = main(f"render --count 2 --size 32 --style clay --workers 1 --ict {small_head} -o {out}".split())
    printed = capsys.readouterr().err
    assert code == 0
    assert "2 shards" in printed
    assert "read_shards" in printed
    assert len(list(out.glob("*.tar"))) == Recipe(count=2).shards


def test_render_resumes_a_data_set(
    small_head: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = f"render --count 2 --size 32 --style clay --workers 1 --ict {small_head} -o {tmp_path / 'data'}"
    assert main(options.split()) == 0
    assert main(options.split()) == 1
    assert "--resume" in capsys.readouterr().err
    (tmp_path / "data" / "shard-000001.tar").unlink()
    assert main([*options.split(), "--resume"]) == 0
    assert "2 shards (1 existed already)" in capsys.readouterr().err
