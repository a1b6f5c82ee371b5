"""A real runtime as a process of its own, and what is left of it when its owner ends."""

from __future__ import annotations

import http.server
import os
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import pytest

from omote.app.runtime_process import RuntimeProcess, running_panel
from tests.ports import free_ports
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[3]
QUIET = (
    "--engine", "null", "--performance", "none", "--publish", "browser", "--control-port", "none",
    "--request-port", "none", "--publish-port", "none", "--osc-port", "none", "--vmc-port", "none",
)  # fmt: skip


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return answer.status == 200
    except OSError:
        return False


@pytest.fixture(autouse=True)
def packages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes find our packages from any working directory."""
    monkeypatch.setenv(
        "PYTHONPATH", os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    )


def test_it_says_the_panels_address_and_ends_cleanly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    process = RuntimeProcess([*QUIET, "--panel-port", "0"])
    url = process.panel_url()
    assert process.is_running
    assert running_panel(int(url.strip("/").rpartition(":")[2])) == url
    process.close()
    process.close()
    assert not process.is_running
    assert process.wait() == 0
    assert not answers(url)


def test_a_runtime_that_cannot_start_has_no_address_and_said_why(capfd: pytest.CaptureFixture[str]) -> None:
    process = RuntimeProcess(["--avatar", "nobody of this name"])
    assert process.panel_url() == ""
    assert process.wait() == 2
    assert "'nobody of this name' is not an avatar" in process.last_words
    process.close()
    assert "is not an avatar" in capfd.readouterr().err


def test_it_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    code = (
        "import os, sys\nfrom omote.app.runtime_process import RuntimeProcess\n"
        "process = RuntimeProcess(sys.argv[1:])\nprint(process.panel_url(), flush=True)\n"
        "sys.stdin.read()\nos._exit(9)\n"
    )
    owner = subprocess.Popen(
        [sys.executable, "-c", code, *QUIET, "--panel-port", "0"],
        cwd=tmp_path,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert owner.stdout is not None
    url = owner.stdout.readline().strip()
    assert answers(url)
    owner.kill()
    owner.communicate()
    until(lambda: not answers(url))


def test_a_port_of_another_program_is_no_panel() -> None:
    class Other(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"frame_magic": "other"}')

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Other)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    assert running_panel(server.server_port) == ""
    server.shutdown()
    server.server_close()
    [free] = free_ports(1)
    assert running_panel(free) == ""
