from __future__ import annotations

from pathlib import Path

import pytest

from omote.checks import graphics
from tests.networks.retouch_models import write_random_model


def test_a_broken_driver_is_a_problem_and_not_a_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphics, "_TRY_OPENGL", "import os; os.abort()")
    [finding] = graphics.check_opengl()
    assert finding.state == "problem"
    assert finding.advice


def test_a_software_renderer_is_reported_and_hinted_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphics, "_TRY_OPENGL", "print('Mesa'); print('llvmpipe (LLVM 15)'); print('4.5')")
    ok, hint = graphics.check_opengl()
    assert (ok.state, ok.text) == ("ok", "Mesa, llvmpipe (LLVM 15), 4.5")
    assert hint.state == "hint"


def test_no_answer_in_time_is_a_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphics, "_TRY_OPENGL", "import time; time.sleep(60)")
    monkeypatch.setattr(graphics, "OPENGL_S", 0.3)
    [finding] = graphics.check_opengl()
    assert finding.state == "problem"
    assert "no answer from the driver" in finding.text


def test_every_provider_is_named_with_what_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("omote.checks.graphics.why_not", lambda name: "" if name == "cpu" else f"no {name}")
    monkeypatch.setattr("omote.checks.graphics.shutil.which", lambda name: None)
    monkeypatch.setattr("omote.checks.graphics._try_network", lambda folder: iter(()))
    first, *others = graphics.check_providers()
    assert first.text == "can be tried: ONNX Runtime, CPU"
    assert [one.text.rsplit(": ", 1)[1] for one in others] == [
        "no tensorrt", "no cuda", "no directml", "no coreml", "no openvino",
    ]  # fmt: skip


def test_without_any_provider_the_package_to_install_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("omote.checks.graphics.why_not", lambda name: "the package is not installed")
    hints = [one for one in graphics.check_providers() if one.state == "hint"]
    assert "pip install 'omote[neural]'" in [one.advice for one in hints]


def test_the_network_is_really_run(tmp_path: Path) -> None:
    for package in ("torch", "onnx", "onnxruntime"):
        pytest.importorskip(package, reason="pip install 'omote[torch,export,neural]'")
    (finding,) = graphics._try_network(write_random_model(tmp_path / "retouch"))
    assert finding.state == "ok"
    assert "ms a frame" in finding.text


def test_a_damaged_network_is_a_hint_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "model.toml").write_text("format = 1\nname = 'other'\n", encoding="utf-8")
    (finding,) = graphics._try_network(tmp_path)
    assert finding.state == "hint"
    assert "holds the network 'other'" in finding.text
