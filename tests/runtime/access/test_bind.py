from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
import zmq
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import connect

from omote.client import ControlClient, NoAnswerError
from omote.commands.keys import add_client, panel_token
from protocol.codec import encode
from protocol.frames.frame_header import FRAME_TOPIC
from protocol.keys import ClientKey, read_client_key
from protocol.messages import Command, ControlMessage, Reply
from protocol.osc.write import osc_message
from runtime.access.bind import make_bind
from runtime.errors import ConfigError
from runtime.frames.frame import Frame
from runtime.intake.inbox import Inbox
from runtime.intake.receiver import Receiver, ReceiverPorts
from runtime.publishers.browser import BrowserPublisher
from runtime.publishers.zeromq import ZeroMqPublisher
from tests.ipv6 import needs_ipv6
from tests.waiting import until

POSE = ControlMessage(layer="pose", source="tester", values={"yaw": 0.25})


@dataclass(frozen=True)
class Keys:
    folder: Path
    known: ClientKey
    stranger: ClientKey  # has the runtime's public key, and is not on its list


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    base = tmp_path_factory.mktemp("keys")
    folder = base / "keys"
    add_client(folder, "known", base / "known.omote-key")
    add_client(folder, "other", base / "other.omote-key")
    known = read_client_key(base / "known.omote-key")
    public, secret = (half.decode() for half in zmq.curve_keypair())
    panel_token(folder)
    return Keys(folder, known, ClientKey("stranger", known.server_public, public, secret))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9", "::1", "localhost", "::ffff:127.0.0.1"])
def test_loopback_needs_no_keys(host: str, tmp_path: Path) -> None:
    bind = make_bind(host, keys=tmp_path / "none")
    assert bind.is_local
    assert bind.token == ""
    assert bind.host == ("127.0.0.9" if host == "127.0.0.9" else "127.0.0.1")


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.20", "::", "fd00::20", "2001:db8::5"])
def test_a_wider_bind_without_keys_is_refused_with_the_line_that_mends_it(host: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="omote keys add NAME"):
        make_bind(host, keys=tmp_path / "none")


def test_a_wider_bind_without_a_token_is_refused_with_the_line_that_mends_it(tmp_path: Path) -> None:
    add_client(tmp_path / "keys", "one", tmp_path / "one")
    with pytest.raises(ConfigError, match="omote keys token"):
        make_bind("0.0.0.0", keys=tmp_path / "keys")


@pytest.mark.parametrize(
    "host", ["", "my-computer", "[::1]", "1.2.3", "1.2.3.4; rm", "fd00::20::", "::1:70000"]
)
def test_an_invalid_address_is_refused(host: str) -> None:
    with pytest.raises(ConfigError, match=r"is no address; expected one such as 127\.0\.0\.1"):
        make_bind(host)


@pytest.mark.parametrize("host", ["fe80::1", "fe80::1%eth0"])
def test_a_link_local_address_is_refused_with_what_to_use(host: str) -> None:
    with pytest.raises(ConfigError, match=r"link-local address.*or :: for all"):
        make_bind(host)


@needs_ipv6
def test_every_port_of_all_addresses_is_reached_by_both_families(inbox: Inbox, keys: Keys) -> None:
    bind = make_bind("::", keys=keys.folder, osc_allow=("fd00::7",))
    publisher = BrowserPublisher(inbox, port=0, host=bind.host, token=bind.token)
    frames = ZeroMqPublisher(0, bind)
    with Receiver(inbox, ReceiverPorts(0, 0, 0, 0), bind) as opened, closing(publisher), closing(frames):
        ports = opened.ports
        for host in ("127.0.0.1", "[::1]"):
            for port in (ports.control, ports.request, frames.port, publisher.port):
                assert port is not None
                socket.create_connection((host.strip("[]"), port), 5).close()
            with zmq.Context() as context, context.socket(zmq.PUSH) as pushing:
                pushing.curve_secretkey, pushing.curve_publickey, pushing.curve_serverkey = (
                    keys.known.options()
                )
                pushing.setsockopt(zmq.IPV6, 1)
                pushing.connect(f"tcp://{host}:{ports.control}")
                pushing.send(encode(POSE))
                [received] = until(inbox.take)  # type: ignore[misc]
                assert received.message.values == {"yaw": 0.25}
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            with socket.socket(family, socket.SOCK_DGRAM) as sender:
                assert ports.osc is not None
                sender.sendto(osc_message("/omote/pose/yaw", 0.5), (host.strip("[]"), ports.osc))
                [received] = until(inbox.take)  # type: ignore[misc]
                assert received.message.values == {"yaw": 0.5}
    assert inbox.dropped() == {}


@needs_ipv6
def test_an_ipv6_address_of_another_machine_is_named(inbox: Inbox, keys: Keys) -> None:
    bind = make_bind("2001:db8::7", keys=keys.folder)  # RFC 3849: for documentation
    for ports in (ReceiverPorts(0, None, None, None), ReceiverPorts(None, 0, None, None)):
        with pytest.raises(ConfigError, match="2001:db8::7 is no address of this machine"):
            Receiver(inbox, ports, bind)


def test_senders_on_loopback_are_a_contradiction() -> None:
    with pytest.raises(ConfigError, match="add --bind"):
        make_bind("127.0.0.1", osc_allow=("192.168.1.31",))


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def receiver(inbox: Inbox, keys: Keys) -> Iterator[Receiver]:
    bind = make_bind("0.0.0.0", keys=keys.folder, osc_allow=("10.9.8.7",))
    with Receiver(inbox, ReceiverPorts(0, 0, 0, 0), bind) as opened:
        yield opened


def push(port: int, key: ClientKey | None) -> zmq.Socket[bytes]:
    opened = zmq.Context.instance().socket(zmq.PUSH)
    opened.setsockopt(zmq.LINGER, 0)
    if key is not None:
        opened.curve_secretkey, opened.curve_publickey, opened.curve_serverkey = key.options()
    opened.connect(f"tcp://127.0.0.1:{port}")
    with suppress(zmq.Again):  # the runtime has refused it already
        opened.send(encode(POSE), zmq.NOBLOCK)
    return opened


def test_only_a_known_key_moves_the_face(inbox: Inbox, receiver: Receiver, keys: Keys) -> None:
    assert receiver.ports.control is not None
    wrong = ClientKey("wrong", keys.stranger.public, keys.known.public, keys.known.secret)
    outside = [push(receiver.ports.control, key) for key in (None, keys.stranger, wrong)]
    time.sleep(0.3)
    inside = push(receiver.ports.control, keys.known)
    until(lambda: inbox.wait(0.1) is None or True)
    got = []
    ends_s = time.monotonic() + 60
    while not got and time.monotonic() < ends_s:
        got += inbox.take()
    time.sleep(0.3)
    got += inbox.take()
    for opened in (*outside, inside):
        opened.close()
    assert [received.message.values for received in got] == [{"yaw": 0.25}]


def test_who_listens_on_the_way_reads_nothing(inbox: Inbox, receiver: Receiver, keys: Keys) -> None:
    """A relay sees what another machine on the network can; without keys it sees the message itself."""

    def heard(port: int, key: ClientKey | None) -> bytes:
        seen: list[bytes] = []
        with socket.create_server(("127.0.0.1", 0)) as listener:
            relay = threading.Thread(target=_relay, args=(listener, port, seen))
            relay.start()
            with closing(push(listener.getsockname()[1], key)):
                [received] = until(inbox.take)  # type: ignore[misc]
            relay.join()
        assert received.message.values == POSE.values
        return b"".join(seen)

    assert receiver.ports.control is not None
    through = heard(receiver.ports.control, keys.known)
    assert len(through) > len(encode(POSE))
    assert b"tester" not in through
    with Receiver(
        inbox, ReceiverPorts(0, None, None, None), make_bind("127.0.0.1", keys=keys.folder)
    ) as plain:
        assert plain.ports.control is not None
        assert b"tester" in heard(plain.ports.control, None)


def _relay(listener: socket.socket, port: int, seen: list[bytes]) -> None:
    """Pass the bytes of one connection on in both directions, and note what the client sends."""
    client, _ = listener.accept()
    with client, socket.create_connection(("127.0.0.1", port)) as server:

        def back() -> None:
            with suppress(OSError):
                while data := server.recv(65536):
                    client.sendall(data)

        answering = threading.Thread(target=back)
        answering.start()
        with suppress(OSError):
            while data := client.recv(65536):
                seen.append(data)
                server.sendall(data)
        with suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)
        answering.join()


def test_commands_are_answered_for_a_known_key_only(inbox: Inbox, receiver: Receiver, keys: Keys) -> None:
    port = receiver.ports.request
    assert port is not None
    for key in (None, keys.stranger):
        with (
            ControlClient(request_port=port, key=key, timeout_s=0.5) as client,
            pytest.raises(NoAnswerError, match="no Omote runtime answers"),
        ):
            client.request(Command(name="ping"))
    assert inbox.take_commands() == []
    with ControlClient(request_port=port, key=keys.known, timeout_s=60.0) as client:

        def answer() -> None:
            until(
                lambda: bool(pending := inbox.take_commands()) and pending[0].answer(Reply(ok=True)) is None
            )

        answering = threading.Thread(target=answer)
        answering.start()
        assert client.request(Command(name="ping")).ok
        answering.join()


def test_an_answer_waits_for_nothing_else_to_happen(
    inbox: Inbox, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loop answers when the receiver's thread sleeps already."""
    monkeypatch.setattr("runtime.intake.receiver.IDLE_S", 3600.0)
    is_over = threading.Event()

    def answer() -> None:
        while not is_over.is_set():
            for pending in inbox.take_commands():
                time.sleep(0.1)  # the receiver sleeps by now
                pending.answer(Reply(ok=True))
            inbox.wait(0.1)

    answering = threading.Thread(target=answer)
    answering.start()
    bind = make_bind("0.0.0.0", keys=keys.folder)
    try:
        with Receiver(inbox, ReceiverPorts(None, 0, None, None), bind) as receiver:
            port = receiver.ports.request
            assert port is not None
            with ControlClient(request_port=port, key=keys.known, timeout_s=60.0) as client:
                assert [client.request(Command(name="ping")).ok for _ in range(5)] == [True] * 5
    finally:
        is_over.set()
        answering.join()


def test_udp_from_addresses_that_were_not_named_is_counted_and_dropped(
    inbox: Inbox, receiver: Receiver, keys: Keys
) -> None:
    assert receiver._bind.allows_udp("10.9.8.7")
    assert receiver._bind.allows_udp("127.0.0.1")
    assert not receiver._bind.allows_udp("10.9.8.6")
    own = _own_address()
    if own is None:
        pytest.skip("this machine has no address but loopback to send from")
    assert receiver.ports.osc is not None
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"/omote/pose/yaw\0,f\0\0\x3e\x80\0\0", (own, receiver.ports.osc))
    until(lambda: inbox.dropped().get("sender not allowed") == 1)
    assert inbox.take() == []


def test_without_named_senders_udp_stays_on_loopback(inbox: Inbox, keys: Keys) -> None:
    bind = make_bind("0.0.0.0", keys=keys.folder)
    with Receiver(inbox, ReceiverPorts(None, None, 0, None), bind) as opened:
        assert opened._udp[0].getsockname()[0] == "127.0.0.1"


def test_frames_go_to_a_known_key_only(keys: Keys) -> None:
    import numpy as np

    publisher = ZeroMqPublisher(0, make_bind("0.0.0.0", keys=keys.folder))
    context = zmq.Context()
    sockets = []
    for key in (keys.known, None, keys.stranger):
        opened = context.socket(zmq.SUB)
        if key is not None:
            opened.curve_secretkey, opened.curve_publickey, opened.curve_serverkey = key.options()
        opened.setsockopt(zmq.SUBSCRIBE, FRAME_TOPIC)
        opened.setsockopt(zmq.LINGER, 0)
        opened.connect(f"tcp://127.0.0.1:{publisher.port}")
        sockets.append(opened)
    frame = Frame(np.zeros((2, 2, 4), np.uint8), frame_id=5)
    ends_s = time.monotonic() + 60
    while not sockets[0].poll(10):
        assert time.monotonic() < ends_s, "the known client got nothing"
        publisher.publish(frame)
    for _ in range(20):
        publisher.publish(frame)
        time.sleep(0.01)
    assert [bool(opened.poll(0)) for opened in sockets] == [True, False, False]
    publisher.close()
    for opened in sockets:
        opened.close()
    context.term()


def test_the_panel_wants_its_token(inbox: Inbox, keys: Keys) -> None:
    bind = make_bind("0.0.0.0", keys=keys.folder)
    publisher = BrowserPublisher(inbox, port=0, host=bind.host, token=bind.token)
    try:
        assert bind.token in publisher.url
        address = f"ws://127.0.0.1:{publisher.port}/socket"
        with connect(f"{address}?token={bind.token}") as page:
            page.ping().wait(60)
        for token in ("", "wrong", bind.token[:-1], bind.token + "x"):
            with connect(f"{address}?token={token}") as page, pytest.raises(ConnectionClosedError):
                page.recv(timeout=60)
    finally:
        publisher.close()


def test_an_address_of_another_machine_is_named(inbox: Inbox, keys: Keys) -> None:
    bind = make_bind("198.51.100.7", keys=keys.folder)  # RFC 5737: nobody's
    with pytest.raises(ConfigError, match=r"198\.51\.100\.7 is no address of this machine"):
        Receiver(inbox, ReceiverPorts(0, None, None, None), bind)


def _own_address() -> str | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect(("198.51.100.1", 9))  # sends nothing
        except OSError:
            return None
        address = str(asking.getsockname()[0])
    return None if address.startswith("127.") else address


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux has all of 127.0.0.0/8")
@pytest.mark.parametrize("host", ["127.0.0.2", "127.1.2.3"])
def test_every_loopback_address_needs_no_keys_and_takes_datagrams(inbox: Inbox, host: str) -> None:
    bind = make_bind(host)
    assert (bind.host, bind.udp_host, bind.keys, bind.token, bind.is_local) == (host, host, None, "", True)
    with Receiver(inbox, ReceiverPorts(0, 0, 0, 0), bind) as receiver:
        assert receiver.ports.osc is not None
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(osc_message("/omote/pose/yaw", 0.25), (host, receiver.ports.osc))
            [received] = until(inbox.take)  # type: ignore[misc]
            assert received.message.values == {"yaw": 0.25}
        with zmq.Context() as context, context.socket(zmq.REQ) as asking:
            asking.setsockopt(zmq.LINGER, 0)
            asking.connect(f"tcp://{host}:{receiver.ports.request}")
            asking.send(encode(Command(name="ping")))
            until(inbox.take_commands)
