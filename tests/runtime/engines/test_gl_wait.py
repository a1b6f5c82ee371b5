"""Waiting for OpenGL through ctypes: after it what was handed over is drawn, and its absence is no error."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest

from runtime.engines.gl_context import create_context, release_context
from runtime.engines.gl_wait import DrawnMark, find_finish


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
    mark = DrawnMark()
    mark.set()
    mark.wait()


def test_what_was_drawn_before_a_mark_is_there_while_more_is_drawn() -> None:
    context = create_context()
    first, second = (context.texture((64, 64), 4) for _ in range(2))
    targets = [context.framebuffer([texture]) for texture in (first, second)]
    mark = DrawnMark()
    for value in (0.2, 0.6, 1.0):
        targets[0].clear(value, 0.0, 0.0, 1.0)
        mark.set()
        targets[1].clear(0.0, 0.0, value, 1.0)
        mark.wait()
        assert np.frombuffer(first.read(), np.uint8)[0] == round(value * 255)
    mark.wait()  # none is set: everything is waited for
    assert np.frombuffer(second.read(), np.uint8)[2] == 255
    release_context(context)
