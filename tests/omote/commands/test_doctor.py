from __future__ import annotations

import argparse
import json
import re
import socket
import tomllib
from pathlib import Path

import pytest

from omote import checkup
from omote.checkup import Finding
from omote.commands import doctor
from runtime.avatars.builtin import DEFAULT

ROOT = Path(__file__).resolve().parents[3]


def parsed(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    doctor.add_parser(parser.add_subparsers())
    return parser.parse_args(["doctor", *arguments])


def test_packages_are_those_of_the_project_file() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    def names(lines: list[str]) -> set[str]:
        return {re.split(r"[>=<\[;~ ]", line)[0].lower() for line in lines}

    assert set(checkup.REQUIRED) == names(project["dependencies"])
    extras = {k: v for k, v in project["optional-dependencies"].items() if k != "dev"}
    assert {k: set(v.modules) for k, v in checkup.EXTRAS.items()} == {k: names(v) for k, v in extras.items()}


def test_json_is_one_list_of_findings(capsys: pytest.CaptureFixture[str]) -> None:
    code = doctor.run(parsed("--json"))
    findings = json.loads(capsys.readouterr().out)
    assert {"Python", "Packages", "OpenGL", "Providers", "Ports", "Face landmarker", "Built-in avatars"} == {
        finding["topic"] for finding in findings
    }
    assert code == int(any(finding["state"] == "problem" for finding in findings))


def test_only_a_problem_fails() -> None:
    hint = Finding("A", "hint", "b is missing", "get b")
    assert "omote run can work; 1 that" in doctor.report([hint])
    problem = Finding("A", "problem", "c is broken", "mend c")
    words = doctor.report([hint, problem])
    assert words.startswith("A\n")
    assert "PROBLEM  c is broken\n           -> mend c" in words
    assert "1 in the way" in words


@pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
def test_a_taken_port_is_named_with_its_option(
    kind: socket.SocketKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_INET, kind) as holder:
        holder.bind(("127.0.0.1", 0))
        if kind == socket.SOCK_STREAM:
            holder.listen()
        port = holder.getsockname()[1]
        monkeypatch.setattr(checkup, "PORTS", {port: ("panel", kind == socket.SOCK_DGRAM)})
        [finding] = checkup.check_ports()
    assert finding.state == "problem"
    assert str(port) in finding.text
    assert "--panel-port" in finding.advice


def test_free_ports_are_fine(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
    monkeypatch.setattr(checkup, "PORTS", {port: ("panel", False)})
    [finding] = checkup.check_ports()
    assert (finding.state, finding.text) == ("ok", f"free on 127.0.0.1: {port} panel")


def test_a_missing_landmarker_is_a_hint_with_ways_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OMOTE_FACE_LANDMARKER", str(tmp_path / "nowhere.task"))
    [finding] = checkup.check_landmarker()
    assert finding.state == "hint"
    assert "nowhere.task" in finding.text


def test_a_landmarker_that_is_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    model = tmp_path / "face.task"
    model.write_bytes(b"x")
    monkeypatch.setenv("OMOTE_FACE_LANDMARKER", str(model))
    [finding] = checkup.check_landmarker()
    assert (finding.state, finding.text) == ("ok", f"model: {model}")


def test_a_broken_driver_is_a_problem_and_not_a_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkup, "_TRY_OPENGL", "import os; os.abort()")
    [finding] = checkup.check_opengl()
    assert finding.state == "problem"
    assert finding.advice


def test_without_a_builtin_avatar_the_runtime_still_works(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("runtime.avatars.builtin.FOLDER", tmp_path / "nothing")
    [finding] = checkup.check_builtin_avatars()
    assert finding.state == "hint"


def test_a_broken_builtin_avatar_is_a_problem(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / DEFAULT).mkdir()
    (tmp_path / DEFAULT / "avatar.toml").write_text("format = 99")
    monkeypatch.setattr("runtime.avatars.builtin.FOLDER", tmp_path)
    [finding] = checkup.check_builtin_avatars()
    assert finding.state == "problem"
    assert "format 99" in finding.text
