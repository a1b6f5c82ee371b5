from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks import diffusion


def test_pictures_and_frames_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for package in ("torch", "onnx", "onnxruntime"):
        pytest.importorskip(package, reason="pip install 'omote[torch,export,neural]'")
    from tests.networks.diffusion_models import write_random_diffusion

    monkeypatch.setattr(diffusion, "PROVIDERS", ("cpu",))
    monkeypatch.setattr(diffusion, "STEPS", (1,))
    model = write_random_diffusion(tmp_path / "model")
    assert diffusion.main(["--size", "128", "--seconds", "0.5", "--model", str(model)]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    row = told["rows"]["cpu, 1 steps"]
    assert row["frames_per_s"] > 0
    assert row["network_ms"] > 0
    assert row["picture_age_ms"] >= row["network_ms"]
    assert told["memory_mb"] > 0
