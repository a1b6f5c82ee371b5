"""CommandHandler: every command is answered with the request's id, and errors become replies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from protocol.messages import Command, ControlMessage, Reply, Status
from runtime.avatars.slot import AvatarSlot
from runtime.command_handler import CommandHandler
from runtime.control.control import Control
from runtime.intake.inbox import Inbox, PendingCommand, Received
from runtime.takes.desk import TakeDesk
from runtime.takes.folder import TakeFolder
from tests.waiting import until

NAMES = get_args(get_type_hints(Command)["name"])
STATUS = Status(
    avatar="Me", engine="null", provider="numpy", fps=0.0, target_fps=60.0, size=128, uptime_s=0.0, frames=0,
    stages=[], drivers=[], dropped={}, values=[], publishers=[], notes=[],
)  # fmt: skip

Ask = Callable[..., tuple[Reply, bool]]


@pytest.fixture
def control() -> Control:
    return Control()


@pytest.fixture
def dropped() -> Counter[str]:
    """Reason -> count of `count_drop`."""
    return Counter()


@pytest.fixture
def ask(control: Control, dropped: Counter[str], tmp_path: Path) -> Iterator[Ask]:
    """ask(name, argument) -> the reply, and whether the runtime is to stop."""
    slot = AvatarSlot(size=128, engine="null")
    slot.load(None)
    takes = TakeDesk(TakeFolder(tmp_path / "takes"), Inbox())
    handler = CommandHandler(
        control, slot, takes, lambda: STATUS, count_drop=lambda reason, detail: dropped.update([reason])
    )

    def answer(name: str, argument: str = "") -> tuple[Reply, bool]:
        replies: list[Reply] = []
        command = Command(name=name, argument=argument, request_id="9")  # type: ignore[arg-type]
        is_stopping = handler.answer(PendingCommand(command, replies.append))

        def is_answered() -> bool:
            slot.step()  # as the loop does after every frame
            return bool(replies)

        until(is_answered)
        (reply,) = replies
        return reply, is_stopping

    yield answer
    takes.close()
    slot.close()


@pytest.mark.parametrize("name", NAMES)
def test_every_command_is_answered_once_with_its_id(ask: Ask, name: str) -> None:
    reply, is_stopping = ask(name, "nothing of this name")
    assert reply.request_id == "9"
    assert is_stopping is (name == "stop")


def test_the_background_is_changed_and_nonsense_is_said(ask: Ask) -> None:
    reply, _ = ask("background", "#00b140")
    assert (reply.ok, reply.message) == (True, "behind the face: #00b140")
    reply, _ = ask("background", "blury")
    assert (reply.ok, reply.message) == (False, "background: there is no 'blury'; did you mean blur?")


def test_a_rest_that_does_not_exist_or_has_no_portrait_is_refused(ask: Ask) -> None:
    reply, _ = ask("rest", "asleep")
    assert (reply.ok, reply.message) == (False, "rest: got 'asleep', expected one of portrait, neutral")
    reply, _ = ask("rest", "neutral")  # the null engine draws numbers
    assert (reply.ok, reply.message) == (False, "numbers rests in one way only: its portrait is neutral")


def test_status_returns_the_status(ask: Ask) -> None:
    reply, _ = ask("status")
    assert reply.status is STATUS


def test_a_snapshot_has_what_was_set_by_commands_and_what_drivers_hold(ask: Ask, control: Control) -> None:
    first = ControlMessage(layer="pose", source="script", values={"yaw": 0.25}, priority=3, ttl_s=9.0)
    trigger = ControlMessage(layer="emotion", source="trigger:emotion", values={"happy": 1.0}, ttl_s=3.0)
    control.update([Received(first, 0), Received(trigger, 0)], 0.0)
    ask("emotion", "happy")
    ask("background", "#00b140")
    snapshot = ask("snapshot")[0].snapshot
    assert snapshot is not None
    assert [(one.name, one.argument) for one in snapshot.commands] == [
        ("background", "#00b140"),
        ("emotion", "happy"),
    ]
    assert snapshot.drivers == [first]


def test_an_unknown_avatar_is_refused_with_the_reason(ask: Ask) -> None:
    reply, _ = ask("load_avatar", "nothing of this name")
    assert not reply.ok
    assert "is not an avatar" in reply.message


@pytest.mark.parametrize(("name", "words"), [("recenter", "recentred 1 layers"), ("release", "released 1")])
def test_recenter_and_release_reach_the_drivers(ask: Ask, control: Control, name: str, words: str) -> None:
    reply, _ = ask(name, "script")
    assert not reply.ok
    assert "'script'" in reply.message
    message = ControlMessage(layer="pose", source="script", values={"yaw": 0.2}, ttl_s=9.0)
    control.update([Received(message, 0)], 0.0)
    reply, _ = ask(name, "script")
    assert reply.ok
    assert words in reply.message
    assert len(control.status()) == (0 if name == "release" else 1)


@pytest.mark.parametrize(
    "argument", ["x" * 256, "/root/other/avatar", "a\0b", "..", "\ud800", "~", "/dev/zero", "CON"]
)
def test_no_name_of_an_avatar_leaves_the_loop(ask: Ask, argument: str) -> None:
    reply, is_stopping = ask("load_avatar", argument)
    assert (reply.ok, is_stopping) == (False, False)
    assert reply.message
    assert "\n" not in reply.message


def test_what_no_command_should_raise_becomes_a_counted_refusal(
    ask: Ask, control: Control, dropped: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fault is made by hand, because a known one would be mended."""

    def fault(source: str) -> int:
        raise OSError(36, "File name too long")

    monkeypatch.setattr(control, "recenter", fault)
    reply, _ = ask("recenter", "script")
    assert (reply.ok, reply.request_id) == (False, "9")
    assert "recenter: OSError" in reply.message
    assert dropped == {"command failed": 1}
    assert ask("ping")[0].ok


def test_a_client_that_is_gone_is_counted(control: Control, dropped: Counter[str], tmp_path: Path) -> None:
    slot = AvatarSlot(size=128, engine="null")
    slot.load(None)
    desk = TakeDesk(TakeFolder(tmp_path), Inbox())
    handler = CommandHandler(
        control, slot, desk, lambda: STATUS, count_drop=lambda reason, detail: dropped.update([reason])
    )

    def gone(reply: Reply) -> None:
        raise ConnectionResetError

    for name in ("ping", "stop"):
        is_stopping = handler.answer(PendingCommand(Command(name=name), gone))  # type: ignore[arg-type]
        assert is_stopping is (name == "stop")
    assert dropped == {"reply not sent": 2}
