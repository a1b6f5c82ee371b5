from __future__ import annotations

import runpy
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "system_packages.py"
linux_only = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="apt exists on Linux only")


def absent() -> bool:
    return False


def present() -> bool:
    return True


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The script's globals, with one missing package of each kind, run by an ordinary user."""
    names = runpy.run_path(str(SCRIPT))
    scope = names["main"].__globals__
    monkeypatch.setitem(scope, "RUN", {"libegl1": absent, "libgl1": present})
    monkeypatch.setitem(scope, "TRACKING", {"libgles2": absent})
    monkeypatch.setitem(scope, "TESTING", {"chromium": absent, "oscsend": absent})
    monkeypatch.setattr("os.geteuid", lambda: 1000, raising=False)
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    return scope


@linux_only
def test_a_user_without_root_gets_the_install_command(
    script: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert script["main"](["run"]) == 0  # it may still work, and omote doctor says what does not
    assert "sudo apt-get install -y libegl1\n" in capsys.readouterr().out
    script["main"](["test"])
    assert "sudo apt-get install -y libegl1 libgles2 chromium oscsend\n" in capsys.readouterr().out


@linux_only
def test_a_missing_venv_package_is_an_error(script: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(script, "RUN", {script["VENV"]: absent})
    assert script["main"](["run"]) == 1


@linux_only
def test_root_installs_and_skips_packages_that_apt_does_not_have(
    script: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[list[str]] = []

    def install(names: list[str]) -> bool:
        asked.append(names)
        return "chromium" not in names

    monkeypatch.setattr("os.geteuid", lambda: 0, raising=False)
    monkeypatch.setitem(script, "install", install)
    assert script["main"](["test"]) == 0
    assert asked == [["libegl1", "libgles2"], ["chromium", "oscsend"], ["chromium"], ["oscsend"]]
    assert "without chromium: tests that need them are skipped" in capsys.readouterr().out


@linux_only
def test_a_linux_without_apt_prints_the_names_and_continues(
    script: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    assert script["main"](["run"]) == 0
    assert "libegl1" in capsys.readouterr().out


def test_nothing_is_printed_when_all_packages_are_installed(
    script: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(script, "RUN", {"libegl1": present})
    assert script["main"](["run"]) == 0
    assert capsys.readouterr().out == ""
