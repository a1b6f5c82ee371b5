"""The loop of a picture tracker: send every observation, and print a status line once a second.

run_tracking_loop(tracker, SourceSender(messages, link), link, say=print)
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bridge.sending.runtime_link import RuntimeLink
from bridge.sending.source_sender import SourceSender
from bridge.trackers.picture_tracker import PictureTracker, TrackedPicture
from protocol.messages import ControlMessage

REPORT_S: Final = 1.0


@dataclass(slots=True)
class TrackingCounts:
    """Counts of one run.

    Attributes:
        measured, dropped: pictures measured and pictures skipped since the last status line.
        track_ms: the sum of the measuring times since the last status line.
        pictures, faces: pictures measured and faces found since the start.
    """

    measured: int = 0
    dropped: int = 0
    track_ms: float = 0.0
    pictures: int = 0
    faces: int = 0

    def add(self, tracked: TrackedPicture) -> None:
        """Count one measurement."""
        self.measured += 1
        self.dropped += tracked.dropped
        self.track_ms += tracked.track_ms
        self.pictures += 1
        self.faces += tracked.is_face

    def begin_second(self) -> None:
        """Reset the counts of the last second."""
        self.measured = self.dropped = 0
        self.track_ms = 0.0


def run_tracking_loop(
    tracker: PictureTracker,
    sender: SourceSender,
    link: RuntimeLink,
    *,
    say: Callable[[str], None],
    watch: Callable[[TrackedPicture, tuple[ControlMessage, ...]], None] | None = None,
) -> TrackingCounts:
    """Send a tracker's observations until it ends.

    Args:
        sender: calibrates and sends them.
        link: the sender's link, for the status line.
        say: takes one line of text: once a second, and when the face is lost or found again.
        watch: is called with every measurement and the messages made of it; must return at once.

    Raises:
        BridgeError: the tracker's source failed.
    """
    counts = TrackingCounts()
    was_face: bool | None = None
    report_s = time.monotonic() + REPORT_S
    for tracked in tracker:
        counts.add(tracked)
        messages = sender.receive(
            tracked.observation,
            now_ns=time.monotonic_ns(),
            time_s=tracked.time_s,
            capture_time_ns=tracked.observation.receive_time_ns,
        )
        if watch is not None:
            watch(tracked, messages)

        # Say once when the face is lost or found again.
        if tracked.is_face != was_face:
            if not tracked.is_face:
                say(f"{tracked.observation.why_lost}: nothing is sent until a face is seen")
            elif was_face is False:
                say("face found")
            was_face = tracked.is_face

        now_s = time.monotonic()
        if now_s >= report_s:
            say(status_line(counts, now_s - report_s + REPORT_S, lost=sender.lost) + link.note)
            counts.begin_second()
            report_s = now_s + REPORT_S
    return counts


def status_line(counts: TrackingCounts, elapsed_s: float, *, lost: int) -> str:
    """The counts of the last second in one line.

    Args:
        elapsed_s: seconds since the last status line.
        lost: how often the face was lost since the start.
    """
    each_ms = counts.track_ms / max(counts.measured, 1)
    line = f"{counts.measured / elapsed_s:4.1f} fps tracked, {each_ms:4.1f} ms each"
    if counts.dropped:
        line += f", {counts.dropped} pictures skipped"
    if lost:
        line += f", face lost {lost} times" if lost > 1 else ", face lost once"
    return line
