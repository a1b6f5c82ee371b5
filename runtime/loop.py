"""The loop: makes one frame after the other. The only file that reads the clock.

A frame is four stages, in `FrameLoop._frame`: receive, compose, render, publish. When it begins is `FramePacer`'s
decision: at a fixed rate without messages, else with the message. Messages that arrive until the frame's first
line are still taken into it, so that no message waits for a tick of the runtime's own.

Errors:
- a message that cannot be parsed: the receiver counts and drops it; the last Motion stays;
- a publisher that fails: it is closed, named in the status, and opened again after growing pauses;
- an avatar that cannot be loaded: the reply to the command says why; the old avatar stays;
- an engine that cannot draw: the loop stops and raises RenderError.
With `strict`, the failure of a publisher is raised as well.
"""

from __future__ import annotations

import time
from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.motion import Motion
from protocol.messages import Status
from runtime.avatars.shelf import Shelf
from runtime.avatars.slot import AvatarSlot
from runtime.command_handler import CommandHandler
from runtime.control.control import Control
from runtime.frame_pacer import FramePacer
from runtime.frames.frame import Frame
from runtime.garbage_collector import GarbageCollector
from runtime.intake.coalescing import MessageCoalescer
from runtime.intake.inbox import Inbox, Received
from runtime.layers.compose import compose, default_layers
from runtime.layers.layer import Layer
from runtime.publishers.publisher_set import PublisherSet
from runtime.stage_timers import StageTimers
from runtime.status import StatusBuilder
from runtime.takes.desk import TakeDesk
from runtime.takes.performance import Performance
from runtime.triggers.held_values import HeldValues
from runtime.triggers.look_shelf import LookShelf

STAGES: Final = ("receive", "compose", "render", "publish")
STATUS_INTERVAL_S: Final = 1.0
#: Longest single sleep, so that `stop` takes effect soon.
MAX_SLEEP_S: Final = 0.1
#: Longest time step that a layer gets, for the first frame after the process was suspended.
MAX_STEP_S: Final = 0.25
#: Commands answered before the loop looks again whether the next frame is due.
COMMANDS_A_TURN: Final = 4
#: Longest wait for the other messages that a driver sends together with the first.
COALESCE_S: Final = 0.002


class FrameLoop:
    """Runs on the thread that made the engine. `stop` may be called by a signal handler or from any thread.

    Args:
        inbox: the messages and commands that arrive.
        control: the drivers.
        slot: avatar and engine, already loaded.
        takes: records received messages and replays takes.
        publishers: where the frames go.
        fps: wanted frames a second; 0 = no limit.
        layers: None = the default layers.
        performance: a built-in or own timeline of messages, played with the lowest priority.
        shelf: the avatars by name; None = `Shelf()`.
        looks: what the command "look" can wear; None = nothing.
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
        shelf: Shelf | None = None,
        looks: LookShelf | None = None,
    ) -> None:
        self._inbox = inbox
        self._control = control
        self._slot = slot
        self._takes = takes
        self._publishers = publishers
        self._layers = default_layers() if layers is None else layers
        self._performance = performance
        self._pacer = FramePacer(fps)
        self._coalescer = MessageCoalescer()
        self._timers = StageTimers(STAGES, time.perf_counter)
        self._status_builder = StatusBuilder(
            inbox=inbox,
            control=control,
            slot=slot,
            takes=takes,
            publishers=publishers,
            timers=self._timers,
            target_fps=fps,
        )
        self._held = HeldValues(lambda message: inbox.offer(message, time.time_ns()), control.release, looks)
        self._commands = CommandHandler(
            control, slot, takes, self.status, shelf, inbox.count_drop, self._held
        )
        self._garbage = GarbageCollector()
        self._motion = Motion.neutral()
        self._received: list[Received] = []  # for the next frame
        self._frames = 0
        self._started_s = self._last_frame_s = self._last_status_s = time.perf_counter()
        self._is_stopped = False

    def stop(self) -> None:
        """End `run` after the current frame; takes no lock."""
        self._is_stopped = True

    def status(self) -> Status:
        """The status now; from the loop's thread."""
        return self._status_builder.build(self._motion, self._frames, time.perf_counter())

    def run(self) -> None:
        """Make frames until `stop`.

        Raises:
            RenderError: the engine cannot draw.
            PublishError: a publisher failed, and the publishers are strict.
        """
        self._started_s = self._last_frame_s = self._last_status_s = time.perf_counter()
        self._status_builder.start(self._started_s)
        self._frame(self._started_s)  # without a wait: the first frame warms caches and drivers up
        self._garbage.start()
        try:
            while self._wait_for_frame():
                now_s = time.perf_counter()
                self._frame(now_s)
                self._publish_status(now_s)
                self._slot.step()
                pause_s = self._pacer.wait_s(time.perf_counter(), is_fresh=False)
                self._garbage.collect_if_worthwhile(pause_s)
        finally:
            self._garbage.stop()

    def _frame(self, now_s: float) -> None:
        """Make one frame: receive, compose, render, publish."""
        timers, control = self._timers, self._control
        dt_s = min(now_s - self._last_frame_s, MAX_STEP_S)
        self._last_frame_s = now_s
        with timers.stage("receive"):
            received = self._take_received()
            if self._performance is not None:
                control.update(self._performance.at(now_s - self._started_s), now_s)
            control.update(received, now_s)
        with timers.stage("compose"):
            motion = compose(self._layers, self._motion, control, dt_s)
        with timers.stage("render"):
            pixels = self._slot.engine.render(motion, now_s)
        with timers.stage("publish"):
            self._frames += 1
            frame = _frame_of(pixels, motion, self._frames, received)
            self._publishers.publish(frame, now_s)
        self._slot.frame_took(timers.frame_done(), now_s)
        if received:
            self._measure_latency(received)

    def _take_received(self) -> list[Received]:
        """All messages that have arrived for this frame."""
        received = self._received + self._inbox.take()
        self._received = []
        self._coalescer.learn(received)
        self._takes.record(received)
        return received

    def _measure_latency(self, received: list[Received]) -> None:
        """Report the wait of the oldest message to the timers, and the newest one's arrival to the pacer."""
        oldest_ns = min(item.receive_time_ns for item in received)
        newest_ns = max(item.receive_time_ns for item in received)
        now_ns = time.time_ns()
        self._timers.add_latency((now_ns - oldest_ns) * 1e-6)
        self._pacer.message_arrived(time.perf_counter() - (now_ns - newest_ns) * 1e-9)

    def _wait_for_frame(self) -> bool:
        """Sleep until the next frame may begin and answer commands meanwhile. False: the loop is stopped."""
        while not self._is_stopped:
            for pending in self._inbox.take_commands(COMMANDS_A_TURN):
                if self._commands.answer(pending):
                    self.stop()
            if not self._received:
                self._received = self._inbox.take()
            pause_s = self._pacer.wait_s(time.perf_counter(), is_fresh=bool(self._received))
            if pause_s <= 0.0:
                time.sleep(0)  # at an unlimited rate only this releases the GIL for the receiver's thread
                self._pacer.frame_began(time.perf_counter(), is_fresh=bool(self._received))
                self._coalesce()
                return not self._is_stopped
            if self._received:
                time.sleep(min(pause_s, MAX_SLEEP_S))
            else:
                self._inbox.wait(min(pause_s, MAX_SLEEP_S))
        return False

    def _coalesce(self) -> None:
        """Wait a moment for the other layers that the drivers of the received messages usually send too."""
        until_s = time.perf_counter() + COALESCE_S
        while not self._coalescer.is_complete(self._received):
            left_s = until_s - time.perf_counter()
            if left_s <= 0.0:
                return
            self._inbox.wait(left_s)
            self._received += self._inbox.take()

    def _publish_status(self, now_s: float) -> None:
        """Once a second, publish a Status, and renew what triggers hold."""
        if now_s - self._last_status_s >= STATUS_INTERVAL_S:
            self._held.renew()
            self._last_status_s = now_s
            self._status_builder.update_fps(self._frames, now_s)
            self._publishers.publish_status(self.status(), now_s)


def _frame_of(pixels: NDArray[np.uint8], motion: Motion, frame_id: int, received: list[Received]) -> Frame:
    """The Frame with the times of the newest message in it; 0 where no message arrived for it."""
    newest = max(received, key=lambda item: item.receive_time_ns, default=None)
    return Frame(
        pixels=pixels,
        frame_id=frame_id,
        capture_time_ns=newest.message.capture_time_ns if newest else 0,
        receive_time_ns=newest.receive_time_ns if newest else 0,
        render_time_ns=time.time_ns(),
        motion=motion.values,
    )
