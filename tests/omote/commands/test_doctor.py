from __future__ import annotations

import argparse
import json

import pytest

from omote.checks.finding import Finding
from omote.commands import doctor


def parsed(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    doctor.add_parser(parser.add_subparsers())
    return parser.parse_args(["doctor", *arguments])


def test_json_is_one_list_of_findings(capsys: pytest.CaptureFixture[str]) -> None:
    code = doctor.run(parsed("--json"))
    findings = json.loads(capsys.readouterr().out)
    assert {
        "Python",
        "Packages",
        "Devices",
        "OpenGL",
        "Providers",
        "Ports",
        "Face landmarker",
        "Built-in avatars",
    } == {finding["topic"] for finding in findings}
    assert code == int(any(finding["state"] == "problem" for finding in findings))


def test_only_a_problem_fails() -> None:
    hint = Finding("A", "hint", "b is missing", "get b")
    assert "omote run can work; 1 to look at" in doctor.report([hint])
    problem = Finding("A", "problem", "c is broken", "mend c")
    words = doctor.report([hint, problem])
    assert words.startswith("A\n")
    assert "PROBLEM  c is broken\n           -> mend c" in words
    assert "omote run cannot work: 1 to repair; 1 more to look at" in words
