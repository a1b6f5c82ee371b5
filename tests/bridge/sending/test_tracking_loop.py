from __future__ import annotations

from collections.abc import Iterator

from bridge.sending.publisher import ControlPublisher
from bridge.sending.tracking_loop import TrackingCounts, run_tracking_loop, status_line
from bridge.trackers.picture_tracker import Tracked
from protocol.messages import ControlMessage
from tests.ports import free_ports

MESSAGE = ControlMessage(layer="pose", source="row", values={"yaw": 0.1})


class Row:
    """A tracker that yields a given row of measurements."""

    source = "row"

    def __init__(self, faces: str) -> None:
        self._faces = faces

    def __iter__(self) -> Iterator[Tracked]:
        for face in self._faces:
            is_face = face == "f"
            yield Tracked(messages=(MESSAGE,) if is_face else (), is_face=is_face, track_ms=1.0)

    def close(self) -> None:
        """Holds nothing."""


def said(faces: str) -> tuple[list[str], TrackingCounts]:
    address = f"tcp://127.0.0.1:{free_ports(1)[0]}"
    lines: list[str] = []
    with ControlPublisher(address) as publisher:
        counts = run_tracking_loop(Row(faces), publisher, report=lines.append)
    return lines, counts


def test_lost_face_is_said_once_and_its_return_too() -> None:
    lines, counts = said("fff......ffff..f")
    assert [("no face" in line, line == "face found") for line in lines] == [
        (True, False),
        (False, True),
        (True, False),
        (False, True),
    ]
    assert (counts.frames, counts.faces, counts.lost) == (16, 8, 2)


def test_face_that_is_there_from_the_start_needs_no_word() -> None:
    assert said("ffff")[0] == []


def test_status_line_names_who_is_missing() -> None:
    counts = TrackingCounts(measured=30, untaken=30, track_ms=300.0, dropped=2, lost=1)
    line = status_line(counts, 1.0, "tcp://127.0.0.1:5570")
    assert line == (
        "30.0 fps tracked, 10.0 ms each, 2 pictures passed over, face lost once; "
        "nobody listens at tcp://127.0.0.1:5570 (start it with: omote run)"
    )
    assert "nobody" not in status_line(TrackingCounts(measured=30, untaken=3), 1.0, "tcp://x")
