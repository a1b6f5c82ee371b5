"""The hub with real trackers, real sockets and a real wire."""

from __future__ import annotations

import random
import socket
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from functools import partial

import pytest

from bridge.trackers.audio2face import Audio2FaceTracker
from bridge.trackers.ifacialmocap import HELLO, IFacialMocapTracker
from bridge.trackers.ifacialmocap_stream import IFacialMocapStreamTracker
from bridge.trackers.livelink import LiveLinkTracker
from bridge.trackers.meowface import MeowFaceTracker
from bridge.trackers.openseeface import OpenSeeFaceTracker
from bridge.trackers.vmc import VmcTracker
from tests.bridge.desktop_encoders import audio2face_frame, openseeface, vmc_clips
from tests.bridge.hub_running import Running, Wire, open_wire, repeating, running_hub
from tests.bridge.phone_encoders import Face, ifacialmocap, livelink, meowface
from tests.ipv6 import needs_ipv6
from tests.ports import free_udp_port
from tests.waiting import until


def came(hub: Running) -> int:
    """Datagrams that came, also those that newer ones of their sender made worthless."""
    return sum(hub.hub.received.values()) + sum(hub.hub.router.passed_over.values())


TALKING = Face(yaw=0.3, coefficients={"jawOpen": 0.5})


@pytest.fixture
def wire() -> Iterator[Wire]:
    with open_wire() as wire:
        yield wire


def test_datagram_becomes_a_message_per_layer(wire: Wire) -> None:
    before_ns = time.time_ns()
    with (
        running_hub(wire.address, LiveLinkTracker()) as hub,
        repeating(lambda: hub.send("livelink", livelink(TALKING, subject="Anna"))),
    ):
        first = wire.until(lambda message: message.layer == "pose")
        second = wire.until(lambda message: message.layer == "pose")
        expression = wire.until(lambda message: message.layer == "expression")
    assert first.source == second.source == expression.source == "livelink:Anna"
    assert first.values["yaw"] == pytest.approx(0.3)
    assert expression.values["jawOpen"] == pytest.approx(0.5)
    assert second.sequence > first.sequence
    assert before_ns <= first.capture_time_ns <= time.time_ns()
    assert first.ttl_s == 0.4
    assert hub.until_said("livelink:Anna: connected", "pose")


def test_silent_sender_is_lost_once_and_may_come_back(wire: Wire) -> None:
    with running_hub(wire.address, LiveLinkTracker()) as hub:
        with repeating(lambda: hub.send("livelink", livelink(TALKING))):
            wire.until(lambda message: message.layer == "pose")
        hub.until_said("livelink:iPhone: lost", "nothing was received")
        wire.take()
        with repeating(lambda: hub.send("livelink", livelink(TALKING))):
            wire.until(lambda message: message.layer == "pose")
            hub.until_said("livelink:iPhone: back again")
    # once each time: on a busy machine the sender is silent for that long in the middle, too
    said = [word for line in hub.lines for word in ("lost", "back again") if word in line]
    assert said == ["lost", "back again"] * (len(said) // 2) + ["lost"] * (len(said) % 2)


def test_reported_loss_of_the_face_counts_at_once(wire: Wire) -> None:
    with running_hub(wire.address, LiveLinkTracker()) as hub:
        hub.send("livelink", livelink(TALKING))
        assert {message.layer for message in wire.take_until(3)} == {"pose", "expression", "gaze"}
        with repeating(lambda: hub.send("livelink", livelink(TALKING, is_face=False))):
            hub.until_said("livelink:iPhone: lost", "sees no face")
            assert wire.take() == []


def test_port_in_use_is_reported_and_retried_while_the_others_work(wire: Wire) -> None:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as other:
        other.bind(("127.0.0.1", 0))
        taken = other.getsockname()[1]
        with running_hub(
            wire.address,
            LiveLinkTracker(),
            VmcTracker(),
            ports={"livelink": (taken,), "vmc": (0,)},
            retry_s=0.1,
        ) as hub:
            line = hub.until_said(f"port {taken} on 127.0.0.1 is in use")
            assert "livelink" in line
            assert "--port" in line
            hub.send("vmc", vmc_clips({"jawOpen": 0.5}))
            assert wire.until(lambda m: m.layer == "expression").values == {"jawOpen": 0.5}
            other.close()
            hub.until_said(f"port {taken} on 127.0.0.1 is open now")
            hub.send("livelink", livelink(TALKING))
            wire.until(lambda m: m.source == "livelink:iPhone")
    assert sum("is in use" in line for line in hub.lines) == 1


def test_address_of_another_machine_is_reported(wire: Wire) -> None:
    with running_hub(wire.address, LiveLinkTracker(), host="192.0.2.77") as hub:
        assert "not an address of this machine" in hub.until_said("192.0.2.77")


def test_hostile_bytes_on_every_port_are_counted_and_valid_ones_still_arrive(wire: Wire) -> None:
    bytes_of = random.Random(8)
    good = livelink(TALKING)
    trackers = [
        LiveLinkTracker(),
        VmcTracker(),
        IFacialMocapTracker(),
        MeowFaceTracker(),
        OpenSeeFaceTracker(),
    ]
    with running_hub(wire.address, *trackers, is_detecting=True) as hub:
        for turn in range(1, 41):
            for tracker in trackers:
                cut = bytes_of.randrange(len(good))
                junk = [bytes_of.randbytes(bytes_of.randrange(2000)), good[:cut] + bytes_of.randbytes(9), b""]
                hub.send(tracker.name, *junk)
            until(lambda sent=15 * turn: came(hub) == sent)  # more than a socket holds would be lost
        for tracker in trackers:
            hub.send(tracker.name, good)  # wherever it comes
        until(lambda: came(hub) == 605)
        wire.until(lambda m: m.layer == "expression" and m.values["jawOpen"] == pytest.approx(0.5))
    assert sum(hub.sources.refused.values()) >= 0.9 * (600 - sum(hub.hub.router.passed_over.values()))
    assert len(hub.sources.refused) < 40  # reasons are few, whatever the bytes say
    assert len(hub.lines) < 20


def test_datagram_of_another_tracker_is_reported(wire: Wire) -> None:
    with running_hub(wire.address, VmcTracker()) as hub:
        hub.send("vmc", *[livelink(TALKING)] * 5)
        line = hub.until_said("livelink", "the port of vmc")
        assert "omote-bridge livelink" in line
        until(lambda: hub.hub.router.mixed_up["vmc", "livelink"] == 5)
    assert sum("port of vmc" in line for line in hub.lines) == 1


def test_detection_accepts_every_format_on_every_port_and_on_a_port_without_owner(wire: Wire) -> None:
    trackers = [
        LiveLinkTracker(),
        VmcTracker(),
        IFacialMocapTracker(),
        MeowFaceTracker(),
        OpenSeeFaceTracker(),
    ]
    datagrams = {
        "livelink": livelink(TALKING),
        "vmc": vmc_clips({"jawOpen": 0.5}),
        "ifacialmocap": ifacialmocap(TALKING),
        "meowface": meowface(TALKING),
        "openseeface": openseeface(yaw=0.3),
    }
    with running_hub(wire.address, *trackers, is_detecting=True, any_ports=(0,)) as hub:
        until(lambda: "any" in hub.hub.open_ports)
        for port in (*datagrams, "any"):
            for tracker, datagram in datagrams.items():
                # MeowFace speaks that text too.
                taker = "meowface" if (port, tracker) == ("meowface", "ifacialmocap") else tracker
                before = hub.hub.received[taker]
                hub.send(port, datagram)
                until(lambda taker=taker, before=before: hub.hub.received[taker] == before + 1)
        hub.send("any", b"what is this?")
        until(lambda: hub.sources.refused["any", "unknown format"] == 1)
    assert sum(hub.hub.router.mixed_up.values()) == 19


def test_phone_is_greeted_until_it_answers(wire: Wire) -> None:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as phone:
        phone.bind(("127.0.0.1", 0))
        phone.settimeout(60)
        tracker = IFacialMocapTracker("localhost", phone_port=phone.getsockname()[1])
        with running_hub(wire.address, tracker) as hub:
            hello, asker = phone.recvfrom(1000)
            assert hello.startswith(HELLO)
            assert asker[1] == hub.port("ifacialmocap")
            phone.sendto(ifacialmocap(TALKING), asker)
            wire.until(lambda m: m.source == "ifacialmocap:127.0.0.1")


def test_unresolvable_phone_is_reported_once_and_the_hub_keeps_running(wire: Wire) -> None:
    with running_hub(wire.address, IFacialMocapTracker("no-such-phone.invalid"), VmcTracker()) as hub:
        hub.until_said("no-such-phone.invalid cannot be resolved")
        hub.send("vmc", vmc_clips({"jawOpen": 0.5}))
        wire.until(lambda m: m.layer == "expression")


def test_streaming_phone_is_greeted_from_an_ephemeral_port(wire: Wire) -> None:
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as phone:
        phone.bind(("127.0.0.1", 0))
        phone.settimeout(60)
        tracker = IFacialMocapStreamTracker("127.0.0.1", phone_port=phone.getsockname()[1])
        with running_hub(wire.address, tracker) as hub:
            assert phone.recvfrom(1000)[0].startswith(b"iFacialMocap_UDPTCP_")
            with socket.create_connection(("127.0.0.1", hub.port("ifacialmocap"))) as stream:
                stream.sendall(ifacialmocap(TALKING) + b"___iFacialMocap")
                wire.until(lambda m: m.layer == "expression")


def test_stream_cut_anywhere_is_parsed_and_hostile_ones_are_bounded(wire: Wire) -> None:
    frame = audio2face_frame({"jawOpen": 0.5})
    with running_hub(wire.address, Audio2FaceTracker()) as hub:
        address = ("127.0.0.1", hub.port("audio2face"))
        with socket.create_connection(address) as stream:
            stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for place in range(0, len(frame), 7):
                stream.sendall(frame[place : place + 7])
            assert wire.until(lambda m: m.layer == "expression").values["jawOpen"] == 0.5
        many = [socket.create_connection(address) for _ in range(24)]
        closed = 0
        for connection in many[16:]:
            connection.settimeout(60)
            closed += connection.recv(1) == b""
        assert closed == 8
        for connection in many:
            connection.close()
        with socket.create_connection(address) as stream:
            stream.sendall(b"\xff" * 8 + b"junk")
            until(lambda: hub.sources.refused["audio2face", "too large"])
        wire.take(0)
        until(lambda: _is_heard(address, frame, wire))


def _is_heard(address: tuple[str, int], frame: bytes, wire: Wire) -> bool:
    """Whether a new connection, or the one before, is taken: those that were closed may still be dying."""
    with socket.create_connection(address) as stream, suppress(ConnectionError):
        stream.sendall(frame)
        return any(message.layer == "expression" for message in wire.take())
    return False


def test_hosts_that_are_not_allowed_are_counted(wire: Wire) -> None:
    with running_hub(wire.address, VmcTracker(), Audio2FaceTracker(), allowed=("192.0.2.1",)) as hub:
        hub.send("vmc", vmc_clips({"jawOpen": 0.5}))
        until(lambda: hub.sources.refused["vmc", "not allowed"] == 1)
        with socket.create_connection(("127.0.0.1", hub.port("audio2face"))) as stream:
            stream.settimeout(60)
            assert stream.recv(1) == b""
        assert hub.sources.refused["audio2face", "not allowed"] == 1
        assert wire.take() == []


def test_two_trackers_may_share_a_port(wire: Wire) -> None:
    shared = free_udp_port()
    trackers = (IFacialMocapTracker(), MeowFaceTracker())
    ports = {"ifacialmocap": (shared,), "meowface": (shared,)}
    with running_hub(wire.address, *trackers, ports=ports, is_detecting=True) as hub:
        hub.send("meowface", ifacialmocap(TALKING), meowface(TALKING))
        until(lambda: hub.hub.received == {"ifacialmocap": 1, "meowface": 1})


def test_all_ports_are_closed_at_the_end(wire: Wire) -> None:
    with running_hub(wire.address, VmcTracker(), Audio2FaceTracker()) as hub:
        ports = hub.hub.open_ports
    assert hub.hub.open_ports == {}
    for kind, name in ((socket.SOCK_DGRAM, "vmc"), (socket.SOCK_STREAM, "audio2face")):
        with closing(socket.socket(socket.AF_INET, kind)) as again:
            again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            again.bind(("127.0.0.1", ports[name][0]))


@needs_ipv6
@pytest.mark.parametrize("allowed", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET6, "::1"), (socket.AF_INET, "127.0.0.1")])
def test_an_allowed_host_is_allowed_by_either_family_and_is_one_driver(
    wire: Wire, family: socket.AddressFamily, host: str, allowed: str
) -> None:
    with (
        running_hub(wire.address, VmcTracker(), allowed=(allowed,)) as hub,
        socket.socket(family, socket.SOCK_DGRAM) as sender,
    ):
        send = partial(sender.sendto, vmc_clips({"jawOpen": 0.25}), (host, hub.port("vmc")))
        with repeating(send):
            seen = wire.until(lambda message: message.values.get("jawOpen") == 0.25)
        assert seen.source == "vmc:127.0.0.1"
        assert hub.sources.refused["vmc", "not allowed"] == 0
