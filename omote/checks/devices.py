"""Checks for `omote doctor` whether installed extras can really be used: their libraries, drivers and devices.

for finding in check_devices(): ...

An installed Python package is not enough: `sounddevice` needs PortAudio, a virtual camera needs a driver.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from omote.checks.device_probe import PROBES, TOPIC, remedy
from omote.checks.finding import Finding
from omote.checks.packages import EXTRAS, is_importable

#: Loading MediaPipe and its model takes seconds on a slow machine.
PROBE_S: Final = 60.0
_ROOT: Final = Path(__file__).resolve().parents[2]


def check_devices() -> Iterator[Finding]:
    """Probe every installed extra that needs more than its packages; all at the same time."""
    wanted = [extra for extra in PROBES if all(map(is_importable, EXTRAS[extra].modules.values()))]
    running = {extra: _start(extra) for extra in wanted}
    for extra, process in running.items():
        yield _finding(extra, process)


def _start(extra: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "omote.checks.device_probe", extra],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        cwd=_ROOT,
    )


def _finding(extra: str, process: subprocess.Popen[str]) -> Finding:
    try:
        out, errors = process.communicate(timeout=PROBE_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return Finding(TOPIC, "hint", f"{extra}: no answer within {PROBE_S:g} s", remedy(extra))
    try:
        return msgspec.json.decode((out.strip().splitlines() or [""])[-1], type=Finding)
    except msgspec.DecodeError:
        reason = (errors.strip().splitlines() or [f"ended with {process.returncode}"])[-1][:200]
        return Finding(TOPIC, "hint", f"{extra}: its library crashes: {reason}", remedy(extra))
