from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from bridge.devices import midi
from omote.checks import packages
from runtime.publishers import spout

ROOT = Path(__file__).resolve().parents[3]


def test_packages_are_those_of_the_project_file() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    def names(lines: list[str]) -> set[str]:
        return {re.split(r"[>=<\[;~ ]", line)[0].lower() for line in lines}

    assert set(packages.REQUIRED) == names(project["dependencies"])
    extras = {k: v for k, v in project["optional-dependencies"].items() if k not in ("dev", "docs")}
    assert {k: set(v.modules) for k, v in packages.EXTRAS.items()} == {k: names(v) for k, v in extras.items()}


def test_python_versions_without_wheels_are_those_of_the_project_file() -> None:
    """An extra whose package cannot be installed must not fail what is installed with it: a marker leaves it out."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"][
        "optional-dependencies"
    ]
    marked = {
        extra: tuple(int(part) for part in found.group(1).split("."))
        for extra, lines in extras.items()
        for line in lines
        if (found := re.search(r"python_version < '([\d.]+)'", line))
    }
    assert marked == {
        name: extra.without_wheels for name, extra in packages.EXTRAS.items() if extra.without_wheels
    }
    assert marked == {"midi": midi.WITHOUT_WHEELS, "spout": spout.WITHOUT_WHEELS}


@pytest.mark.parametrize(("system", "needed"), [("Linux", "python-xlib"), ("Windows", "pynput")])
def test_a_distribution_of_another_system_is_not_missed(
    monkeypatch: pytest.MonkeyPatch, system: str, needed: str
) -> None:
    monkeypatch.setattr(packages, "EXTRAS", {"hotkeys": packages.EXTRAS["hotkeys"]})
    monkeypatch.setattr(packages.platform, "system", lambda: system)
    monkeypatch.setattr(packages, "is_importable", lambda module: module not in ("Xlib", "pynput"))
    [finding] = [finding for finding in packages.check_packages() if finding.state == "hint"]
    assert finding.text.endswith(f": {needed} missing")


def test_where_there_are_no_wheels_the_advice_is_another_python(monkeypatch: pytest.MonkeyPatch) -> None:
    extra = packages.Extra("nothing", {"absent": "no_such_module"}, without_wheels=(3, 1))
    monkeypatch.setattr(packages, "EXTRAS", {"extra": extra})
    [finding] = [finding for finding in packages.check_packages() if finding.state == "hint"]
    assert "no wheels for Python 3." in finding.text
    assert finding.advice == 'run Omote with Python 3.0 or older, then: pip install "omote[extra]"'


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
