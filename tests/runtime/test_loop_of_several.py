"""FrameLoop with several faces: who is drawn when, and what one that fails does to the others. Time is a test's clock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from face.motion import Motion
from protocol.messages import Command, ControlMessage, Reply
from runtime import loop as loop_module
from runtime.errors import RenderError
from runtime.frames.frame import Frame
from runtime.live_face import LiveFace
from runtime.loop import FrameLoop
from tests.runtime.loop_rig import Clock, ClockedInbox, Rig

FPS = 100.0


class Several:
    """Faces that share a loop; every frame of one takes `frame_s` of the clock."""

    def __init__(self, folder: Path, clock: Clock, count: int, frame_s: float) -> None:
        arrived = threading.Event()
        self.clock, self.ended = clock, list[LiveFace]()
        self.rigs = [
            Rig(folder / str(number), ClockedInbox(clock, arrived), FPS, name=f"face-{number}")
            for number in range(count)
        ]
        for rig in self.rigs:
            rig.slot.engine.render = self._slow(rig.slot.engine.render, frame_s)  # type: ignore[method-assign]
        self.loop = FrameLoop([rig.face for rig in self.rigs], self.ended.append)

    def _slow(
        self, render: Callable[[Motion, float], NDArray[np.uint8]], frame_s: float
    ) -> Callable[[Motion, float], NDArray[np.uint8]]:
        def slow(motion: Motion, now_s: float) -> NDArray[np.uint8]:
            self.clock.sleep(frame_s)
            return render(motion, now_s)

        return slow

    def run_for(self, seconds: float) -> list[int]:
        """How many frames each face got, without the extra one that warms up."""
        until_s = self.clock.now_s + seconds

        def stop(frame: Frame) -> None:
            if self.clock.now_s >= until_s:
                self.loop.stop()

        for rig in self.rigs:
            rig.recorder.each = stop
        self.loop.run()
        return [len(rig.recorder.frames) - 1 for rig in self.rigs]


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int, float], Several]]:
    clock, made = Clock(), list[Several]()
    monkeypatch.setattr(loop_module, "time", clock)

    def build(count: int, frame_s: float) -> Several:
        made.append(Several(tmp_path, clock, count, frame_s))
        return made[-1]

    yield build
    for several in made:
        for rig in several.rigs:
            rig.slot.close()


def test_each_face_gets_the_wanted_rate_where_there_is_time(make: Callable[[int, float], Several]) -> None:
    assert make(4, 0.001).run_for(2.0) == pytest.approx([200] * 4, abs=1)


@pytest.mark.parametrize("frame_s", [0.0026, 0.004, 0.02])
def test_every_face_loses_alike_where_the_machine_is_too_slow(
    make: Callable[[int, float], Several], frame_s: float
) -> None:
    counts = make(4, frame_s).run_for(4.0)
    assert max(counts) - min(counts) <= 1
    assert counts[0] == pytest.approx(1.0 / frame_s, rel=0.02)


def test_a_face_with_a_fast_driver_takes_no_frames_from_the_others(
    make: Callable[[int, float], Several],
) -> None:
    several = make(4, 0.005)
    flooded = several.rigs[0]

    def flood(rig: Rig) -> Callable[[Motion, float], NDArray[np.uint8]]:
        render = rig.slot.engine.render

        def rendered(motion: Motion, now_s: float) -> NDArray[np.uint8]:
            message = ControlMessage(layer="pose", source="fast", values={"yaw": 0.1})
            flooded.inbox.offer(message, several.clock.time_ns())
            return render(motion, now_s)

        return rendered

    for rig in several.rigs:  # a message for the first face after every frame of any
        rig.slot.engine.render = flood(rig)  # type: ignore[method-assign]
    counts = several.run_for(4.0)
    assert max(counts) - min(counts) <= 1


@pytest.mark.parametrize("frame_s", [0.003, 0.006, 0.02])
def test_drivers_of_any_phase_change_nothing_of_that(
    make: Callable[[int, float], Several], frame_s: float
) -> None:
    """Where there is time, a frame waits for a message that is expected soon; the others must not overtake it for that."""
    several = make(4, frame_s)
    clock, sent = several.clock, [0] * 4
    began_s = clock.now_s

    def send_all(frame: Frame) -> None:
        for number, rig in enumerate(several.rigs):
            while (
                at_s := began_s + 0.0023 * number + sent[number] * (0.0101 + 0.003 * number)
            ) <= clock.now_s:
                message = ControlMessage(layer="pose", source="webcam", values={"yaw": 0.1})
                rig.inbox.offer(message, 1_700_000_000_000_000_000 + round(at_s * 1e9))
                sent[number] += 1
        if clock.now_s >= began_s + 6.0:
            several.loop.stop()

    for rig in several.rigs:
        rig.recorder.each = send_all
    several.loop.run()
    counts = [len(rig.recorder.frames) for rig in several.rigs]
    assert max(counts) - min(counts) <= 2


def test_a_face_without_messages_does_not_wait_for_one_whose_driver_is_expected(
    make: Callable[[int, float], Several],
) -> None:
    several = make(2, 0.0)
    driven, idle = several.rigs
    message = ControlMessage(layer="pose", source="slow", values={"yaw": 0.1})
    render = idle.slot.engine.render

    def rendered(motion: Motion, now_s: float) -> NDArray[np.uint8]:
        if len(idle.times_s) % 2:
            driven.inbox.offer(message, several.clock.time_ns())
        return render(motion, now_s)

    idle.slot.engine.render = rendered  # type: ignore[method-assign]
    several.run_for(1.0)
    assert np.diff(idle.times_s)[1:] == pytest.approx(1 / FPS, abs=3e-3)
    assert len(idle.times_s) == pytest.approx(101, abs=1)


def test_an_engine_that_throws_takes_down_only_its_face(make: Callable[[int, float], Several]) -> None:
    several = make(3, 0.001)
    broken = several.rigs[1]

    def fail(motion: Motion, now_s: float) -> NDArray[np.uint8]:
        raise RenderError("the driver is gone")

    def break_at_10(frame: Frame) -> None:
        if frame.frame_id == 10:
            broken.slot.engine.render = fail  # type: ignore[method-assign]
        if frame.frame_id == 40:
            several.loop.stop()

    for rig in several.rigs:
        rig.recorder.each = break_at_10
    several.loop.run()
    assert [len(rig.recorder.frames) for rig in several.rigs] == [40, 9, 40]  # the first face's tenth
    assert [face.name for face in several.ended] == ["face-1"]
    assert str(several.ended[0].failure) == "the driver is gone"


def test_what_a_begun_frame_raises_costs_the_others_no_frame(make: Callable[[int, float], Several]) -> None:
    several = make(2, 0.001)

    def fail(motion: Motion, now_s: float) -> None:
        raise ValueError("a fault of ours")

    several.rigs[0].slot.engine.begin = fail  # type: ignore[method-assign]
    assert several.run_for(0.1) == [-1, pytest.approx(10, abs=1)]
    assert [face.name for face in several.ended] == ["face-0"]


def test_the_failure_of_the_last_face_is_raised(make: Callable[[int, float], Several]) -> None:
    several = make(2, 0.001)

    def fail(motion: Motion, now_s: float) -> NDArray[np.uint8]:
        raise RenderError("no memory")

    for rig in several.rigs:
        rig.slot.engine.render = fail  # type: ignore[method-assign]
    with pytest.raises(RenderError, match="no memory"):
        several.loop.run()
    assert [face.name for face in several.ended] == ["face-0"]


def test_stop_ends_one_face_and_the_loop_with_the_last(make: Callable[[int, float], Several]) -> None:
    several, replies = make(2, 0.001), list[Reply]()
    first, last = several.rigs

    def stop(frame: Frame) -> None:
        if frame.frame_id == 5:
            first.inbox.offer_command(Command(name="stop"), replies.append)
        if frame.frame_id == 30:
            last.inbox.offer_command(Command(name="stop"), replies.append)

    last.recorder.each = stop
    several.loop.run()
    assert [reply.message for reply in replies] == ["the face face-0 stops", "the face face-1 stops"]
    assert len(first.recorder.frames) == 5
    assert len(last.recorder.frames) == 30
    assert [face.name for face in several.ended] == ["face-0"]


def test_faces_that_are_stopped_in_the_same_moment_all_end(make: Callable[[int, float], Several]) -> None:
    several, replies = make(3, 0.001), list[Reply]()

    def stop(frame: Frame) -> None:
        if frame.frame_id == 5:
            for rig in several.rigs[:2]:
                rig.inbox.offer_command(Command(name="stop"), replies.append)
        if frame.frame_id == 30:
            several.loop.stop()

    several.rigs[2].recorder.each = stop
    several.loop.run()
    assert [reply.ok for reply in replies] == [True, True]
    assert [face.name for face in several.ended] == ["face-0", "face-1"]
    assert [len(rig.recorder.frames) for rig in several.rigs] == [5, 5, 30]
