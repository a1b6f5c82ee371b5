"""OpenGL contexts: two on one thread, and the error where there is none."""

from __future__ import annotations

import moderngl
import numpy as np
import pytest

from runtime.engines.gl_context import create_context, make_current, release_context
from runtime.errors import RenderError


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


def test_without_a_driver_the_error_names_every_attempt_and_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError("no display")

    monkeypatch.setattr(moderngl, "create_standalone_context", fail)
    with pytest.raises(RenderError, match=r"native: no display.*install.*omote doctor"):
        create_context()
