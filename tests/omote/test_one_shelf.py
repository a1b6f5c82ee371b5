"""One shelf: what `omote avatar list` shows is what every other part finds, in processes of their own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from omote.client import ControlClient
from protocol.messages import Command
from runtime.avatars.builtin import DEFAULT
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[2]


def make_avatar(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "avatar.toml").write_text(f'format = 1\nname = "{name}"\nengine = "null"\n')
    return folder


@pytest.fixture
def omote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The command, started in a folder that is neither the checkout nor the shelf."""
    make_avatar(tmp_path / "own" / "me", "Myself")
    make_avatar(tmp_path / "own" / "twice", "Mine")
    make_avatar(tmp_path / "work" / "avatars" / "twice", "The project's")
    monkeypatch.setenv("OMOTE_AVATARS", str(tmp_path / "own"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.chdir(tmp_path / "work")
    return [sys.executable, "-m", "omote"]


def test_list_names_what_run_takes_and_says_clashes(omote: list[str], tmp_path: Path) -> None:
    done = subprocess.run([*omote, "avatar", "list"], capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    rows = {line.split()[0]: line for line in lines}
    assert "the default" in rows[DEFAULT]
    assert f"Myself, in {tmp_path / 'own'}" in rows["me"]
    assert "The project's, in avatars" in rows["twice"]
    assert lines[-1] == (
        f"note: twice means {Path('avatars/twice')}, not {tmp_path / 'own' / 'twice'}; rename a folder to use both"
    )


def test_run_and_load_avatar_find_the_same_names(omote: list[str]) -> None:
    ports = ["--request-port", "0", "--control-port", "0", "--osc-port", "none", "--vmc-port", "none"]
    options = [*ports, "--publish", "none", "--performance", "none"]
    process = subprocess.Popen(
        [*omote, "run", "--avatar", "twice", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        head = [process.stdout.readline() for _ in range(4)]
        assert head[0].split(maxsplit=1)[1].strip() == "The project's"
        assert "twice means" in head[1]
        port = int(head[3].partition("request ")[2].split(",")[0])
        with ControlClient(request_port=port, timeout_s=60.0) as client:
            for name, shown in (("me", "Myself"), (DEFAULT, DEFAULT.title()), ("twice", "The project's")):
                reply = client.request(Command(name="load_avatar", argument=name))
                assert (reply.ok, reply.message.partition(" is loaded")[0]) == (True, shown)
            reply = client.request(Command(name="load_avatar", argument="mee"))
            assert (reply.ok, "did you mean me?" in reply.message) == (False, True)
            client.request(Command(name="stop"))
        until(lambda: process.poll() is not None)
        assert process.returncode == 0
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
