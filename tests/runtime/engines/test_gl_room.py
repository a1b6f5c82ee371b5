"""GlRoom: one context for several head engines, and what is left in it when one of them closes."""

from __future__ import annotations

import moderngl
import numpy as np
import pytest

from face.avatar import load_avatar
from runtime.avatars.builtin import builtin_avatars
from runtime.engines.gl_room import GlRoom
from runtime.engines.head import HeadEngine
from tests.motions import motion

SIZE = 96
AVATAR = load_avatar(builtin_avatars()["kofi"])


def test_engines_of_a_room_share_context_and_programs() -> None:
    room = GlRoom()
    first, second, own = HeadEngine(SIZE, room=room), HeadEngine(SIZE, room=room), HeadEngine(SIZE)
    assert first.gl is second.gl
    assert first.gl is not own.gl
    for engine in (first, second, own):
        engine.close()


def test_an_engine_that_closes_leaves_the_others_drawing_and_gives_its_memory_back() -> None:
    room = GlRoom()
    first = HeadEngine(SIZE, room=room)
    first.set_avatar(AVATAR)
    before = first.render(motion(pose_yaw=0.2), 0.0).copy()
    with pytest.MonkeyPatch.context() as patch:
        made = recorded(patch)
        second = HeadEngine(SIZE, room=room)
        second.set_avatar(AVATAR)
        second.render(motion(pose_yaw=-0.2), 0.0)
    assert len(made) > 20
    second.close()
    second.close()
    kept = [one for one in made if not isinstance(one.mglo, moderngl.InvalidObject)]
    assert kept == []
    assert np.array_equal(first.render(motion(pose_yaw=0.2), 0.0), before)
    first.close()


def test_a_room_whose_last_engine_closed_opens_again() -> None:
    room = GlRoom()
    for _ in range(2):
        engine = HeadEngine(SIZE, room=room)
        engine.set_avatar(AVATAR)
        assert engine.render(motion(), 0.0)[..., 3].all()
        engine.close()


def test_frames_that_are_begun_together_are_those_that_are_drawn_one_after_the_other() -> None:
    room = GlRoom()
    engines = [HeadEngine(SIZE, room=room) for _ in range(2)]
    motions = [motion(pose_yaw=0.3), motion(expression_jawOpen=0.7)]
    for engine in engines:
        engine.set_avatar(AVATAR)
    alone = [engine.render(one, 0.0).copy() for engine, one in zip(engines, motions, strict=True)]
    for engine, one in zip(engines, motions, strict=True):
        engine.begin(one, 0.1)
    together = [engine.render(one, 0.1).copy() for engine, one in zip(engines, motions, strict=True)]
    assert not np.array_equal(alone[0], alone[1])
    assert np.array_equal(alone, together)
    for engine in engines:
        engine.close()


def test_a_begun_frame_is_read_from_its_own_context() -> None:
    """An engine with a context of its own, such as one with networks, draws between `begin` and `render`."""
    engine, other = HeadEngine(SIZE, room=GlRoom()), HeadEngine(SIZE)
    engine.set_avatar(AVATAR)
    other.set_avatar(AVATAR)
    alone = engine.render(motion(pose_yaw=0.3), 0.0).copy()
    engine.begin(motion(pose_yaw=0.3), 0.1)
    other.render(motion(expression_jawOpen=0.7), 0.1)
    assert np.array_equal(engine.render(motion(), 0.1), alone)
    engine.close()
    other.close()


def recorded(patch: pytest.MonkeyPatch) -> list[moderngl.Texture]:
    """Every object that is made in a context from now on."""
    made: list[moderngl.Texture] = []
    for name in (
        "texture",
        "buffer",
        "framebuffer",
        "renderbuffer",
        "depth_renderbuffer",
        "vertex_array",
        "program",
    ):
        make = getattr(moderngl.Context, name)

        def record(self: moderngl.Context, *args: object, _make=make, **kwargs: object):  # type: ignore[no-untyped-def]
            made.append(_make(self, *args, **kwargs))
            return made[-1]

        patch.setattr(moderngl.Context, name, record)
    return made
