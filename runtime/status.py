"""StatusBuilder: what the runtime is doing, as one Status. Built in the pause after a frame, once a second."""

from __future__ import annotations

from face.motion import Motion
from protocol.messages import Status
from runtime.avatars.slot import AvatarSlot
from runtime.control.control import Control
from runtime.intake.inbox import Inbox
from runtime.publishers.publisher_set import PublisherSet
from runtime.takes.desk import TakeDesk
from runtime.timing import StageTimers


class StatusBuilder:
    """Knows where every number of the Status is found. Belongs to the loop's thread."""

    def __init__(
        self,
        *,
        inbox: Inbox,
        control: Control,
        slot: AvatarSlot,
        takes: TakeDesk,
        publishers: PublisherSet,
        timers: StageTimers,
        target_fps: float,
    ) -> None:
        self._inbox = inbox
        self._control = control
        self._slot = slot
        self._takes = takes
        self._publishers = publishers
        self._timers = timers
        self._target_fps = target_fps
        self._started_s = 0.0
        self._counted_s = 0.0
        self._counted_frames = 0
        self._fps = 0.0

    def start(self, now_s: float) -> None:
        """The loop begins."""
        self._started_s = self._counted_s = now_s

    def count(self, frames: int, now_s: float) -> None:
        """Once a second: how many frames there are since the start."""
        if now_s > self._counted_s:
            self._fps = (frames - self._counted_frames) / (now_s - self._counted_s)
        self._counted_frames, self._counted_s = frames, now_s

    def build(self, motion: Motion, frames: int, now_s: float) -> Status:
        """A Status of this moment."""
        engine = self._slot.engine
        return Status(
            avatar=self._slot.avatar.name,
            engine=engine.name,
            provider=engine.provider,
            fps=round(self._fps, 2),
            target_fps=self._target_fps,
            size=self._slot.size,
            uptime_s=round(now_s - self._started_s, 3),
            frames=frames,
            stages=self._timers.report(),
            drivers=self._control.status(),
            dropped=self._inbox.dropped(),
            values=motion.values.tolist(),
            publishers=self._publishers.names,
            notes=[*self._publishers.notes(), *self._inbox.drop_notes()],
            worn=self._slot.worn,
            publisher_states=self._publishers.states(),
            takes=self._takes.status(),
        )
