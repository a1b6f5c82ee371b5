"""`omote doctor`: what is installed, what is missing, and what to do about it.

    omote doctor
    omote doctor --json
    omote doctor --engines     # times each engine here, at most 20 s, and recommends one

The exit status is 1 only when `omote run` could not work.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Final

from omote.checks.devices import check_devices
from omote.checks.engine_times import check_engines
from omote.checks.files import check_builtin_avatars, check_landmarker
from omote.checks.finding import Finding
from omote.checks.graphics import check_opengl, check_providers
from omote.checks.packages import check_packages, check_python
from omote.checks.ports import check_ports
from terminal.json_line import json_line

#: In the order in which they are shown. A check never raises, and installs, downloads or changes nothing.
CHECKS: Final[tuple[Callable[[], Iterator[Finding]], ...]] = (
    check_python,
    check_packages,
    check_devices,
    check_opengl,
    check_providers,
    check_ports,
    check_landmarker,
    check_builtin_avatars,
)

_MARKS: Final = {"ok": "  ok     ", "hint": "  hint   ", "problem": "  PROBLEM"}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `omote doctor` to the command line."""
    parser = subparsers.add_parser(
        "doctor",
        help="what is installed, what is missing, and what to do",
        description="Check Python packages, devices, OpenGL, ports, models and the built-in avatars. "
        "Exits with 1 only when `omote run` could not work.",
    )
    parser.add_argument(
        "--engines",
        action="store_true",
        help="only time each engine on this machine, in at most 20 seconds, and recommend one",
    )
    parser.add_argument("--json", action="store_true", help="one JSON list of findings, for scripts")


def run(args: argparse.Namespace) -> int:
    """Run the checks and print the findings; returns the exit status."""
    checks = (check_engines,) if args.engines else CHECKS
    findings = [finding for check in checks for finding in check()]
    if args.json:
        print(json_line([asdict(finding) for finding in findings]))
    else:
        print(report(findings, is_whole=not args.engines))
    return int(any(finding.state == "problem" for finding in findings))


def report(findings: list[Finding], *, is_whole: bool = True) -> str:
    """Format the findings by topic, each with its advice below.

    Args:
        is_whole: whether everything was checked, so that the last line may say whether `omote run` can work.
    """
    lines: list[str] = []
    topic = ""
    for finding in findings:
        if finding.topic != topic:
            topic = finding.topic
            lines += ["", topic]
        lines.append(f"{_MARKS[finding.state]}  {finding.text}")
        if finding.advice:
            lines.append(f"{'':11}-> {finding.advice}")
    if not is_whole:
        return "\n".join(lines[1:])
    problems = sum(finding.state == "problem" for finding in findings)
    hints = sum(finding.state == "hint" for finding in findings)
    lines.append("")
    if problems:
        lines.append(
            f"omote run cannot work: {problems} to repair; {hints} more to look at for more features."
        )
    else:
        lines.append(f"omote run can work; {hints} to look at for more features.")
    return "\n".join(lines[1:])
