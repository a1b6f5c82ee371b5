from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import retouch
from inference.providers import why_not
from tests.networks.retouch_models import write_random_model


def test_it_measures_every_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for package in ("torch", "onnx", "onnxruntime"):
        pytest.importorskip(package, reason="pip install 'omote[torch,export,neural]'")
    monkeypatch.setattr(retouch, "PROVIDERS", (("cpu", 1), ("directml", 1)))
    monkeypatch.setattr(retouch, "WARM_UP", 1)
    model = write_random_model(tmp_path / "retouch")
    assert retouch.main(["--size", "128", "--frames", "2", "--model", str(model)]) == 0
    lines = capsys.readouterr().out.splitlines()
    rows = json.loads(lines[-1])["rows"]
    assert list(rows["cpu, 1 thread"]) == list(retouch.PARTS)
    assert all(value >= 0 for values in rows["cpu, 1 thread"].values() for value in values)
    if why_not("directml"):
        assert "directml, 1 thread: expected DmlExecutionProvider" in "\n".join(lines)
