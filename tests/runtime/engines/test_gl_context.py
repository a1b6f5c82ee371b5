"""OpenGL contexts: two on one thread, and the error where there is none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import moderngl
import numpy as np
import pytest

from runtime.engines.gl_context import create_context, make_current, release_context
from runtime.errors import RenderError

ROOT = Path(__file__).resolve().parents[3]


def test_two_contexts_draw_in_turn() -> None:
    contexts = [create_context() for _ in range(2)]
    targets = []
    for context, colour in zip(contexts, [(1.0, 0.0, 0.0, 1.0), (0.0, 1.0, 0.0, 1.0)], strict=True):
        make_current(context)
        targets.append(context.framebuffer([context.renderbuffer((1, 1), 4)]))
        targets[-1].clear(*colour)
    read = []
    for context, target in zip(contexts, targets, strict=True):
        make_current(context)
        read.append(np.frombuffer(target.read(components=4), np.uint8).tolist())
    assert read == [[255, 0, 0, 255], [0, 255, 0, 255]]
    for context in contexts:
        release_context(context)


@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0,
    reason="threads of a lower priority, and a right to raise it",
)
def test_no_thread_of_a_driver_keeps_a_killed_process_by_its_low_priority() -> None:
    """In a process of its own: of the driver's threads of this one some are older."""
    code = (
        "import os; from runtime.engines.gl_context import create_context; create_context(); "
        "print({os.getpriority(os.PRIO_PROCESS, int(one)) - os.nice(0) for one in os.listdir('/proc/self/task')})"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert said.stdout.strip() == "{0}"


def test_without_a_driver_the_error_names_every_attempt_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError("no display")

    monkeypatch.setattr(moderngl, "create_standalone_context", fail)
    with pytest.raises(RenderError, match=r"native: no display.*install.*omote doctor"):
        create_context()
