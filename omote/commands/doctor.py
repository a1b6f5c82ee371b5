"""omote doctor: what is installed, what is missing, and what to do about it.

    omote doctor
    omote doctor --json

Exit status 1 only when `omote run` could not work as it is.
"""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Final

import msgspec

from omote.checkup import Finding, check_everything

_MARKS: Final = {"ok": "  ok     ", "hint": "  hint   ", "problem": "  PROBLEM"}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `omote doctor` to the command line."""
    parser = subparsers.add_parser(
        "doctor",
        help="what is installed, what is missing, and what to do",
        description="Look at Python packages, OpenGL, ports, models and the built-in avatar. "
        "Exits with 1 only when `omote run` could not work.",
    )
    parser.add_argument("--json", action="store_true", help="one JSON list of findings, for scripts")


def run(args: argparse.Namespace) -> int:
    """Look and tell; returns the exit status."""
    findings = check_everything()
    if args.json:
        print(msgspec.json.encode([asdict(finding) for finding in findings]).decode())
    else:
        print(report(findings))
    return int(any(finding.state == "problem" for finding in findings))


def report(findings: list[Finding]) -> str:
    """The findings by topic, for people; each with what to do beneath."""
    lines: list[str] = []
    topic = ""
    for finding in findings:
        if finding.topic != topic:
            topic = finding.topic
            lines += ["", topic]
        lines.append(f"{_MARKS[finding.state]}  {finding.text}")
        if finding.advice:
            lines.append(f"{'':11}-> {finding.advice}")
    problems = sum(finding.state == "problem" for finding in findings)
    hints = sum(finding.state == "hint" for finding in findings)
    lines.append("")
    if problems:
        lines.append(f"{problems} in the way of omote run; {hints} that more features would need.")
    else:
        lines.append(f"omote run can work; {hints} that more features would need.")
    return "\n".join(lines[1:])
