from __future__ import annotations

import numpy as np

from omote.readers.frame_statistics import FrameStatistics
from omote.readers.reader import ReceivedFrame


def received(
    frame_id: int | None, session: int = 1, late_ms: float = 2.0, rendered: int = 10**9
) -> ReceivedFrame:
    return ReceivedFrame(
        pixels=np.zeros((3, 5, 4), np.uint8),
        frame_id=frame_id,
        session_id=session,
        capture_time_ns=0,
        receive_time_ns=0,
        render_time_ns=rendered,
        arrived_time_ns=rendered + round(late_ms * 1e6),
    )


def test_gaps_in_a_session_are_losses_and_a_new_session_is_not() -> None:
    statistics = FrameStatistics()
    for frame_id, session in ((5, 1), (6, 1), (9, 1), (1, 2), (3, 2)):
        statistics.add(received(frame_id, session))
    report = statistics.report(2.0)
    assert (report.frames, report.fps, report.lost) == (5, 2.5, 3)
    assert (report.width, report.height) == (5, 3)
    statistics.add(received(5, 2))  # a loss between two reports belongs to the second
    assert statistics.report(1.0).lost == 1


def test_latency_runs_from_rendering_to_arrival() -> None:
    statistics = FrameStatistics()
    for late in range(1, 102):
        statistics.add(received(late, late_ms=float(late)))
    assert statistics.report(1.0).latency_ms == (51.0, 96.0, 100.0)
    assert statistics.report(1.0).latency_ms is None


def test_without_ids_or_times_losses_and_latency_are_unknown() -> None:
    statistics = FrameStatistics()
    statistics.add(received(None, rendered=0))
    report = statistics.report(1.0)
    assert (report.lost, report.latency_ms, report.frames) == (None, None, 1)
