"""glFinish through ctypes: after it everything is drawn, and its absence is no error."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest

from runtime.engines.gl_context import create_context, release_context
from runtime.engines.gl_wait import find_finish


def test_after_finish_the_pixels_are_there() -> None:
    context = create_context()
    target = context.framebuffer([context.renderbuffer((8, 8), 4)])
    finish = find_finish()
    target.clear(0.0, 0.0, 1.0, 1.0)
    finish()
    assert (np.frombuffer(target.read(components=4), np.uint8).reshape(-1, 4) == (0, 0, 255, 255)).all()
    release_context(context)


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_a_missing_library_is_replaced_by_a_function_without_effect(
    monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    def fail(name: str) -> None:
        raise OSError(name)

    monkeypatch.setattr("sys.platform", platform)
    monkeypatch.setattr(ctypes, "CDLL", fail)
    assert find_finish()() is None
