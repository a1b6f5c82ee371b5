"""Recording and replaying with real files and threads; what comes out is compared with what went in."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from protocol.codec import MIN_TTL_S
from protocol.messages import Command, ControlMessage, Reply
from protocol.take import TakeReader, TakeWriter
from runtime.control.control import Control
from runtime.errors import TakeCommandError
from runtime.intake.inbox import Inbox, Received
from runtime.takes.desk import MAX_WAITING, TakeDesk
from runtime.takes.folder import TakeFolder
from tests.waiting import until


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def desk(tmp_path: Path, inbox: Inbox) -> Iterator[TakeDesk]:
    desk = TakeDesk(TakeFolder(tmp_path), inbox)
    yield desk
    desk.close()


def do(desk: TakeDesk, name: str, argument: str = "") -> str:
    reply = desk.do(Command(name=name, argument=argument))  # type: ignore[arg-type]
    assert reply.ok
    return reply.message


def pose(yaw: float, source: str = "webcam", **others: float) -> ControlMessage:
    return ControlMessage(layer="pose", source=source, values={"yaw": yaw, **others}, ttl_s=30.0)


def write_take(path: Path, messages: list[tuple[float, ControlMessage]]) -> None:
    with TakeWriter(path) as take:
        for time_s, message in messages:
            take.write(message, 1_000_000_000_000 + round(time_s * 1e9))


def test_received_messages_are_in_the_file_with_their_times(desk: TakeDesk, tmp_path: Path) -> None:
    desk.record([Received(pose(9.0), 1)])  # before any recording: ignored
    assert "'hello'" in do(desk, "record_start", "hello")
    sent = [Received(pose(number / 100), 5_000_000_000 + number * 16_000_000) for number in range(50)]
    for item in sent:
        desk.record([item])
    assert (desk.status().recording, desk.status().recorded) == ("hello", 50)
    assert "50 messages" in do(desk, "record_stop")
    with TakeReader(tmp_path / "hello.mcap") as take:
        assert [(at, message) for at, message in take] == [(i.receive_time_ns, i.message) for i in sent]
        assert take.is_whole
    assert desk.do(Command(name="list_takes")).names == ["hello"]


def test_a_replay_gives_the_same_values_in_the_same_order(
    desk: TakeDesk, inbox: Inbox, tmp_path: Path
) -> None:
    write_take(tmp_path / "wave.mcap", [(n * 0.02, pose(n / 100)) for n in range(20)])
    do(desk, "replay", "wave")
    seen: list[ControlMessage] = []

    def take() -> bool:
        seen.extend(received.message for received in inbox.take())
        return not desk.status().replaying

    until(take)
    take()
    assert {message.source for message in seen} == {"webcam (take)"}
    yaws = [message.values["yaw"] for message in seen]
    assert yaws == sorted(yaws)
    assert yaws[-1] == 0.19
    assert set(yaws) <= {n / 100 for n in range(20)}
    assert seen[-1].ttl_s == MIN_TTL_S  # the end releases the channels, whatever the time to live


def test_stopping_releases_every_channel_that_was_ever_driven(
    desk: TakeDesk, inbox: Inbox, tmp_path: Path
) -> None:
    write_take(tmp_path / "long.mcap", [(0.0, pose(0.1, roll=0.2)), (0.01, pose(0.3)), (60.0, pose(0.4))])
    do(desk, "replay", "long")
    control, now_s = Control(), 0.0
    until(lambda: control.update(inbox.take(), now_s) or control.status())
    until(lambda: control.update(inbox.take(), now_s) or desk.status().replaying == "long")
    assert set(control.status()[0].owned) <= {"yaw", "roll"}
    assert desk.status().replay_s == 60.0
    do(desk, "replay_stop")
    control.update(inbox.take(), now_s)
    control.update([], now_s + 2 * MIN_TTL_S)
    assert control.status() == []
    assert desk.status().replaying == ""


def test_a_loop_begins_again(desk: TakeDesk, inbox: Inbox, tmp_path: Path) -> None:
    write_take(tmp_path / "short.mcap", [(0.0, pose(0.1)), (0.03, pose(0.5))])
    do(desk, "replay_loop", "short")
    yaws: list[float] = []
    until(lambda: yaws.extend(r.message.values["yaw"] for r in inbox.take()) or yaws.count(0.1) >= 3)
    assert desk.status().is_looping


def test_a_recentred_driver_stays_recentred_in_its_take() -> None:
    control = Control()
    control.update([Received(pose(0.4), 1)], 0.0)
    control.settle(values := control._shown[:-1].copy(), 0.1)
    assert control.recenter("webcam") == 1
    control.release("webcam")
    control.update([Received(pose(0.4, source="webcam (take)"), 1)], 10.0)
    for _ in range(20):
        control.update([], 10.5)
        control.settle(values, 0.1)
    assert values[0] == pytest.approx(0.0, abs=1e-6)


@pytest.mark.parametrize(
    ("name", "argument", "says"),
    [
        ("record_stop", "", "nothing is being recorded"),
        ("replay_stop", "", "nothing is being replayed"),
        ("replay", "../../etc/passwd", "there is no take"),
        ("replay_loop", "", "there is no take"),
    ],
)
def test_a_command_that_cannot_be_executed_says_why(
    desk: TakeDesk, name: str, argument: str, says: str
) -> None:
    with pytest.raises(TakeCommandError, match=says):
        desk.do(Command(name=name, argument=argument))  # type: ignore[arg-type]


def test_only_one_take_is_recorded_at_a_time(desk: TakeDesk) -> None:
    do(desk, "record_start", "first")
    with pytest.raises(TakeCommandError, match="'first' is being recorded"):
        do(desk, "record_start", "second")


def test_a_file_that_is_no_take_is_counted_and_named(desk: TakeDesk, inbox: Inbox, tmp_path: Path) -> None:
    (tmp_path / "bad.mcap").write_bytes(b"this is no take at all")
    do(desk, "replay", "bad")
    until(lambda: inbox.dropped() == {"take: not readable": 1})
    assert "bad.mcap" in inbox.drop_notes()[0]
    until(lambda: desk.status().replaying == "")


def test_closing_finishes_the_file(tmp_path: Path, inbox: Inbox) -> None:
    desk = TakeDesk(TakeFolder(tmp_path), inbox)
    do(desk, "record_start", "cut")
    desk.record([Received(pose(0.1), 5)])
    desk.close()
    desk.close()
    with TakeReader(tmp_path / "cut.mcap") as take:
        assert take.is_whole
        assert len(list(take)) == 1


def test_requests_are_answered_in_order_from_a_thread_of_the_desks_own(
    desk: TakeDesk, tmp_path: Path
) -> None:
    answers: list[tuple[Reply | Exception, int]] = []
    for name, argument in (
        ("record_start", "a"),
        ("record_start", "b"),
        ("record_stop", ""),
        ("list_takes", ""),
    ):
        command = Command(name=name, argument=argument)  # type: ignore[arg-type]
        desk.request(command, lambda reply: answers.append((reply, threading.get_ident())))
    until(lambda: len(answers) == 4)
    started, refused, stopped, listed = (reply for reply, _ in answers)
    assert isinstance(started, Reply)
    assert isinstance(refused, TakeCommandError)
    assert "'a' is being recorded" in str(refused)
    assert isinstance(stopped, Reply)
    assert isinstance(listed, Reply)
    assert listed.names == ["a"]
    assert threading.get_ident() not in {thread for _, thread in answers}


@pytest.mark.skipif(os.name == "nt", reason="named pipes in folders")
def test_a_pipe_in_the_folder_is_no_take_and_blocks_nothing(desk: TakeDesk, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mcap")
    with pytest.raises(TakeCommandError, match="there is no take 'pipe'"):
        do(desk, "replay", "pipe")
    assert desk.do(Command(name="list_takes")).names == []


def test_more_requests_than_may_wait_are_refused_and_closing_answers_the_rest(desk: TakeDesk) -> None:
    answers: list[Reply | Exception] = []
    is_held, may_go_on = threading.Event(), threading.Event()

    def hold(reply: Reply | Exception) -> None:  # the desk's thread waits here, as on a disk that hangs
        is_held.set()
        may_go_on.wait(60)

    desk.request(Command(name="list_takes"), hold)
    assert is_held.wait(60)
    for _ in range(MAX_WAITING + 3):
        desk.request(Command(name="list_takes"), answers.append)
    assert [str(answer).partition(";")[0] for answer in answers] == [
        f"{MAX_WAITING} commands about takes are waiting"
    ] * 3
    desk.close()
    may_go_on.set()
    assert len(answers) == MAX_WAITING + 3
    assert {str(answer) for answer in answers[3:]} == {"the runtime stops"}
