from __future__ import annotations

import threading

from protocol.codec import Refusals
from protocol.messages import Command, ControlMessage, Reply
from runtime.intake.inbox import MAX_COMMANDS, MAX_DETAIL, MAX_REASONS, MAX_SLOTS, Inbox


def pose(source: str = "s", **values: float) -> ControlMessage:
    return ControlMessage(layer="pose", source=source, values=values)


def test_the_newest_message_of_a_source_replaces_the_older() -> None:
    inbox = Inbox()
    inbox.offer(pose(yaw=0.1), 1)
    inbox.offer(pose(yaw=0.2), 2)
    [received] = inbox.take()
    assert (received.message.values, received.receive_time_ns) == ({"yaw": 0.2}, 2)
    assert inbox.take() == []


def test_messages_that_name_different_channels_both_count() -> None:
    inbox = Inbox()
    inbox.offer(ControlMessage(layer="pose", source="s", values={"yaw": 0.1, "roll": 0.3}, weight=0.5), 1)
    inbox.offer(ControlMessage(layer="pose", source="s", values={"yaw": 0.2, "pitch": 0.4}, ttl_s=2.0), 2)
    [received] = inbox.take()
    assert received.message == ControlMessage(
        layer="pose", source="s", values={"yaw": 0.2, "roll": 0.3, "pitch": 0.4}, ttl_s=2.0
    )


def test_sources_layers_and_modes_do_not_replace_each_other() -> None:
    inbox = Inbox()
    messages = [
        pose("a", yaw=0.1),
        pose("b", yaw=0.2),
        ControlMessage(layer="gaze", source="a", values={"yaw": 0.3}),
        ControlMessage(layer="pose", source="a", values={"yaw": 0.4}, mode="add"),
    ]
    for message in messages:
        inbox.offer(message, 1)
    assert [received.message for received in inbox.take()] == messages


def test_slots_are_bounded_and_what_is_refused_is_counted() -> None:
    inbox = Inbox()
    for i in range(MAX_SLOTS + 5):
        inbox.offer(pose(f"source {i}", yaw=0.1), 1)
    assert len(inbox.take()) == MAX_SLOTS
    assert inbox.dropped() == {"too many sources": 5}


def test_a_full_command_queue_answers_at_once() -> None:
    inbox = Inbox()
    replies: list[Reply] = []
    for i in range(MAX_COMMANDS + 1):
        inbox.offer_command(Command(name="ping", request_id=str(i)), replies.append)
    assert [reply.request_id for reply in replies] == [str(MAX_COMMANDS)]
    assert not replies[0].ok
    assert [pending.command.request_id for pending in inbox.take_commands()] == [
        str(i) for i in range(MAX_COMMANDS)
    ]
    assert inbox.take_commands() == []


def test_wait_ends_when_a_message_or_a_command_arrives() -> None:
    inbox = Inbox()
    assert not inbox.wait(0.0)
    for arrive in (
        lambda: inbox.offer(pose(yaw=0.1), 1),
        lambda: inbox.offer_command(Command(name="ping"), lambda reply: None),
    ):
        thread = threading.Timer(0.02, arrive)
        thread.start()
        assert inbox.wait(60)
        thread.join()
    assert not inbox.wait(0.0)


def test_nothing_is_lost_between_many_threads() -> None:
    inbox = Inbox()
    taken: dict[str, float] = {}
    done = threading.Event()

    def offer(source: str) -> None:
        for i in range(500):
            inbox.offer(pose(source, yaw=i / 1000), i)

    def take() -> None:
        while not done.is_set() or inbox.wait(0.0):
            inbox.wait(0.01)
            taken.update({r.message.source: r.message.values["yaw"] for r in inbox.take()})

    taker = threading.Thread(target=take)
    offerers = [threading.Thread(target=offer, args=(f"source {i}",)) for i in range(4)]
    for thread in (taker, *offerers):
        thread.start()
    for thread in offerers:
        thread.join()
    done.set()
    taker.join()
    assert taken == {f"source {i}": 0.499 for i in range(4)}


def test_drops_are_counted_by_reason_and_the_last_one_is_named() -> None:
    inbox = Inbox()
    inbox.count_drop("unknown channel", "pose has no channel 'nod'")
    inbox.count_drop("unknown channel", "an escape \x1b[2J cannot reach a terminal" + "x" * 500)
    assert inbox.dropped() == {"unknown channel": 2}
    [note] = inbox.drop_notes()
    assert note.startswith("last unknown channel: an escape ?[2J")
    assert len(note) < 250


def test_reasons_cannot_grow_without_end() -> None:
    inbox = Inbox()
    for i in range(MAX_REASONS + 10):
        inbox.count_drop(f"reason {i}")
    assert len(inbox.dropped()) == MAX_REASONS + 1
    assert inbox.dropped()["other"] == 10


def test_refusals_of_one_message_are_counted_together() -> None:
    inbox = Inbox()
    refusals = Refusals()
    for number in range(5000):
        refusals.add("unknown channel", f"pose has no channel 'x{number}'")
    refusals.add("out of range", "pose yaw = 9")
    inbox.count_refusals(refusals.all(), "'u'")
    assert inbox.dropped() == {"unknown channel": 5000, "out of range": 1}
    assert inbox.drop_notes() == [
        "last unknown channel: pose has no channel 'x7', and 4992 more, from 'u'",
        "last out of range: 1 more, from 'u'",
    ]


def test_a_detail_of_megabytes_is_not_kept() -> None:
    inbox = Inbox()
    inbox.count_drop("panel: foreign page", "x" * 2**20)
    assert sum(map(len, inbox._last_dropped.values())) == MAX_DETAIL
