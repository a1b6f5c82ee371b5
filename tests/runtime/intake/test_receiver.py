"""Real sockets, and at the other end plain msgpack, pyzmq and python-osc."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from typing import TypeVar

import msgpack
import pytest
import zmq
from pythonosc.osc_bundle_builder import IMMEDIATELY, OscBundleBuilder
from pythonosc.osc_message_builder import OscMessageBuilder
from pythonosc.udp_client import SimpleUDPClient

from protocol.messages import Reply
from protocol.zmtp import MAX_SKIPPED_BYTES
from runtime.errors import PortInUseError
from runtime.intake.inbox import Inbox, Received
from runtime.intake.receiver import Receiver, ReceiverPorts
from tests.ipv6 import needs_ipv6
from tests.ports import free_ports
from tests.waiting import until

POSE = {"type": "control", "layer": "pose", "source": "script", "values": {"yaw": 0.25}}
T = TypeVar("T")

ANY = ReceiverPorts(control=0, request=0, osc=0, vmc=0)


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def receiver(inbox: Inbox) -> Iterator[Receiver]:
    with Receiver(inbox, ANY) as opened:
        yield opened


@pytest.fixture
def context() -> Iterator[zmq.Context[zmq.Socket[bytes]]]:
    opened = zmq.Context()
    yield opened
    opened.destroy(linger=0)


@pytest.fixture
def push(receiver: Receiver, context: zmq.Context[zmq.Socket[bytes]]) -> zmq.Socket[bytes]:
    opened = context.socket(zmq.PUSH)
    opened.connect(f"tcp://127.0.0.1:{receiver.ports.control}")
    return opened


@pytest.fixture
def ask(receiver: Receiver, context: zmq.Context[zmq.Socket[bytes]]) -> zmq.Socket[bytes]:
    opened = context.socket(zmq.REQ)
    opened.setsockopt(zmq.RCVTIMEO, 60_000)
    opened.connect(f"tcp://127.0.0.1:{receiver.ports.request}")
    return opened


def drops(inbox: Inbox, count: int = 1) -> dict[str, int]:
    return until(lambda: inbox.dropped() if sum(inbox.dropped().values()) >= count else {})


def values_of(taken: list[Received]) -> dict[str, dict[str, float]]:
    return {received.message.layer: received.message.values for received in taken}


def test_a_control_message_reaches_the_inbox_with_its_time(inbox: Inbox, push: zmq.Socket[bytes]) -> None:
    before_ns = time.time_ns()
    push.send(msgpack.packb(POSE))
    assert inbox.wait(60)
    [received] = inbox.take()
    assert received.message.values == {"yaw": 0.25}
    assert before_ns <= received.receive_time_ns <= time.time_ns()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xc1", "not MessagePack"),
        (b"", "not MessagePack"),
        (b"x" * 70_000, "too large"),
        (msgpack.packb(POSE | {"layer": "nose"}), "unknown layer"),
        (msgpack.packb(POSE | {"values": {"nod": 1.0}}), "unknown channel"),
        (msgpack.packb(POSE | {"values": {"yaw": float("nan")}}), "non-finite value"),
        (msgpack.packb(POSE | {"values": {"yaw": 99.0}}), "out of range"),
        (msgpack.packb(POSE | {"ttl_s": 1e9}), "bad ttl"),
    ],
)
def test_bad_input_is_counted_and_the_next_message_is_received(
    inbox: Inbox, push: zmq.Socket[bytes], data: bytes, reason: str
) -> None:
    push.send(data)
    push.send(msgpack.packb(POSE))
    assert values_of(until(inbox.take)) == {"pose": {"yaw": 0.25}}
    assert inbox.dropped() == {reason: 1}


def test_sound_waits_for_the_outputs_that_carry_it_and_bad_sound_is_counted(
    inbox: Inbox, push: zmq.Socket[bytes]
) -> None:
    push.send(msgpack.packb({"type": "sound", "rate": 8000, "samples": b"\0\x40" * 80}))
    push.send(msgpack.packb({"type": "sound", "rate": 80, "samples": b""}))
    push.send(msgpack.packb({"type": "sound", "rate": "loud", "samples": b""}))
    push.send(msgpack.packb(POSE))
    until(lambda: inbox.take())
    piece = inbox.sound.take(time.time_ns() + 10**8)
    assert piece is not None
    assert (piece.rate, piece.samples.shape, piece.samples.min()) == (8000, (80,), 0.5)
    assert inbox.dropped() == {"out of range": 1, "wrong type or missing field": 1}


def test_a_multipart_message_is_counted_as_one(inbox: Inbox, push: zmq.Socket[bytes]) -> None:
    push.send_multipart([msgpack.packb(POSE)] * 3)
    push.send(msgpack.packb(POSE | {"layer": "gaze"}))
    assert values_of(until(inbox.take)).keys() == {"gaze"}
    assert inbox.dropped() == {"more than one part": 1}


def test_an_enormous_message_costs_its_sender_the_connection_only(
    inbox: Inbox, push: zmq.Socket[bytes], receiver: Receiver, context: zmq.Context[zmq.Socket[bytes]]
) -> None:
    push.send(b"x" * (MAX_SKIPPED_BYTES + 1))
    with context.socket(zmq.PUSH) as other:
        other.connect(f"tcp://127.0.0.1:{receiver.ports.control}")
        other.send(msgpack.packb(POSE))
        assert values_of(until(inbox.take)) == {"pose": {"yaw": 0.25}}


def test_messages_out_of_order_are_counted_and_do_not_move_the_face(
    inbox: Inbox, push: zmq.Socket[bytes]
) -> None:
    for sequence, yaw in ((1, 0.1), (3, 0.3), (2, 0.2)):
        push.send(msgpack.packb(POSE | {"values": {"yaw": yaw}, "sequence": sequence}))
    assert drops(inbox) == {"older than the newest": 1}
    assert values_of(inbox.take()) == {"pose": {"yaw": 0.3}}


def test_a_plain_req_socket_gets_its_answer(inbox: Inbox, ask: zmq.Socket[bytes]) -> None:
    ask.send(msgpack.packb({"type": "command", "name": "ping", "request_id": "7"}))
    [pending] = until(inbox.take_commands)
    pending.answer(Reply(ok=True, request_id=pending.command.request_id))
    assert msgpack.unpackb(ask.recv()) == {"type": "reply", "ok": True, "request_id": "7"}


def test_a_dealer_gets_every_answer_whatever_their_order(
    inbox: Inbox, receiver: Receiver, context: zmq.Context[zmq.Socket[bytes]]
) -> None:
    with context.socket(zmq.DEALER) as dealer:
        dealer.connect(f"tcp://127.0.0.1:{receiver.ports.request}")
        for i in range(5):
            dealer.send(msgpack.packb({"type": "command", "name": "ping", "request_id": str(i)}))
        waiting = []
        while len(waiting) < 5:
            waiting += until(inbox.take_commands)
        for pending in reversed(waiting):
            pending.answer(Reply(ok=True, request_id=pending.command.request_id))
        answers = [msgpack.unpackb(dealer.recv())["request_id"] for _ in range(5)]
    assert answers == ["4", "3", "2", "1", "0"]


@pytest.mark.parametrize("data", [b"", b"\xc1", msgpack.packb({"type": "command", "name": "explode"})])
def test_a_bad_command_is_answered_and_counted(inbox: Inbox, ask: zmq.Socket[bytes], data: bytes) -> None:
    ask.send(data)
    reply = msgpack.unpackb(ask.recv())
    assert not reply["ok"]
    assert "docs/protocol.md" in reply["message"]
    assert sum(inbox.dropped().values()) == 1


def test_a_queued_command_is_answered_when_the_runtime_stops(
    inbox: Inbox, receiver: Receiver, ask: zmq.Socket[bytes]
) -> None:
    ask.send(msgpack.packb({"type": "command", "name": "status"}))
    until(lambda: inbox._commands)
    receiver.close()
    assert msgpack.unpackb(ask.recv()) == {"type": "reply", "ok": False, "message": "the runtime stops"}


def test_an_answer_after_the_end_is_no_error(
    inbox: Inbox, receiver: Receiver, ask: zmq.Socket[bytes]
) -> None:
    ask.send(msgpack.packb({"type": "command", "name": "ping"}))
    [pending] = until(inbox.take_commands)
    receiver.close()
    pending.answer(Reply(ok=True))


@pytest.mark.parametrize("port", ["osc", "vmc"])
def test_both_udp_ports_receive_omotes_addresses_and_vmc(inbox: Inbox, receiver: Receiver, port: str) -> None:
    client = SimpleUDPClient("127.0.0.1", getattr(receiver.ports, port))
    client.send_message("/omote/pose/yaw", 0.25)
    client.send_message("/VMC/Ext/Blend/Val", ["JawOpen", 0.5])
    client.send_message("/VMC/Ext/Blend/Apply", [])
    found: dict[str, dict[str, float]] = {}
    until(lambda: found.update(values_of(inbox.take())) or len(found) == 2)
    assert found == {"pose": {"yaw": 0.25}, "expression": {"jawOpen": 0.5}}
    assert inbox.dropped() == {}
    client._sock.close()


def test_vmc_blendshapes_without_apply_are_received(inbox: Inbox, receiver: Receiver) -> None:
    client = SimpleUDPClient("127.0.0.1", receiver.ports.vmc)  # type: ignore[arg-type]
    client.send_message("/VMC/Ext/Blend/Val", ["Joy", 1.0])
    [received] = until(inbox.take)
    assert received.message.layer == "emotion"
    assert received.message.source == "vmc:127.0.0.1"
    assert received.origin == f"127.0.0.1:{client._sock.getsockname()[1]}"
    client._sock.close()


def test_a_vmc_face_split_over_datagrams_is_committed_once(inbox: Inbox, receiver: Receiver) -> None:
    client = SimpleUDPClient("127.0.0.1", receiver.ports.vmc)  # type: ignore[arg-type]
    for names in (["eyeBlink_L", "eyeBlink_R"], ["jawOpen", None]):
        bundle = OscBundleBuilder(IMMEDIATELY)
        for name in names:
            message = OscMessageBuilder("/VMC/Ext/Blend/Val" if name else "/VMC/Ext/Blend/Apply")
            for argument in [name, 0.5] if name else []:
                message.add_arg(argument)  # type: ignore[arg-type]
            bundle.add_content(message.build())
        client.send(bundle.build())
    [received] = until(inbox.take)
    assert received.message.values == {"eyeBlinkLeft": 0.5, "eyeBlinkRight": 0.5, "jawOpen": 0.5}
    client._sock.close()


def test_bad_datagrams_are_counted_by_reason(inbox: Inbox, receiver: Receiver) -> None:
    client = SimpleUDPClient("127.0.0.1", receiver.ports.osc)  # type: ignore[arg-type]
    client.send_message("/omote/pose/yaw", float("nan"))
    client.send_message("/omote/pose/nod", 0.5)
    client.send_message("/omote/pose/yaw", "left")
    client.send_message("/face/jawOpen", 0.5)
    client._sock.sendto(b"garbage", ("127.0.0.1", receiver.ports.osc))
    client._sock.sendto(b"", ("127.0.0.1", receiver.ports.osc))
    assert drops(inbox, 6) == {
        "non-finite value": 1,
        "unknown channel": 1,
        "wrong OSC arguments": 1,
        "unknown OSC address": 1,
        "not OSC": 2,
    }
    assert inbox.take() == []
    client._sock.close()


def test_a_taken_port_is_named_and_the_others_are_given_back(inbox: Inbox, receiver: Receiver) -> None:
    (control,) = free_ports(1)
    with pytest.raises(PortInUseError, match=rf"port {receiver.ports.request} \(request\)"):
        Receiver(Inbox(), ReceiverPorts(control=control, request=receiver.ports.request, osc=0, vmc=0))
    with socket.socket() as again:
        again.bind(("127.0.0.1", control))


def test_a_port_can_stay_closed(inbox: Inbox) -> None:
    with Receiver(inbox, ReceiverPorts(control=None, request=None, osc=0, vmc=None)) as receiver:
        assert (receiver.ports.control, receiver.ports.request, receiver.ports.vmc) == (None, None, None)
        assert receiver.ports.osc


def test_closing_twice_leaves_no_thread(inbox: Inbox) -> None:
    before = set(threading.enumerate())
    receiver = Receiver(inbox, ANY)
    receiver.close()
    receiver.close()
    assert set(threading.enumerate()) <= before


@needs_ipv6
def test_a_program_that_sends_to_localhost_by_ipv6_is_the_same_driver(
    inbox: Inbox, receiver: Receiver
) -> None:
    message = OscMessageBuilder("/omote/pose/yaw")
    message.add_arg(0.25)
    datagram = message.build().dgram
    for family, host in ((socket.AF_INET6, "::1"), (socket.AF_INET, "127.0.0.1")):
        with socket.socket(family, socket.SOCK_DGRAM) as sender:
            sender.sendto(datagram, (host, receiver.ports.osc))
            [received] = until(inbox.take)
            assert received.message.source == "osc:127.0.0.1"
            assert received.origin == f"127.0.0.1:{sender.getsockname()[1]}"


@needs_ipv6
def test_zeromq_clients_connect_by_either_family(
    inbox: Inbox, receiver: Receiver, context: zmq.Context[zmq.Socket[bytes]]
) -> None:
    for host in ("[::1]", "127.0.0.1"):
        push, ask = context.socket(zmq.PUSH), context.socket(zmq.REQ)
        for opened, port in ((push, receiver.ports.control), (ask, receiver.ports.request)):
            opened.setsockopt(zmq.IPV6, 1)
            opened.connect(f"tcp://{host}:{port}")
        push.send(msgpack.packb(POSE))
        [received] = until(inbox.take)
        assert received.message.values == {"yaw": 0.25}
        ask.send(msgpack.packb({"type": "command", "name": "ping", "request_id": host}))
        [pending] = until(inbox.take_commands)
        pending.answer(Reply(ok=True, request_id=pending.command.request_id))
        assert ask.poll(60_000)
        assert msgpack.unpackb(ask.recv())["request_id"] == host
        push.close()
        ask.close()
