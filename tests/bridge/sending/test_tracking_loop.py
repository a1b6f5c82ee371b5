from __future__ import annotations

from collections.abc import Iterator

from bridge.calibration.profile import load_profile
from bridge.observation import Observation
from bridge.sending.publisher import ControlPublisher
from bridge.sending.runtime_link import RuntimeLink
from bridge.sending.source_messages import SourceMessages
from bridge.sending.source_sender import SourceSender
from bridge.sending.tracking_loop import TrackingCounts, run_tracking_loop, status_line
from bridge.trackers.picture_tracker import TrackedPicture
from protocol.messages import ControlMessage
from tests.ports import free_ports


class ScriptedTracker:
    """A tracker of a given row of pictures: f = a face, anything else = none."""

    source = "scripted"
    ttl_s = 0.4

    def __init__(self, faces: str) -> None:
        self._faces = faces

    def __iter__(self) -> Iterator[TrackedPicture]:
        for number, letter in enumerate(self._faces):
            observation = Observation(
                "scripted",
                is_face=letter == "f",
                pose={"yaw": 0.1},
                receive_time_ns=1000 + number,
                why_lost="the camera repeats one picture",
            )
            yield TrackedPicture(observation, time_s=number / 30, track_ms=1.0)

    def close(self) -> None:
        """Holds nothing."""


def run(faces: str) -> tuple[list[str], TrackingCounts, list[tuple[ControlMessage, ...]], int]:
    """The lines, the counts, the messages of each picture and how often the face was lost."""
    address = f"tcp://127.0.0.1:{free_ports(1)[0]}"
    lines: list[str] = []
    watched: list[tuple[ControlMessage, ...]] = []
    with ControlPublisher(address) as publisher:
        link = RuntimeLink(publisher, say=lines.append)
        sender = SourceSender(SourceMessages(load_profile(tracker="vmc"), source="scripted"), link)
        counts = run_tracking_loop(
            ScriptedTracker(faces),
            sender,
            link,
            say=lines.append,
            watch=lambda tracked, messages: watched.append(messages),
        )
    return lines, counts, watched, sender.lost


def test_lost_face_is_said_once_and_its_return_too() -> None:
    lines, counts, _, lost = run("fff......ffff..f")
    lost_line = "the camera repeats one picture: nothing is sent until a face is seen"
    assert lines == [lost_line, "face found"] * 2
    assert (counts.pictures, counts.faces, lost) == (16, 8, 2)


def test_nothing_is_said_while_the_face_stays() -> None:
    assert run("ffff")[0] == []


def test_watcher_gets_the_messages_of_every_picture_and_none_without_a_face() -> None:
    watched = run("f.f")[2]
    assert [len(messages) for messages in watched] == [1, 0, 1]
    assert [messages[0].capture_time_ns for messages in watched if messages] == [1000, 1002]
    assert [messages[0].layer for messages in watched if messages] == ["pose", "pose"]


def test_status_line_has_the_rate_the_drops_and_the_losses() -> None:
    counts = TrackingCounts(measured=30, track_ms=300.0, dropped=2)
    assert status_line(counts, 1.0, lost=1) == (
        "30.0 fps tracked, 10.0 ms each, 2 pictures skipped, face lost once"
    )
    assert status_line(counts, 2.0, lost=0).startswith("15.0 fps")
    assert "lost" not in status_line(counts, 1.0, lost=0)
