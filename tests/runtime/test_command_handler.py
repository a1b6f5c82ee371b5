"""CommandHandler: every command is answered with the request's id, and errors become replies."""

from __future__ import annotations

from collections.abc import Callable
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
def ask(control: Control, tmp_path: Path) -> Ask:
    """ask(name, argument) -> the reply, and whether the runtime is to stop."""
    slot = AvatarSlot(size=128, engine="null")
    slot.load(None)
    takes = TakeDesk(TakeFolder(tmp_path / "takes"), Inbox())
    handler = CommandHandler(control, slot, takes, lambda: STATUS)

    def answer(name: str, argument: str = "") -> tuple[Reply, bool]:
        replies: list[Reply] = []
        command = Command(name=name, argument=argument, request_id="9")  # type: ignore[arg-type]
        is_stopping = handler.answer(PendingCommand(command, replies.append))
        (reply,) = replies
        return reply, is_stopping

    return answer


@pytest.mark.parametrize("name", NAMES)
def test_every_command_is_answered_once_with_its_id(ask: Ask, name: str) -> None:
    reply, is_stopping = ask(name, "nothing of this name")
    assert reply.request_id == "9"
    assert is_stopping is (name == "stop")


def test_status_returns_the_status(ask: Ask) -> None:
    reply, _ = ask("status")
    assert reply.status is STATUS


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
