"""Times every engine for `omote doctor --engines`, in at most 20 seconds, and recommends one.

for finding in check_engines(): ...

Each engine runs in a process of its own, because a broken driver can crash the process that uses it.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from omote.checks.engine_probe import EngineTime
from omote.checks.finding import Finding

TOPIC: Final = "Engines"
#: Engine -> seconds for all of it: loading included, 20 in all.
LIMITS_S: Final = {"head": 3.0, "retouch": 5.0, "tha": 4.0, "liveportrait": 4.0, "diffusion": 4.0}
#: Share of them in which it draws.
_DRAWS: Final = 0.3
#: The rate that a moving face needs, frames a second. LivePortrait needs less, because frames move its newest picture.
LEAST_FPS: Final = 25.0
LEAST_PICTURES: Final = 12.0
_ROOT: Final = Path(__file__).resolve().parents[2]


def check_engines() -> Iterator[Finding]:
    """Time each engine, one after the other; the last finding recommends one."""
    found = []
    for engine, limit_s in LIMITS_S.items():
        one = timed(engine, limit_s)
        found.append(one)
        yield as_finding(one, limit_s)
    yield recommendation(found)


def timed(engine: str, limit_s: float) -> EngineTime:
    """One engine in a process of its own, which is ended after `limit_s`; what it had told by then counts."""
    command = [sys.executable, "-m", "omote.checks.engine_probe", engine, str(_DRAWS * limit_s)]
    errors, code = "", 0
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=limit_s, check=False, cwd=_ROOT
        )
        told, errors, code = done.stdout, done.stderr.decode(errors="replace"), done.returncode
    except subprocess.TimeoutExpired as stopped:
        told = stopped.stdout or b""
        errors = f"no picture within {limit_s:g} s, loading included"
    except OSError as error:
        return EngineTime(engine, note=str(error))
    for line in reversed(told.splitlines()):
        try:
            return msgspec.json.decode(line, type=EngineTime)
        except msgspec.DecodeError:
            continue
    reason = (errors.strip().splitlines() or [f"ended with {code}"])[-1][:200]
    return EngineTime(engine, note=reason)


def as_finding(one: EngineTime, limit_s: float) -> Finding:
    """A time for people, or why there is none."""
    if one.frame_ms <= 0.0:
        text, separator, advice = one.note.partition("; ")
        return Finding(TOPIC, "hint", f"{one.engine}: not timed: {text}", advice if separator else "")
    text = (
        f"{one.engine}: {one.frame_ms:.1f} ms a frame, {1000 / one.frame_ms:.1f} a second, on {one.provider}"
    )
    notes = [one.note, "a trial: better and worse, for you to judge" if one.is_trial else ""]
    return Finding(TOPIC, "ok", "; ".join([text, *filter(None, notes)]))


def recommendation(found: Sequence[EngineTime]) -> Finding:
    """The best engine for a portrait that keeps its rate here, and what to do where none does.

    As `omote run` does by itself, it passes over an engine that is a trial.
    """
    rates = {one.engine: 1000.0 / one.frame_ms if one.frame_ms > 0.0 else 0.0 for one in found}
    if rates.get("liveportrait", 0.0) >= LEAST_PICTURES:
        text = "for a portrait: liveportrait"
        return Finding(
            TOPIC,
            "ok",
            text,
            "omote avatar make photo.jpg --engine liveportrait, then omote run --avatar NAME",
        )
    trials = {one.engine for one in found if one.is_trial}
    for engine in ("retouch", "head"):
        if engine not in trials and rates.get(engine, 0.0) >= LEAST_FPS:
            return Finding(TOPIC, "ok", f"for a portrait: {engine}", f"omote run --engine {engine}")
    if max(rates.get("retouch", 0.0), rates.get("head", 0.0)) <= 0.0:
        return Finding(
            TOPIC,
            "hint",
            "no engine for portraits could be timed",
            "close other programs and try again; omote doctor says what is missing",
        )
    return Finding(
        TOPIC,
        "hint",
        f"for a portrait: head, below {LEAST_FPS:g} frames a second at 512 pixels",
        "omote run --engine head --size 256, and a graphics driver if there is a graphics card",
    )
