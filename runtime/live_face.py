"""LiveFace: one face of the runtime: its messages, drivers, layers, avatar, publishers, pace and status.

It makes the parts of a frame; `runtime.loop` puts them in order, for one face or for several, and reads the clock.

    face.receive(now_s)
    face.compose()
    face.publish(face.render(now_s), render_time_ns, now_s)
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from face.motion import Motion
from protocol.messages import FaceStatus, Status
from runtime.avatars.shelf import Shelf
from runtime.avatars.slot import AvatarSlot
from runtime.command_handler import CommandHandler
from runtime.control.control import Control
from runtime.frame_pacer import FramePacer
from runtime.frames.frame import Frame
from runtime.intake.coalescing import MessageCoalescer
from runtime.intake.inbox import Inbox, Received
from runtime.layers.compose import compose, default_layers
from runtime.layers.emotion import EmotionLayer
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
#: Longest time step that a layer gets, for the first frame after the process was suspended.
MAX_STEP_S: Final = 0.25
#: Commands answered before the loop looks again whether the next frame is due.
COMMANDS_A_TURN: Final = 4


class LiveFace:
    """Belongs to the loop's thread.

    Args:
        inbox: the messages and commands that arrive.
        control: the drivers.
        slot: avatar and engine, already loaded.
        takes: records received messages and replays takes.
        publishers: where the frames go.
        clock: monotonic seconds, to time the stages, and for a status that is asked for.
        fps: wanted frames a second; 0 = no limit.
        layers: None = the default layers.
        performance: a built-in or own timeline of messages, played with the lowest priority.
        shelf: the avatars by name; None = `Shelf()`.
        name: by which it is addressed among several faces; "" = it is the only one.
        faces: the state of all faces, for the status; None = it is the only one.
        looks: what the command "look" can wear; None = nothing.
        notes: returns degraded states of parts that the face does not know, for the status.
        clock_ns: Unix nanoseconds, for when the values of such commands arrive.

    Attributes:
        name: as given.
        inbox, slot, publishers: as given.
        pacer: when its next frame may begin.
        timers: of its stages.
        received: the messages for the next frame that have been taken from the inbox.
        frames: how many it has made.
        failure: what ended it; None = it lives.
    """

    def __init__(
        self,
        *,
        inbox: Inbox,
        control: Control,
        slot: AvatarSlot,
        takes: TakeDesk,
        publishers: PublisherSet,
        clock: Callable[[], float],
        fps: float = 60.0,
        layers: list[Layer] | None = None,
        performance: Performance | None = None,
        shelf: Shelf | None = None,
        name: str = "",
        faces: Callable[[], list[FaceStatus]] | None = None,
        looks: LookShelf | None = None,
        notes: Callable[[], list[str]] = list,
        clock_ns: Callable[[], int] = time.time_ns,
    ) -> None:
        self.name = name
        self.inbox, self.slot, self.publishers = inbox, slot, publishers
        self.pacer = FramePacer(fps)
        self.timers = StageTimers(STAGES, clock)
        self.received: list[Received] = []
        self.frames = 0
        self._control = control
        self._takes = takes
        self._clock = clock
        self._layers = default_layers() if layers is None else layers
        self._performance = performance
        self._coalescer = MessageCoalescer()
        self._status_builder = StatusBuilder(
            inbox=inbox,
            control=control,
            slot=slot,
            takes=takes,
            publishers=publishers,
            timers=self.timers,
            target_fps=fps,
            faces=faces,
            notes=notes,
            emotion=next((layer for layer in self._layers if isinstance(layer, EmotionLayer)), None),
        )
        self._held = HeldValues(lambda message: inbox.offer(message, clock_ns()), control.release, looks)
        self._commands = CommandHandler(
            control,
            slot,
            takes,
            self.status,
            shelf,
            inbox.count_drop,
            self._held,
            what=f"the face {name}" if name else "",
        )
        self._motion = Motion.neutral()
        self._shown: list[Received] = []  # the messages of the frame that is being made
        self._started_s = self._last_frame_s = self._last_status_s = self._dt_s = 0.0
        self.failure: Exception | None = None

    @property
    def fps(self) -> float:
        """Frames a second, over the last second."""
        return self._status_builder.fps

    def start(self, now_s: float, *, status_after_s: float = STATUS_INTERVAL_S) -> None:
        """Note when the loop starts.

        Args:
            status_after_s: when the first status is published; faces take turns with it.
        """
        self._started_s = self._last_frame_s = now_s
        self._last_status_s = now_s + status_after_s - STATUS_INTERVAL_S
        self._status_builder.start(now_s)

    def status(self) -> Status:
        """The status now."""
        return self._status_builder.build(self._motion, self.frames, self._clock())

    # -- one frame, in this order ------------------------------------------------------------------

    def receive(self, now_s: float) -> None:
        """Take all messages that have arrived for this frame; advance the drivers."""
        self._dt_s = min(now_s - self._last_frame_s, MAX_STEP_S)
        self._last_frame_s = now_s
        received = self._shown = self.received + self.inbox.take()
        self.received = []
        self._coalescer.learn(received)
        self._takes.record(received)
        if self._performance is not None:
            self._control.update(self._performance.at(now_s - self._started_s), now_s)
        self._control.update(received, now_s)

    def compose(self) -> None:
        """Run the layers."""
        self._motion = compose(self._layers, self._motion, self._control, self._dt_s)

    def begin(self, now_s: float) -> None:
        """Begin to draw, where other faces are begun before `render`; see `RendererEngine.begin`."""
        self.slot.engine.begin(self._motion, now_s)

    def render(self, now_s: float) -> NDArray[np.uint8]:
        """Draw: (size, size, 4) uint8, overwritten by the next frame."""
        return self.slot.engine.render(self._motion, now_s)

    def publish(self, pixels: NDArray[np.uint8], render_time_ns: int, now_s: float) -> None:
        """Publish the frame.

        Args:
            render_time_ns: when it was drawn, Unix nanoseconds.
        """
        self.frames += 1
        frame = _frame_of(pixels, self._motion, self.frames, self._shown, render_time_ns)
        self.publishers.publish(frame, now_s)

    def measure_latency(self, now_s: float, now_ns: int) -> None:
        """Report the wait of the oldest message to the timers, and the newest one's arrival to the pacer.

        Args:
            now_s, now_ns: when the frame was published, on the loop's clock and in Unix nanoseconds.
        """
        if self._shown:
            oldest_ns = min(item.receive_time_ns for item in self._shown)
            newest_ns = max(item.receive_time_ns for item in self._shown)
            self.timers.add_latency((now_ns - oldest_ns) * 1e-6)
            self.pacer.message_arrived(now_s - (now_ns - newest_ns) * 1e-9)

    # -- between frames ----------------------------------------------------------------------------

    def take_early(self) -> None:
        """Take messages for the next frame, if none are there yet: it may begin with them."""
        if not self.received:
            self.received = self.inbox.take()

    def take_more(self) -> bool:
        """Take the other messages that drivers send together with those that are there; whether all have come."""
        if not self._coalescer.is_complete(self.received):
            self.received += self.inbox.take()
            return self._coalescer.is_complete(self.received)
        return True

    def answer_commands(self) -> bool:
        """Execute some of the waiting commands. True: this face is to stop."""
        is_over = False
        for pending in self.inbox.take_commands(COMMANDS_A_TURN):
            is_over |= self._commands.answer(pending)
        return is_over

    def publish_status(self, now_s: float) -> None:
        """Once a second, publish a Status, and renew what triggers hold."""
        if now_s - self._last_status_s >= STATUS_INTERVAL_S:
            self._held.renew()
            self._last_status_s = now_s
            self._status_builder.update_fps(self.frames, now_s)
            self.publishers.publish_status(self.status(), now_s)


def _frame_of(
    pixels: NDArray[np.uint8],
    motion: Motion,
    frame_id: int,
    received: Iterable[Received],
    render_time_ns: int,
) -> Frame:
    """The Frame with the times of the newest message in it; 0 where no message arrived for it."""
    newest = max(received, key=lambda item: item.receive_time_ns, default=None)
    return Frame(
        pixels=pixels,
        frame_id=frame_id,
        capture_time_ns=newest.message.capture_time_ns if newest else 0,
        receive_time_ns=newest.receive_time_ns if newest else 0,
        render_time_ns=render_time_ns,
        motion=motion.values,
    )
