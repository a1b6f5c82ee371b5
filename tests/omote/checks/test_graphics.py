from __future__ import annotations

import pytest

from omote.checks import graphics


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
