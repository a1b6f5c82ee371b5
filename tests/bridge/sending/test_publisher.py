from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import zmq

from bridge.errors import BridgeError
from bridge.sending.publisher import ControlPublisher
from omote.commands.keys import add_client, panel_token
from protocol.codec import decode_control
from protocol.keys import read_client_key
from protocol.messages import ControlMessage
from protocol.sound_messages import SoundMessage, decode_voice
from runtime.access.bind import make_bind
from runtime.intake.inbox import Inbox
from runtime.intake.receiver import Receiver, ReceiverPorts
from tests.ports import free_ports


def message(layer: str, value: float, sequence: int) -> ControlMessage:
    return ControlMessage(layer=layer, source="test", values={"yaw": value}, sequence=sequence)  # type: ignore[arg-type]


@pytest.fixture
def address() -> str:
    return f"tcp://127.0.0.1:{free_ports(1)[0]}"


@pytest.fixture
def receiver() -> Iterator[zmq.Socket[bytes]]:
    """Not bound yet: the test binds it when the runtime shall appear."""
    with zmq.Context() as context, context.socket(zmq.PULL) as receiver:
        yield receiver


def until_taken(publisher: ControlPublisher, messages: list[ControlMessage]) -> None:
    end = time.monotonic() + 60
    while not publisher.send(messages):
        assert time.monotonic() < end, "no runtime took the message in 10 s"
        messages = []
        time.sleep(0.01)


def received(receiver: zmq.Socket[bytes], wait_ms: int = 5000) -> list[ControlMessage]:
    messages = []
    while receiver.poll(wait_ms):
        messages.append(decode_control(receiver.recv()))
        wait_ms = 200
    return messages


def test_messages_arrive_as_they_were_sent(address: str, receiver: zmq.Socket[bytes]) -> None:
    receiver.bind(address)
    sent = [message("pose", 0.25, 1), message("gaze", -0.5, 1)]
    with ControlPublisher(address) as publisher:
        until_taken(publisher, sent)
        assert publisher.sent == 2
    assert received(receiver) == sent


def test_late_runtime_gets_the_newest_of_each_layer_only(address: str, receiver: zmq.Socket[bytes]) -> None:
    with ControlPublisher(address) as publisher:
        for sequence in range(500):
            assert not publisher.send(
                [message("pose", sequence / 1000, sequence), message("gaze", 0.1, sequence)]
            )
        receiver.bind(address)
        until_taken(publisher, [])
        assert received(receiver) == [message("pose", 0.499, 499), message("gaze", 0.1, 499)]


def test_forget_drops_unsent_messages_of_a_lost_face(address: str) -> None:
    with ControlPublisher(address) as publisher:
        assert not publisher.send([message("pose", 0.1, 1)])
        publisher.forget()
        assert publisher.send([])
        assert publisher.sent == 0


@pytest.mark.parametrize("wrong", ["127.0.0.1:5570", "tcp://", "nonsense", "tcp://127.0.0.1:http"])
def test_impossible_address_is_refused(wrong: str) -> None:
    with pytest.raises(BridgeError, match="expected one such as tcp://127"):
        ControlPublisher(wrong)


@pytest.mark.parametrize("wrong", ["tcp://", "kofi"])
def test_a_face_that_is_said_to_be_nowhere_is_reached_where_it_was(
    address: str, receiver: zmq.Socket[bytes], wrong: str, caplog: pytest.LogCaptureFixture
) -> None:
    receiver.bind(address)
    with ControlPublisher(address) as publisher:
        publisher.move(wrong)
        until_taken(publisher, [message("pose", 0.1, 1)])
        until_taken(publisher, [message("pose", 0.1, 2)])
    assert decode_control(receiver.recv()).sequence == 1
    assert publisher.address == address
    assert caplog.text.count("is no address") == 1


def test_a_face_may_move_to_an_address_of_ipv6(address: str, receiver: zmq.Socket[bytes]) -> None:
    receiver.set(zmq.IPV6, 1)
    try:
        port = receiver.bind_to_random_port("tcp://[::1]")
    except zmq.ZMQError:
        pytest.skip("this machine has no IPv6")
    with ControlPublisher(address) as publisher:
        publisher.move(f"tcp://[::1]:{port}")
        until_taken(publisher, [message("pose", 0.1, 1)])
        assert decode_control(receiver.recv()).sequence == 1


def test_sound_moves_as_well_where_no_message_is_sent(address: str, receiver: zmq.Socket[bytes]) -> None:
    """In a pause of speech nothing moves."""
    port = receiver.bind_to_random_port("tcp://127.0.0.1")
    sound = SoundMessage(rate=8000, samples=b"\0\0")
    with ControlPublisher(address) as publisher:
        publisher.move(f"tcp://127.0.0.1:{port}")
        end = time.monotonic() + 60
        while not publisher.send_sound(sound):
            assert time.monotonic() < end, "no runtime took the sound in 60 s"
            time.sleep(0.01)
        assert decode_voice(receiver.recv()) == sound


def test_close_may_be_called_twice(address: str) -> None:
    publisher = ControlPublisher(address)
    publisher.close()
    publisher.close()


def test_runtime_that_requires_a_key_is_reached_with_it(tmp_path: Path) -> None:
    add_client(tmp_path / "keys", "laptop", tmp_path / "laptop.omote-key")
    panel_token(tmp_path / "keys")
    bind = make_bind("0.0.0.0", keys=tmp_path / "keys")
    inbox = Inbox()
    with Receiver(inbox, ReceiverPorts(0, None, None, None), bind) as receiver:
        address = f"tcp://127.0.0.1:{receiver.ports.control}"
        with (
            ControlPublisher(address) as stranger,
            ControlPublisher(address, key=read_client_key(tmp_path / "laptop.omote-key")) as known,
        ):
            assert known.wait(60)
            assert known.send([message("pose", 0.25, 1)])
            assert not stranger.send([message("pose", 0.25, 1)])  # it is never accepted
            ends_s = time.monotonic() + 60
            while not (got := inbox.take()) and time.monotonic() < ends_s:
                inbox.wait(0.1)
    assert [received.message for received in got] == [message("pose", 0.25, 1)]
