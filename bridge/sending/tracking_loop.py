"""One session of a tracker: measurements in, messages out, and a word about it once a second.

run_tracking_loop(tracker, publisher, report=print)
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from bridge.sending.publisher import ControlPublisher
from bridge.trackers.picture_tracker import Tracked, Tracker

REPORT_S = 1.0


@dataclass(slots=True)
class TrackingCounts:
    """What happened since the last report, and in all.

    Attributes:
        measured, dropped, untaken: pictures measured, passed over, and found without a taker, this second.
        track_ms: the sum of what measuring took, this second.
        lost: how often the face was lost, since the start.
        frames, faces: pictures measured and faces found, since the start.
    """

    measured: int = 0
    dropped: int = 0
    untaken: int = 0
    track_ms: float = 0.0
    lost: int = 0
    frames: int = 0
    faces: int = 0

    def add(self, tracked: Tracked) -> None:
        """Count one measurement."""
        self.measured += 1
        self.dropped += tracked.dropped
        self.track_ms += tracked.track_ms
        self.frames += 1
        self.faces += tracked.is_face

    def begin_second(self) -> None:
        """Forget the last second."""
        self.measured = self.dropped = self.untaken = 0
        self.track_ms = 0.0


def run_tracking_loop(
    tracker: Tracker,
    publisher: ControlPublisher,
    *,
    report: Callable[[str], None],
    watch: Callable[[Tracked], None] | None = None,
) -> TrackingCounts:
    """Send a tracker's messages until it ends.

    Args:
        report: takes one line of text: once a second, when a face is lost or found again, and when the
            runtime goes or comes.
        watch: sees every measurement; must not wait for anything.

    Raises:
        BridgeError: the tracker's source is gone.
    """
    counts = TrackingCounts()
    was_face: bool | None = None
    is_alone = False  # nobody took anything for a second
    report_s = time.monotonic() + REPORT_S
    for tracked in tracker:
        counts.add(tracked)
        if watch is not None:
            watch(tracked)

        # Send, or let go.
        if tracked.is_face:
            is_taken = publisher.send(tracked.messages)
            counts.untaken += not is_taken
            if is_taken and is_alone:
                report(f"somebody listens at {publisher.address} now")
                is_alone = False
        else:
            publisher.forget()

        # Say once when the face goes or comes.
        if tracked.is_face != was_face:
            if not tracked.is_face:
                counts.lost += was_face is not None
                report("no face to be seen: nothing is sent until there is one")
            elif was_face is False:
                report("face found")
            was_face = tracked.is_face

        # Say once a second how it goes.
        now_s = time.monotonic()
        if now_s >= report_s:
            report(status_line(counts, now_s - report_s + REPORT_S, publisher.address))
            is_alone = counts.untaken == counts.measured
            counts.begin_second()
            report_s = now_s + REPORT_S
    return counts


def status_line(counts: TrackingCounts, elapsed_s: float, address: str) -> str:
    """One second in one line."""
    each_ms = counts.track_ms / max(counts.measured, 1)
    line = f"{counts.measured / elapsed_s:4.1f} fps tracked, {each_ms:4.1f} ms each"
    if counts.dropped:
        line += f", {counts.dropped} pictures passed over"
    if counts.lost:
        line += f", face lost {counts.lost} times" if counts.lost > 1 else ", face lost once"
    if counts.measured and counts.untaken == counts.measured:
        line += f"; nobody listens at {address} (start it with: omote run)"
    return line
