"""The directory of a fleet: what it says of a face from its first sign of life to its end. Time is an argument."""

from __future__ import annotations

import pytest

from omote.fleet.directory import DRAIN_S, SILENT_S, WARM_FRAMES, Directory, Heard
from omote.fleet.face_host import FaceReport
from protocol.messages import Command, FaceStatus, Snapshot
from protocol.served_faces import FaceNameError, face_named


def report(port: int, frames: int = 100, failure: str = "", node: str = "a") -> FaceReport:
    face = FaceStatus(name="kofi", control_port=port, failure=failure, node=node)
    return FaceReport(face=face, snapshot=Snapshot(), frames=frames, restarts=0, pid=1)


@pytest.fixture
def directory() -> Directory:
    made = Directory()
    made.add("kofi", 1, 0.0)
    return made


def only(directory: Directory, now_s: float) -> FaceStatus:
    (face,) = directory.faces(now_s)
    return face


def test_a_face_is_named_where_it_was_last_heard(directory: Directory) -> None:
    assert only(directory, 0.1).failure == "it starts"
    assert directory.hear("kofi", 1, report(5570), 1.0) is Heard.CURRENT
    status = directory.answer(Command(name="status"), 1.1).status
    assert status is not None
    found = face_named("kofi", status)
    assert found is not None
    assert found.control_port == 5570


def test_a_face_that_is_not_heard_is_said_to_be_lost_until_it_is(directory: Directory) -> None:
    directory.hear("kofi", 1, report(5570), 1.0)
    assert only(directory, 1.0 + SILENT_S - 0.1).failure == ""
    assert "not heard for 4 s; Ray starts it again" in only(directory, 5.0).failure
    directory.trouble("kofi", "no node has room")
    assert "no node has room" in only(directory, 5.0).failure
    status = directory.answer(Command(name="status"), 5.0).status
    assert status is not None
    with pytest.raises(FaceNameError, match="no node has room"):
        face_named("kofi", status)
    directory.hear("kofi", 1, report(5580), 6.0)
    assert only(directory, 6.1) == report(5580).face


def test_a_move_is_told_when_the_new_one_draws_and_the_old_one_stays_a_while(directory: Directory) -> None:
    directory.hear("kofi", 1, report(5570), 1.0)
    assert directory.hear("kofi", 2, report(0, 0, "it starts"), 1.5) is Heard.COMING
    assert directory.hear("kofi", 2, report(5580, WARM_FRAMES - 1), 2.0) is Heard.COMING
    assert only(directory, 2.0).control_port == 5570
    assert directory.hear("kofi", 2, report(5580, WARM_FRAMES), 2.5) is Heard.WARM
    directory.switch("kofi", 2, 2.5)
    assert only(directory, 2.5).control_port == 5580
    assert directory.hear("kofi", 1, report(5570), 2.6) is Heard.LEAVING
    assert directory.hear("kofi", 1, report(5570), 2.5 + DRAIN_S) is Heard.UNWANTED
    assert only(directory, 2.7).control_port == 5580


def test_a_stopped_face_is_unwanted(directory: Directory) -> None:
    directory.remove("kofi")
    assert directory.hear("kofi", 1, report(5570), 1.0) is Heard.UNWANTED
    assert directory.faces(1.0) == []


def test_it_answers_like_a_runtime_and_takes_no_other_commands(directory: Directory) -> None:
    directory.add("mio", 1, 0.0)
    assert directory.answer(Command(name="ping", request_id="7"), 0.0).request_id == "7"
    status = directory.answer(Command(name="status", argument="mio"), 0.0).status
    assert status is not None
    assert [face.name for face in status.faces] == ["mio"]
    reply = directory.answer(Command(name="stop"), 0.0)
    assert not reply.ok
    assert "expected ping or status" in reply.message
