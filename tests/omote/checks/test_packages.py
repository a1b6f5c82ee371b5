from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from omote.checks import packages

ROOT = Path(__file__).resolve().parents[3]


def test_packages_are_those_of_the_project_file() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    def names(lines: list[str]) -> set[str]:
        return {re.split(r"[>=<\[;~ ]", line)[0].lower() for line in lines}

    assert set(packages.REQUIRED) == names(project["dependencies"])
    extras = {k: v for k, v in project["optional-dependencies"].items() if k not in ("dev", "docs")}
    assert {k: set(v.modules) for k, v in packages.EXTRAS.items()} == {k: names(v) for k, v in extras.items()}


def test_a_missing_required_package_is_a_problem_and_a_missing_extra_is_a_hint(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(packages, "REQUIRED", {"numpy": "numpy", "absent": "no_such_module"})
    extra = packages.Extra("nothing", {"absent-too": "no_such_parent.module"})
    elsewhere = packages.Extra("nothing", {"absent-three": "no_such_module"}, system="no such system")
    monkeypatch.setattr(packages, "EXTRAS", {"extra": extra, "elsewhere": elsewhere})
    found = {finding.state: finding for finding in packages.check_packages()}
    assert found["ok"].text.startswith("numpy ")
    assert found["problem"].text == "missing: absent"
    assert found["hint"].text == "extra extra (nothing): absent-too missing"
    assert found["hint"].advice == 'pip install "omote[extra]"'


def test_importing_is_not_needed_to_know_that_a_module_is_there() -> None:
    assert packages.is_importable("numpy")
    assert not packages.is_importable("no_such_module")
    assert not packages.is_importable("no_such_parent.module")
    assert packages.with_version("no-such-distribution") == "no-such-distribution of unknown version"
