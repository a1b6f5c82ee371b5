"""The loop: one whole frame, again and again; the only file that reads the clock.

When a frame begins (`FramePacer`): at a fixed rate as long as nobody sends. Once somebody does, with the
message: one that comes before its turn, by up to half a frame, begins the next one, and a frame whose turn has come waits
a moment for a message that is due. What arrived last is taken right before the frame. A tick of its own
would add half a frame, 8 ms at 60 fps, to every message. The rate stays within 5 % of the wanted one.

What goes wrong:
- a bad packet: counted by whoever parsed it, and dropped; the last motion stays;
- a publisher whose road is gone: closed, noted in the status, opened again with growing pauses;
- an avatar that cannot be loaded: the command's answer says so, the old one stays;
- an engine that cannot draw: the loop stops and raises RenderError.
Strict: a publisher's failure is raised as well.
"""

from __future__ import annotations

import time
from typing import Final

from face.motion import Motion
from protocol.messages import Status
from runtime.avatars.slot import AvatarSlot
from runtime.command_handler import CommandHandler
from runtime.control.control import Control
from runtime.frames.frame import Frame
from runtime.garbage_collector import GarbageCollector
from runtime.intake.coalescing import MessageCoalescer
from runtime.intake.inbox import Inbox, Received
from runtime.layers.compose import compose, default_layers
from runtime.layers.layer import Layer
from runtime.publishers.publisher_set import PublisherSet
from runtime.status import StatusBuilder
from runtime.takes.desk import TakeDesk
from runtime.takes.performance import Performance
from runtime.timing import FramePacer, StageTimers

STAGES: Final = ("receive", "compose", "render", "publish")
STATUS_S: Final = 1.0
#: Longest sleep in one piece, so that a stop is noticed; and the longest step a layer is told.
NAP_S: Final = 0.1
MAX_STEP_S: Final = 0.25
#: Longest wait, once a message has come, for those that its driver sends with it.
GATHER_S: Final = 0.002


class FrameLoop:
    """Runs on the thread that made the engine. `stop` may be called by a signal handler or any thread.

    Args:
        inbox: what arrives.
        control: the drivers.
        slot: avatar and engine, already loaded.
        takes: records what is received, and replays it.
        publishers: where frames go.
        fps: frames a second, 0 = as many as there can be.
        layers: None = the default ones.
        performance: plays to the control, beneath whoever has a higher priority.
    """

    def __init__(
        self,
        *,
        inbox: Inbox,
        control: Control,
        slot: AvatarSlot,
        takes: TakeDesk,
        publishers: PublisherSet,
        fps: float = 60.0,
        layers: list[Layer] | None = None,
        performance: Performance | None = None,
    ) -> None:
        self._inbox = inbox
        self._control = control
        self._slot = slot
        self._takes = takes
        self._publishers = publishers
        self._layers = default_layers() if layers is None else layers
        self._performance = performance
        self._pacer = FramePacer(fps)
        self._habits = MessageCoalescer()
        self._timers = StageTimers(STAGES, time.perf_counter)
        self._board = StatusBuilder(
            inbox=inbox,
            control=control,
            slot=slot,
            takes=takes,
            publishers=publishers,
            timers=self._timers,
            target_fps=fps,
        )
        self._desk = CommandHandler(control, slot, takes, self.status)
        self._garbage = GarbageCollector()
        self._motion = Motion.neutral()
        self._taken: list[Received] = []
        self._frames = 0
        self._started_s = self._last_s = time.perf_counter()
        self._is_stopped = False

    def stop(self) -> None:
        """End `run` after the frame it is in; takes no lock."""
        self._is_stopped = True

    def status(self) -> Status:
        """The status of this moment; from the loop's thread."""
        return self._board.build(self._motion, self._frames, time.perf_counter())

    def run(self) -> None:
        """Make frames until `stop`.

        Raises:
            RenderError: the engine cannot draw.
            PublishError: a publisher failed, and the roster is strict.
        """
        self._started_s = self._last_s = status_s = time.perf_counter()
        self._board.start(self._started_s)
        self._frame(time.perf_counter())  # the first one warms everything up
        self._garbage.start()
        try:
            while not self._is_stopped:
                self._wait()
                if self._is_stopped:
                    break
                now_s = time.perf_counter()
                self._frame(now_s)
                if now_s - status_s >= STATUS_S:
                    status_s = now_s
                    self._board.count(self._frames, now_s)
                    self._publishers.publish_status(self.status(), now_s)
                pause_s = self._pacer.wait_s(time.perf_counter(), is_fresh=False)
                self._garbage.collect_if_worth_it(pause_s)
        finally:
            self._garbage.stop()

    def _wait(self) -> None:
        """Answer commands, take early arrivals, and return when the next frame may begin."""
        while not self._is_stopped:
            for pending in self._inbox.take_commands():
                if self._desk.answer(pending):
                    self.stop()
            if not self._taken:
                self._taken = self._inbox.take()
            pause_s = self._pacer.wait_s(time.perf_counter(), is_fresh=bool(self._taken))
            if pause_s <= 0.0:
                time.sleep(0)  # without a rate nothing else lets the receiver's thread have Python's lock
                self._pacer.begin(time.perf_counter(), is_fresh=bool(self._taken))
                self._gather()
                return
            if self._taken:
                time.sleep(min(pause_s, NAP_S))
            else:
                self._inbox.wait(min(pause_s, NAP_S))

    def _gather(self) -> None:
        """Let the other layers of a driver catch up with the first."""
        until_s = time.perf_counter() + GATHER_S
        while not self._habits.is_complete(self._taken):
            left_s = until_s - time.perf_counter()
            if left_s <= 0.0:
                return
            self._inbox.wait(left_s)
            self._taken += self._inbox.take()

    def _frame(self, now_s: float) -> None:
        """One frame: receive, compose, render, publish."""
        timers, control = self._timers, self._control
        dt_s = min(now_s - self._last_s, MAX_STEP_S)
        self._last_s = now_s
        with timers.stage("receive"):
            received = self._taken + self._inbox.take()
            self._taken = []
            self._habits.learn(received)
            self._takes.tap(received)
            if self._performance is not None:
                control.update(self._performance.at(now_s - self._started_s), now_s)
            control.update(received, now_s)
        with timers.stage("compose"):
            motion = compose(self._layers, self._motion, control, dt_s)
        with timers.stage("render"):
            pixels = self._slot.engine.render(motion, now_s)
        with timers.stage("publish"):
            self._frames += 1
            oldest_ns, newest = _oldest_and_newest(received)
            frame = Frame(
                pixels=pixels,
                frame_id=self._frames,
                capture_time_ns=newest.message.capture_time_ns if newest else 0,
                receive_time_ns=newest.receive_time_ns if newest else 0,
                render_time_ns=time.time_ns(),
                motion=motion.values,
            )
            self._publishers.publish(frame, now_s)
        timers.frame_done()
        if newest is not None:
            # the one that waited longest counts
            ended_ns = time.time_ns()
            timers.add_latency((ended_ns - oldest_ns) * 1e-6)
            self._pacer.hear(time.perf_counter() - (ended_ns - newest.receive_time_ns) * 1e-9)


def _oldest_and_newest(received: list[Received]) -> tuple[int, Received | None]:
    """When the oldest message arrived, Unix ns, and the newest message."""
    if not received:
        return 0, None
    newest = max(received, key=lambda item: item.receive_time_ns)
    return min(item.receive_time_ns for item in received), newest
