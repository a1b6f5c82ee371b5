"""`omote app` in a process of its own: without a window, beside a runtime that runs, and in a real window."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from omote.__main__ import main
from omote.commands.app import MAKE, is_first_start, run_arguments
from tests.live_runtime import live_runtime
from tests.omote.app.test_runtime_process import QUIET, answers
from tests.waiting import until
from tests.x_server import x_server

ROOT = Path(__file__).resolve().parents[3]


class App:
    """One `omote app`, whose browser writes down what it is to open."""

    def __init__(self, folder: Path, *arguments: str, has_window: bool = False, display: str = "") -> None:
        self._opened = folder / "opened"
        browser = folder / "browser"
        browser.write_text(f'#!/bin/sh\necho "$1" >> "{self._opened}"\n')
        browser.chmod(0o755)
        paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        if not has_window:
            (folder / "without").mkdir(exist_ok=True)
            (folder / "without" / "webview.py").write_text("raise ImportError('none on this machine')")
            paths.insert(0, str(folder / "without"))
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(paths), "BROWSER": str(browser), "OMOTE_AVATARS": str(folder / "own"),
            "DISPLAY": display, "WAYLAND_DISPLAY": "", "PYSTRAY_BACKEND": "xorg", "WEBKIT_DISABLE_COMPOSITING_MODE": "1",
        }  # fmt: skip
        with (folder / "said").open("w") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "omote", "app", *arguments],
                cwd=folder,
                env=environment,
                stdout=said,
                stderr=subprocess.STDOUT,
            )
        self._said = folder / "said"

    @property
    def said(self) -> str:
        return self._said.read_text()

    @property
    def opened(self) -> list[str]:
        return self._opened.read_text().split() if self._opened.exists() else []

    def interrupt(self, number: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(60)


posix = pytest.mark.skipif(
    sys.platform == "win32", reason="the browser that writes down addresses is a shell script"
)


@posix
def test_without_a_window_the_browser_opens_and_the_next_step_is_said(tmp_path: Path) -> None:
    app = App(tmp_path, *QUIET, "--panel-port", "0")
    until(lambda: app.opened)
    [first] = app.opened
    assert first.endswith(MAKE)  # the first start of somebody without an avatar
    url = first.removesuffix(MAKE)
    assert answers(url)
    until(lambda: "Ctrl-C stops." in app.said)
    assert "opens in your browser, because pywebview is not installed (none on this machine)" in app.said
    assert 'pip install "omote[app]"' in app.said
    assert app.interrupt() == 0
    assert not answers(url)
    again = App(tmp_path, *QUIET, "--panel-port", "0", "--in-browser")
    until(lambda: len(again.opened) == 2)
    assert not again.opened[1].endswith(MAKE)
    assert again.interrupt(signal.SIGTERM) == 0
    assert not answers(again.opened[1])


@posix
def test_a_runtime_that_runs_is_joined_and_goes_on(tmp_path: Path) -> None:
    with live_runtime(tmp_path, publish=("browser",)) as live:
        port = live.ports["panel"]
        app = App(tmp_path, "--panel-port", str(port))
        until(lambda: app.opened)
        assert app.opened[0].startswith(f"http://127.0.0.1:{port}/")
        assert f"joins the runtime of http://127.0.0.1:{port}/" in app.said
        until(lambda: "Ctrl-C stops." in app.said)
        assert app.interrupt() == 0
        assert answers(f"http://127.0.0.1:{port}/")


@posix
def test_a_runtime_that_cannot_start_is_said(tmp_path: Path) -> None:
    app = App(tmp_path, *QUIET, "--panel-port", "0", "--avatar", "nobody of this name")
    assert app.process.wait(60) == 2
    assert "'nobody of this name' is not an avatar" in app.said
    assert app.opened == []


@posix
def test_a_real_window_shows_the_panel(tmp_path: Path) -> None:
    tried = (
        "import gi\ngi.require_version('WebKit2', '4.1')\nfrom gi.repository import WebKit2\nimport webview"
    )
    if subprocess.run([sys.executable, "-c", tried], capture_output=True, cwd=ROOT).returncode != 0:
        pytest.skip(
            "needs pywebview and a web engine: pip install 'omote[app]', apt-get install gir1.2-webkit2-4.1"
        )
    from Xlib.display import Display

    with x_server() as screen:
        app = App(tmp_path, *QUIET, "--panel-port", "0", has_window=True, display=screen.display)
        looking = Display(screen.display)

        def names() -> list[str]:
            found = [window.get_wm_name() for window in looking.screen().root.query_tree().children]
            return [name for name in found if name]

        until(lambda: "Omote" in names())
        url = next(line for line in app.said.splitlines() if line.startswith("panel ")).split()[1]
        assert app.opened == []  # no browser
        until(lambda: _pages(url) == 1)  # the page in it is live
        looking.close()
        app.process.terminate()
        app.process.wait(60)
        until(lambda: not answers(url))


def _pages(url: str) -> int:
    """How many pages the runtime serves, besides the one that asks."""
    import json

    from websockets.sync.client import connect

    with connect(url.replace("http", "ws") + "socket", max_size=2**24) as page:
        page.send(json.dumps({"type": "command", "name": "status", "request_id": "1"}))
        while True:
            message = page.recv(timeout=60)
            if isinstance(message, str) and json.loads(message).get("type") == "reply":
                [state] = json.loads(message)["status"]["publisher_states"]
                return int(state["detail"].rpartition(", ")[2].split()[0]) - 1


def test_the_panel_is_needed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["app", "--no-panel"]) == 2
    assert "leave --no-panel out" in capsys.readouterr().err
    assert main(["app", "--fps", "-3"]) == 2
    assert "fps -3 is out of range" in capsys.readouterr().err


def test_the_runtime_gets_its_own_options() -> None:
    words = ["app", "--on-close", "quit", "--avatar", "app", "--in-browser", "--fps=30", "--no-panel"]
    assert run_arguments(words) == ["--avatar", "app", "--fps=30", "--no-panel"]
    abbreviated = ["app", "--on-c=quit", "--in", "--no-panel"]  # as argparse does
    assert run_arguments(abbreviated) == ["--no-panel"]


def test_only_the_first_start_without_an_avatar_asks_for_a_photo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OMOTE_AVATARS", str(tmp_path / "own"))
    assert is_first_start()
    assert not is_first_start()
    monkeypatch.setenv("OMOTE_AVATARS", str(tmp_path / "other"))
    (tmp_path / "other" / "me").mkdir(parents=True)
    (tmp_path / "other" / "me" / "avatar.toml").write_text("")
    assert not is_first_start()
