"""FrameLoop alone: no sockets, the null engine, frames read from the memory publisher."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from protocol.channels import CHANNEL_INDEX
from protocol.messages import Command, ControlMessage, Reply
from runtime import loop as loop_module
from runtime.frames.frame import Frame
from runtime.intake.inbox import Inbox
from tests.runtime.loop_rig import Clock, ClockedInbox, Rig
from tests.waiting import returns

JAW = CHANNEL_INDEX["expression"]["jawOpen"]
FPS = 200.0


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(loop_module, "time", made)
    return made


@pytest.fixture
def rig(tmp_path: Path, clock: Clock) -> Iterator[Rig]:
    made = Rig(tmp_path, ClockedInbox(clock), FPS)
    yield made
    made.slot.close()


def jaw(value: float) -> ControlMessage:
    return ControlMessage(
        layer="expression", source="script", values={"jawOpen": value}, ttl_s=30.0, capture_time_ns=5
    )


def test_the_engine_gets_the_clock_s_time_at_the_wanted_rate(rig: Rig, clock: Clock) -> None:
    began_s = clock.now_s
    rig.run(rig.stop_at(40))
    # The first is an extra one without a wait, to warm up.
    assert rig.times_s[:2] == pytest.approx([began_s, began_s], abs=1e-4)
    assert np.diff(rig.times_s)[1:] == pytest.approx([1 / FPS] * 38, abs=1e-4)


def test_a_loop_that_was_suspended_goes_on_at_the_wanted_rate_and_makes_nothing_up(
    rig: Rig, clock: Clock
) -> None:
    def suspend_then_stop(frame: Frame) -> None:
        if frame.frame_id == 5:
            clock.sleep(3600.0)
        if frame.frame_id == 20:
            rig.loop.stop()

    rig.run(suspend_then_stop)
    assert rig.times_s[5] - rig.times_s[4] == pytest.approx(3600.0, abs=1e-3)
    assert np.diff(rig.times_s)[6:] == pytest.approx([1 / FPS] * 13, abs=1e-4)


def test_frames_are_numbered_and_hold_the_motion_that_was_drawn(rig: Rig) -> None:
    rig.run(rig.stop_at(5))
    assert [frame.frame_id for frame in rig.recorder.frames] == [1, 2, 3, 4, 5]
    assert all(frame.motion is not None and np.isfinite(frame.motion).all() for frame in rig.recorder.frames)


def test_a_frame_has_the_times_of_its_newest_message(rig: Rig, clock: Clock) -> None:
    sent_ns = 0

    def send_then_stop(frame: Frame) -> None:
        nonlocal sent_ns
        if frame.frame_id == 3:
            sent_ns = clock.time_ns()
            rig.inbox.offer(jaw(0.5), sent_ns)
        if frame.frame_id == 6:
            rig.loop.stop()

    rig.run(send_then_stop)
    times = [(frame.receive_time_ns, frame.capture_time_ns) for frame in rig.recorder.frames]
    assert times == [(0, 0)] * 3 + [(sent_ns, 5)] + [(0, 0)] * 2


def test_a_message_during_a_frame_is_in_the_next_one(rig: Rig, clock: Clock) -> None:
    """The driver's fade begins with the very next frame, so the one after it moves."""

    def send_then_stop(frame: Frame) -> None:
        if frame.frame_id == 3:
            rig.inbox.offer(jaw(1.0), clock.time_ns())
        if frame.frame_id == 80:
            rig.loop.stop()

    rig.run(send_then_stop)
    shown = [float(frame.motion[JAW]) for frame in rig.recorder.frames if frame.motion is not None]
    assert shown[:3] == [0.0, 0.0, 0.0]
    assert 0.0 <= shown[3] < shown[4] < shown[6] < shown[20] <= shown[-1] == pytest.approx(1.0)


def test_a_command_is_answered_between_frames_and_stop_ends_the_loop(rig: Rig) -> None:
    replies: list[Reply] = []

    def ask(frame: Frame) -> None:
        if frame.frame_id == 2:
            rig.inbox.offer_command(Command(name="status", request_id="a"), replies.append)
            rig.inbox.offer_command(Command(name="stop", request_id="b"), replies.append)

    rig.run(ask)
    assert [(reply.request_id, reply.ok) for reply in replies] == [("a", True), ("b", True)]
    assert replies[0].status is not None
    assert replies[0].status.frames == len(rig.recorder.frames) == 2


def test_stop_from_another_thread_ends_a_slow_loop_soon(tmp_path: Path) -> None:
    slow = Rig(tmp_path, Inbox(), fps=0.001)  # the third frame is 1000 s away

    def stop_soon(frame: Frame) -> None:
        threading.Timer(0.1, slow.loop.stop).start()

    returns(lambda: slow.run(stop_soon))
    assert len(slow.recorder.frames) <= 2  # the first is an extra one, to warm up
    slow.slot.close()
