"""The question in a terminal, asked by the real command in a pseudo-terminal."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from websockets.sync.client import connect

from bridge.vts.approval import approval
from bridge.vts.parameters import Plugin

ROOT = Path(__file__).resolve().parents[3]
PLUGIN = Plugin("Plugin", "Tester")


@pytest.mark.parametrize(("choice", "is_allowed"), [("auto", True), ("never", False)])
def test_auto_and_never_decide_without_asking_the_user(choice: str, is_allowed: bool) -> None:
    said: list[str] = []
    assert asyncio.run(approval(choice, say=said.append)(PLUGIN)) is is_allowed  # type: ignore[arg-type]
    assert f"--approve {choice}" in said[0]


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
@pytest.mark.parametrize(("typed", "expected"), [(b"y\n", "authenticationToken"), (b"\n", "errorID")])
def test_terminal_is_asked_and_its_answer_counts(tmp_path: Path, typed: bytes, expected: str) -> None:
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "bridge", "vts-server", "--port", "0", "--to", "tcp://127.0.0.1:9"]
    command += ["--beacon-port", "none", "--tokens", str(tmp_path / "tokens.json")]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=theirs,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stderr is not None
        address = server.stderr.readline().partition("connect to ")[2].partition(";")[0]
        who = {"pluginName": "Plugin", "pluginDeveloper": "Tester"}
        request = {"apiName": "VTubeStudioPublicAPI", "apiVersion": "1.0", "data": who}
        with connect(address) as plugin:
            plugin.send(json.dumps(request | {"messageType": "AuthenticationTokenRequest"}))
            assert "Plugin by Tester wants to control the face" in server.stderr.readline()
            # Others are served while the question stands.
            with connect(address) as other:
                other.send(json.dumps(request | {"messageType": "APIStateRequest"}))
                assert json.loads(other.recv(timeout=60))["data"]["active"] is True
            os.write(ours, typed)
            assert expected in json.loads(plugin.recv(timeout=60))["data"]
        server.send_signal(signal.SIGINT)
        server.communicate(timeout=60)
    assert server.returncode == 0
    os.close(ours)
    os.close(theirs)
