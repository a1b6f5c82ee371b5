"""The player with real files and its own thread; the messages in the Inbox are compared with those in the file."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path

import pytest

from protocol.codec import MAX_SOURCE, MIN_TTL_S
from protocol.messages import ControlMessage
from protocol.take import TakeWriter
from runtime.intake.inbox import Inbox, Received
from runtime.takes import player as player_module
from runtime.takes.player import TakePlayer
from tests.waiting import PATIENCE_S, until

BEGIN_NS = 1_000_000_000_000


class Log(Inbox):
    """An Inbox that also keeps every message it is offered, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.offered: list[Received] = []
        self.offered_s: list[float] = []

    def offer(self, message: ControlMessage, receive_time_ns: int) -> None:
        self.offered_s.append(time.monotonic())
        self.offered.append(Received(message, receive_time_ns))
        super().offer(message, receive_time_ns)


def pose(yaw: float, source: str = "webcam", **others: float) -> ControlMessage:
    return ControlMessage(layer="pose", source=source, values={"yaw": yaw, **others}, ttl_s=30.0, sequence=9)


def write_take(path: Path, messages: list[tuple[float, ControlMessage]]) -> Path:
    with TakeWriter(path) as take:
        for time_s, message in messages:
            take.write(message, BEGIN_NS + round(time_s * 1e9))
    return path


def test_messages_keep_order_and_spacing_and_are_dated_now(tmp_path: Path) -> None:
    times_s = (0.0, 0.02, 0.02, 0.1)
    path = write_take(tmp_path / "a.mcap", [(s, pose(i / 10)) for i, s in enumerate(times_s)])
    log, before_ns, before_s = Log(), time.time_ns(), time.monotonic()
    with closing(TakePlayer(path, log, is_looping=False)) as player:
        until(lambda: player.state().is_over)
    replayed = log.offered[:-1]  # the last one releases
    assert [item.message.values["yaw"] for item in replayed] == [0.0, 0.1, 0.2, 0.3]
    assert all(item.receive_time_ns == item.message.capture_time_ns > before_ns for item in replayed)
    assert {item.message.sequence for item in replayed} == {0}
    # Never earlier than recorded; how much later is the operating system's business.
    assert all(at_s >= before_s + s - 0.001 for at_s, s in zip(log.offered_s, times_s, strict=False))


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("webcam", "webcam (take)"),
        ("webcam (take)", "webcam (take)"),
        ("s" * MAX_SOURCE, "s" * (MAX_SOURCE - 7) + " (take)"),
    ],
)
def test_a_replayed_driver_has_a_name_of_its_own(tmp_path: Path, source: str, name: str) -> None:
    path = write_take(tmp_path / "a.mcap", [(0.0, pose(0.1, source))])
    log = Log()
    with closing(TakePlayer(path, log, is_looping=False)) as player:
        until(lambda: player.state().is_over)
    assert {item.message.source for item in log.offered} == {name}


def test_the_end_releases_every_channel_ever_named(tmp_path: Path) -> None:
    path = write_take(tmp_path / "a.mcap", [(0.0, pose(0.1, roll=0.2)), (0.01, pose(0.3))])
    log = Log()
    with closing(TakePlayer(path, log, is_looping=False)) as player:
        until(lambda: player.state().is_over)
    last = log.offered[-1].message
    assert (last.values, last.ttl_s) == ({"yaw": 0.3, "roll": 0.2}, MIN_TTL_S)


def test_close_stops_within_a_long_pause_and_releases(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(player_module, "CLOSE_S", PATIENCE_S)
    path = write_take(tmp_path / "a.mcap", [(0.0, pose(0.1)), (3600.0, pose(0.2))])
    log = Log()
    player = TakePlayer(path, log, is_looping=False)
    until(lambda: log.offered)
    state = player.state()
    assert (state.duration_s, state.is_over) == (3600.0, False)
    assert 0.0 <= state.played_s < 3600.0
    player.close()
    player.close()
    assert player.state().is_over
    assert [item.message.ttl_s for item in log.offered] == [30.0, MIN_TTL_S]


def test_a_loop_over_one_message_does_not_spin(tmp_path: Path) -> None:
    path = write_take(tmp_path / "a.mcap", [(0.0, pose(0.1))])
    log, began_s = Log(), time.monotonic()
    with closing(TakePlayer(path, log, is_looping=True)):
        until(lambda: len(log.offered) >= 5)
        rounds = len(log.offered)
        assert rounds <= 1 + 31 * (time.monotonic() - began_s)


def test_an_empty_take_is_over_at_once_even_in_a_loop(tmp_path: Path) -> None:
    path = write_take(tmp_path / "a.mcap", [])
    log = Log()
    with closing(TakePlayer(path, log, is_looping=True)) as player:
        until(lambda: player.state().is_over)
    assert log.offered == []
    assert log.dropped() == {}


@pytest.mark.parametrize("second_ns", [2**64 - 1, 0])
def test_far_off_times_delay_no_message(tmp_path: Path, second_ns: int) -> None:
    path = tmp_path / "far.mcap"
    with TakeWriter(path) as take:
        for number, arrived_ns in enumerate((10**18, second_ns)):
            values = {"yaw": 0.1 + 0.1 * number}
            captured_ns = 2**63 - 1
            message = ControlMessage(
                layer="pose", source=f"s{number}", values=values, capture_time_ns=captured_ns
            )
            take.write(message, arrived_ns)
    inbox = Inbox()
    player = TakePlayer(path, inbox, is_looping=False)
    got: dict[str, float] = {}

    def have_both_come() -> bool:
        got.update({one.message.source: one.message.values["yaw"] for one in inbox.take()})
        return len(got) == 2

    until(have_both_come)
    player.close()
    assert got == {"s0 (take)": pytest.approx(0.1), "s1 (take)": pytest.approx(0.2)}
    assert (player.state().duration_s, inbox.dropped()) == (0.0, {})
