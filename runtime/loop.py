"""The loop: makes one frame after the other, of one face or of several. The only file that reads the clock.

A frame is four stages, in `FrameLoop.draw`: receive, compose, render, publish. When it begins is `FramePacer`'s
decision, for each face: at a fixed rate without messages, else with the message. Messages that arrive until the frame's
first line are still taken into it, so that no message waits for a tick of the runtime's own.

The frames of all faces that are due are drawn together: their work is handed to the driver one after the other, and then
the finished pictures are published. Every due face gets one frame before any gets a second one; so where the machine is too
slow, all faces lose alike.

Errors:
- a message that cannot be parsed: the receiver counts and drops it; the last Motion stays;
- a publisher that fails: it is closed, named in the status, and opened again after growing pauses;
- an avatar that cannot be loaded: the reply to the command says why; the old avatar stays;
- an engine that cannot draw, and whatever else a face raises: that face ends, and the others go on; the failure of the last
  one is raised.
With `strict`, the failure of a publisher ends its face as well.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Final

from protocol.errors import OmoteError
from runtime.garbage_collector import GarbageCollector
from runtime.live_face import STATUS_INTERVAL_S, LiveFace

logger = logging.getLogger(__name__)

#: Longest single sleep, so that `stop` takes effect soon.
MAX_SLEEP_S: Final = 0.1
#: Longest wait for the other messages that a driver sends together with the first.
COALESCE_S: Final = 0.002


class FrameLoop:
    """Runs on the thread that made the engines. `stop` may be called by a signal handler or from any thread.

    Args:
        faces: at least one; their inboxes share their `arrived`.
        ended: is told that a face has ended before the others, by its `failure` or by command.
    """

    def __init__(
        self,
        faces: Sequence[LiveFace],
        ended: Callable[[LiveFace], None] = lambda face: None,
    ) -> None:
        self._faces = list(faces)
        self._ended = ended
        self._due: list[LiveFace] = []
        self._garbage = GarbageCollector()
        self._is_stopped = False

    def stop(self) -> None:
        """End `run` after the current frame; takes no lock."""
        self._is_stopped = True

    def run(self) -> None:
        """Make frames until `stop`, or until no face is left.

        Raises:
            RenderError: the engine of the last face cannot draw.
            PublishError: a publisher of the last face failed, and the publishers are strict.
        """
        started_s = time.perf_counter()
        for number, face in enumerate(self._faces, 1):
            face.start(started_s, status_after_s=STATUS_INTERVAL_S * number / len(self._faces))
        self._due[:] = self._faces
        self.draw(self._due, started_s)  # without a wait: the first frame warms caches and drivers up
        self._end_failed()
        self._garbage.start()
        try:
            while self._wait_for_frames():
                now_s = time.perf_counter()
                self.draw(self._due, now_s)
                for face in self._due:
                    self._maintain(face, now_s)
                self._end_failed()
                self._garbage.collect_if_worthwhile(self._pause_s())
        finally:
            self._garbage.stop()

    def draw(self, due: Sequence[LiveFace], now_s: float) -> None:
        """Make one frame of each face: receive, compose, render, publish. One that raises keeps it as its `failure`."""
        is_alone = len(due) == 1
        for face in due:
            timers = face.timers
            try:
                with timers.stage("receive"):
                    face.receive(now_s)
                with timers.stage("compose"):
                    face.compose()
                if not is_alone:
                    with timers.part("render"):
                        face.begin(now_s)
            except Exception as error:
                face.failure = error
        work_ms = 0.0
        for face in due:
            if face.failure is not None:
                continue
            timers = face.timers
            try:
                with timers.stage("render"):
                    pixels = face.render(now_s)
                with timers.stage("publish"):
                    face.publish(pixels, time.time_ns(), now_s)
            except Exception as error:
                face.failure = error
                continue
            work_ms += timers.frame_done()
            face.measure_latency(time.perf_counter(), time.time_ns())
        for face in due:
            if face.failure is None:
                face.slot.frame_took(
                    work_ms, now_s
                )  # they share the machine: each is told what all of them took

    def _maintain(self, face: LiveFace, now_s: float) -> None:
        """After a frame: the status, and a small piece of what is to be loaded."""
        if face.failure is None:
            try:
                face.publish_status(now_s)
                face.slot.step()
            except Exception as error:
                face.failure = error

    def _end_failed(self) -> None:
        """Take out the faces that raised.

        Raises:
            Exception: what the last face raised.
        """
        for face in self._due:
            if face.failure is not None:
                self._faces.remove(face)
                if not self._faces:
                    raise face.failure
                fault = (
                    None if isinstance(face.failure, OmoteError) else face.failure
                )  # of ours: with its place
                logger.error(
                    "the face %s ends, the others go on: %s", face.name, face.failure, exc_info=fault
                )
                self._ended(face)

    def _pause_s(self) -> float:
        """How long until the next frame of any face, as far as is known."""
        now_s = time.perf_counter()
        return min((face.pacer.wait_s(now_s, is_fresh=False) for face in self._faces), default=0.0)

    def _wait_for_frames(self) -> bool:
        """Sleep until a frame may begin, and answer commands meanwhile; `_due` are its faces. False: the loop ends."""
        due = self._due
        due.clear()
        # Without a pause between two turns, a face that waits for its driver would lose its turn to the others.
        is_busy = len(self._faces) > 1
        while not self._is_stopped:
            pause_s, is_waiting, stopped = MAX_SLEEP_S, False, None
            for face in self._faces:
                if face.answer_commands():
                    stopped = face
                    break  # the other faces' commands are answered in the next turn
                face.take_early()
                wait_s = face.pacer.wait_s(
                    time.perf_counter(), is_fresh=bool(face.received), is_patient=not is_busy
                )
                if wait_s <= 0.0:
                    due.append(face)
                pause_s = min(pause_s, wait_s)
                is_waiting = is_waiting or not face.received
            if stopped is not None:
                self._stop_face(stopped)
                due.clear()
                continue
            if due:
                time.sleep(0)  # at an unlimited rate only this releases the GIL for the receiver's thread
                now_s = time.perf_counter()
                for face in due:
                    face.pacer.frame_began(now_s, is_fresh=bool(face.received))
                self._coalesce()
                return not self._is_stopped
            is_busy = False
            if is_waiting:
                self._faces[0].inbox.wait(pause_s)
            else:
                time.sleep(pause_s)
        return False

    def _stop_face(self, face: LiveFace) -> None:
        """End a face by command; the loop ends with the last one."""
        if len(self._faces) == 1:
            self.stop()
            return
        self._faces.remove(face)
        self._ended(face)

    def _coalesce(self) -> None:
        """Wait a moment for the other layers that the drivers of the received messages usually send too."""
        until_s = time.perf_counter() + COALESCE_S
        while not all(face.take_more() for face in self._due):
            left_s = until_s - time.perf_counter()
            if left_s <= 0.0:
                return
            self._faces[0].inbox.wait(left_s)
