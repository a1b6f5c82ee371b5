"""StatusBuilder: the state of the runtime as one Status. Built once a second, in the pause after a frame."""

from __future__ import annotations

from collections.abc import Callable

from face.motion import Motion
from protocol.messages import FaceStatus, Status
from runtime.avatars.slot import AvatarSlot
from runtime.control.control import Control
from runtime.intake.inbox import Inbox
from runtime.layers.emotion import EmotionLayer
from runtime.publishers.publisher_set import PublisherSet
from runtime.stage_timers import StageTimers
from runtime.takes.desk import TakeDesk


class StatusBuilder:
    """Collects the parts of a Status from the objects that own them. Belongs to the loop's thread.

    Attributes:
        fps: frames a second between the last two calls of `update_fps`.
    """

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
        faces: Callable[[], list[FaceStatus]] | None = None,
        notes: Callable[[], list[str]] = list,
        emotion: EmotionLayer | None = None,
    ) -> None:
        self._emotion = emotion
        self._notes = notes
        self._faces = faces or list
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
        self._counted_bytes = 0
        self.fps = self.sent_bytes_s = 0.0

    def start(self, now_s: float) -> None:
        """Note when the loop starts, for the uptime and the first frame rate."""
        self._started_s = self._counted_s = now_s

    def update_fps(self, frames: int, now_s: float) -> None:
        """Measure the frame rate, and what goes over the network, since the last call.

        Args:
            frames: number of frames since the start.
        """
        if now_s > self._counted_s:
            self.fps = (frames - self._counted_frames) / (now_s - self._counted_s)
            sent = self._publishers.sent_bytes()
            # a publisher that was opened again counts anew
            self.sent_bytes_s = max(0, sent - self._counted_bytes) / (now_s - self._counted_s)
            self._counted_bytes = sent
        self._counted_frames, self._counted_s = frames, now_s

    def build(self, motion: Motion, frames: int, now_s: float) -> Status:
        """The Status at `now_s`, after `frames` frames of which the last showed `motion`."""
        engine = self._slot.engine
        return Status(
            avatar=self._slot.avatar.name,
            engine=engine.name,
            provider=engine.provider,
            fps=round(self.fps, 2),
            target_fps=self._target_fps,
            size=self._slot.size,
            uptime_s=round(now_s - self._started_s, 3),
            frames=frames,
            stages=[*self._timers.report(), *engine.timings()],
            drivers=self._control.status(),
            dropped=self._inbox.dropped(),
            values=motion.values.tolist(),
            publishers=self._publishers.names,
            notes=[
                *self._slot.notes(),
                *self._publishers.notes(),
                *self._notes(),
                *self._inbox.drop_notes(),
            ],
            worn=self._slot.worn,
            publisher_states=self._publishers.states(),
            takes=self._takes.status(),
            background=self._slot.background.text or self._slot.avatar.background,
            rest=self._slot.rest,
            faces=self._faces(),
            tracked=[] if self._emotion is None else self._emotion.tracked.round(4).tolist(),
            filtered=[] if self._emotion is None else self._emotion.filtered.round(4).tolist(),
            sent_bytes_s=round(self.sent_bytes_s),
        )
